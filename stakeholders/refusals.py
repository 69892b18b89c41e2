"""How the product says no: each refusal carries a Swedish sentence; `config` turns it into an answer."""


class Refusal(Exception):
    """Something that cannot be done, in words a person understands."""

    status = 422

    def __init__(self, sentence: object) -> None:
        self.sentence = str(sentence)
        super().__init__(self.sentence)


class NotAllowed(Refusal):
    """May not: 403."""

    status = 403


class TooLate(Refusal):
    """Too late, or in a state where it cannot be done: 409."""

    status = 409


class ChangedMeanwhile(Refusal):
    """Somebody else changed the same object: 409. `theirs`: the fields as they stand now, `by`: who, `at`: when."""

    status = 409

    def __init__(self, sentence: object, *, theirs: dict[str, object] | None = None) -> None:
        self.theirs = theirs or {}
        super().__init__(sentence)


class TooOften(Refusal):
    """Too many wrong guesses in a short while: 429."""

    status = 429


class NotRight(Refusal):
    """Input that breaks a rule that no form could see: 422."""
