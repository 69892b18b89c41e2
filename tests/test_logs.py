"""What is logged: one JSON object a line, and no secrets."""

import json
import logging

import structlog

from config import logs


def logged(capsys, record) -> dict:
    """The line that `record` makes."""
    handler = logging.StreamHandler()
    formatter = logs.configure("INFO")["formatters"]["json"]
    handler.setFormatter(formatter["()"](**{name: value for name, value in formatter.items() if name != "()"}))
    handler.emit(record)
    return json.loads(capsys.readouterr().err)


def record_of(message: str, exc_info=None) -> logging.LogRecord:
    return logging.LogRecord("samspel", logging.INFO, __file__, 1, message, (), exc_info)


def test_links_that_open_something_are_scrubbed(capsys):
    line = logged(capsys, record_of("GET /l/abc123-very-secret/ from somebody"))
    assert line["event"] == "GET /l/[link]/ from somebody"


def test_a_personnummer_is_scrubbed(capsys):
    line = logged(capsys, record_of("Anna, 19640823-3234, ringde"))
    assert line["event"] == "Anna, [personnummer], ringde"


def test_local_variables_are_never_logged(capsys):
    password = "hemligt-lösenord"
    try:
        raise ValueError("/l/secret-part/")
    except ValueError as error:
        line = logged(capsys, record_of("fell", (type(error), error, error.__traceback__)))
    assert line["exception"][0]["exc_value"] == "/l/[link]/"
    assert password not in json.dumps(line, ensure_ascii=False)


def test_what_structlog_logs_is_scrubbed_too(capsys):
    assert logs.scrub(None, "info", {"request": {"path": ["/l/x/y"]}}) == {"request": {"path": ["/l/[link]/y"]}}
    assert structlog.is_configured()


def test_what_a_pdf_leaves_out_of_our_style_sheets_does_not_drown_the_log():
    """`make run` has just told how to sign in; an error is said all the same."""
    printer = logging.getLogger("weasyprint")
    assert not printer.isEnabledFor(logging.WARNING)
    assert printer.isEnabledFor(logging.ERROR)
