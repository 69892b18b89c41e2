"""What the pages in templates/parts/ show: the invented figures of Norrbruk, as the views would hand them over."""

from datetime import date

from django import forms

from stakeholders.pictures import TargetBar

S = 10_000


class Form(forms.Form):
    """Every kind of control, with an error on most."""

    title = forms.CharField(label="Åtgärdens namn", max_length=200, help_text="Kort, så som ni säger det till varandra.")
    purpose = forms.CharField(label="Syfte", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    pupils = forms.DecimalField(
        label="Elever i läxhjälp", localize=True, error_messages={"invalid": "Skriv antalet med siffror, till exempel 25."}
    )
    starts = forms.DateField(
        label="Börjar", widget=forms.DateInput(attrs={"type": "date"}), error_messages={"required": "Ange när åtgärden börjar."}
    )
    role = forms.ChoiceField(
        label="Roll", choices=[("responsible", "Ansvarig"), ("contributing", "Medverkar")], widget=forms.RadioSelect,
        error_messages={"required": "Välj ansvarig eller medverkar."},
    )  # fmt: skip
    areas = forms.MultipleChoiceField(
        label="Områden", choices=[("h", "Hyttan"), ("k", "Kanalbyn")], widget=forms.CheckboxSelectMultiple, required=False
    )
    level = forms.ChoiceField(label="Steg i effektkedjan", choices=[("output", "Prestation"), ("outcome", "Utfall")])
    people = forms.BooleanField(label="Siffran räknar människor", required=False, help_text="Då skyddas små tal.")
    file = forms.FileField(label="Bilaga", required=False)


def bar(name, years, low, high, verdict, path=(0.4, 0.6), **more) -> TargetBar:
    """A target from four numbers: baseline, last year, target (in units); the path as shares of the way."""
    baseline, before, target = years
    way = target - baseline
    return TargetBar(
        name=name, baseline=int(baseline * S), baseline_year=2024, target=int(target * S), target_year=2028, verdict=verdict,
        low=None if low is None else int(low * S), high=None if high is None else int(high * S),
        path_low=int((baseline + path[0] * way) * S), path_high=int((baseline + path[1] * way) * S),
        last_year=None if before is None else int(before * S), **more,
    )  # fmt: skip


def everything() -> dict[str, object]:
    """The context of every page of parts."""
    return {
        "form": Form({"title": "", "pupils": "tjugofem", "level": "output"}),
        "fresh": Form(),
        "day": date(2027, 1, 22),
        "first": date(2026, 9, 1),
        "last": date(2026, 12, 31),
        "crumbs": [("Handlingsplan 2025–2034", "#"), ("Uppväxt och utbildning", "#"), ("Mål 3", "#")],
        "chips": [
            {"words": words, "count": count, "address": "#", "is_here": words == "Startade"}
            for words, count in [
                ("Startade", 34),
                ("Alla", 61),
                ("Försenade", 6),
                ("Utan rapport", 2),
                ("Brister", 11),
                ("Område: alla", None),
            ]
        ],
        "round_symbols": ["approved"] * 12 + ["to_review"] * 7 + ["begun", "reminded", "reminded", "uncertain_mail", "wrong_address"],
        "groups": [
            ("Boende och uthyrning", "Mål 1. Skillnaderna i boende mellan områdena ska minska.", ["on_plan"] * 5 + ["done", "delayed"]),
            (
                "Arbete och försörjning",
                "Mål 2. Skillnaderna i arbete mellan områdena ska minska.",
                ["on_plan"] * 4 + ["delayed", "unreported"],
            ),
            (
                "Språk och etablering",
                "Mål 4. Fler ska lära sig svenska snabbare.",
                ["on_plan"] * 3 + ["paused", "not_started", "ended_early"],
            ),
        ],
        "figure": {
            "low": 340 * S,
            "high": 410 * S,
            "approved": 18,
            "expected": 20,
            "missing": ["Norrbruks IF, 3.5 Nattfotboll: inte svarat", "Norrbruks IF, 4.1 Språkcafé: återkallad"],
        },
        "no_figure": {"low": None, "high": None, "approved": 0, "expected": 2, "missing": []},
        "share": {"low": 7200, "high": 7200, "approved": 4, "expected": 4, "missing": []},
        "bars": [
            (bar("Verkställda avhysningar, ska minska", (55, 54, 51), 56, 56, "wrong_way"), "1.2 · Utfall", "2 av 2"),
            (bar("Traineeplatser i fastighetsskötsel", (0, 3, 20), 4, 4, "behind"), "2.3 · Prestation", "3 av 3"),
            (bar("Personer som fullföljt boskolan", (0, 14, 60), 24, 38, "uncertain"), "1.1 · Prestation", "5 av 5"),
            (bar("Elever i läxhjälp", (40, 49, 80), 61, 61, "on_path"), "3.1 · Prestation", "6 av 6"),
            (bar("Bovärdar, årsarbetare", (0, 2, 5), 3.5, 3.5, "ahead", decimals=1), "1.12 · Prestation", "3 av 3"),
            (bar("Besök på familjecentralen", (1200, 1380, 2000), 3400, 3400, "ahead"), "3.2 · Prestation", "3 av 3"),
            (bar("Andel i arbete efter 12 månader", (62, 62, 66), 64, 64, "too_early"), "2.5 · Utfall", "4 av 4"),
            (
                bar("Andel boende som använt lokalen", (48, None, 52), None, None, "no_data", lacks="saknas, enkät 2027"),
                "5.1 · Utfall",
                "–",
            ),
            (bar("Antal lokaler", (3, 3, 3), 4, 4, "not_computable"), "5.2 · Prestation", "1 av 1"),
        ],
        "columns": [
            column.split(" ", 1)
            for column in (
                "1.1 Boskola",
                "1.2 Bosocialt team",
                "1.12 Bovärdar",
                "2.3 Traineeplatser",
                "2.9 Sociala företag",
                "3.1 Läxhjälp",
                "3.5 Nattfotboll",
                "4.1 Språkcafé",
                "5.1 Kvarterslokal",
            )
        ],
        "rows": [
            ("Norrbruks IF", "förening", ["", "", "", "", "", "to_review", "reminded", "begun", ""], "1 av 3"),
            ("Kretsloppet", "socialt företag", ["", "", "", "", "uncertain_mail", "", "", "reminded", ""], "0 av 2"),
            ("Hyresgästföreningen", "hyresgästorganisation", [""] * 8 + ["wrong_address"], "0 av 1"),
            ("Norrbruksbyggen AB", "bostadsbolag", ["approved"] * 4 + ["to_review", "", "", "", "approved"], "6 av 6"),
            (
                "Norrbruks kommun",
                "kommunledning",
                ["opened", "asked", "overdue", "returned", "withdrawn", "exempt", "not_asked", "closed_without", "approved"],
                "1 av 8",
            ),
        ],
        "places": [
            ("today", "#i", "I dag"),
            ("plan_list", "#p", "Plan"),
            ("actor_list", "#a", "Aktörer"),
            ("round_list", "#r", "Rapportrunda"),
            ("year_list", "#u", "Uppföljning"),
        ],
        "waits": ["reminded", "begun", "uncertain_mail"],
    }
