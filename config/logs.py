"""Logs: one JSON object a line, without local variables, links that open something or personnummer."""

import re
from typing import Any

import structlog

# The secret part of a partner's or a password link, and anything that looks like a personnummer.
LINK = re.compile(r"(/(?:l|proposals|reset/key)/)[^/\s\"'?]+")
PERSONNUMMER = re.compile(r"(?<!\d)(?:19|20)?\d{6}[-+ ]?\d{4}(?!\d)")


def scrubbed(value: Any) -> Any:
    """The same value with secrets in its strings replaced, at any depth."""
    if isinstance(value, str):
        return PERSONNUMMER.sub("[personnummer]", LINK.sub(r"\1[link]", value))
    if isinstance(value, dict):
        return {key: scrubbed(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [scrubbed(inner) for inner in value]
    return value


def scrub(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A structlog step: whatever is logged is scrubbed last, after the traceback has become text."""
    return {key: scrubbed(value) for key, value in event.items()}


def scrub_sentry(event: Any, hint: Any) -> Any:
    """The same for what is sent to Sentry."""
    return scrubbed(event)


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def configure(level: str) -> dict[str, Any]:
    """Set structlog up and give Django's LOGGING: everything to stderr, from `level`."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
                    scrub,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would write the same line once more, unscrubbed, and mail it.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # Our style sheets are written for browsers: that a PDF goes without some of it is known, and said thirty times a document.
            "weasyprint": {"level": "ERROR"},
        },
    }
