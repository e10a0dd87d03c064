import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Literal

import pytest
import structlog

from config.clock import ManualClock
from morgue import logs

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


Configure = Callable[..., io.StringIO]


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Configure]:
    """Configures logging into a stream, and puts everything back afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()

    def configure(level: str = "info", form: Literal["text", "json"] = "text") -> io.StringIO:
        monkeypatch.setattr("sys.stderr", stream)
        logs.configure(level, form=form, clock=ManualClock(NOON))
        return stream

    yield configure
    logging.getLogger("scrapy").setLevel(logging.NOTSET)
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_json_line_says_event_moment_and_context(configured: Configure) -> None:
    stream = configured(form="json")
    structlog.stdlib.get_logger("morgue.x").info("capture_stored", bytes=552)
    assert json.loads(stream.getvalue()) == {
        "event": "capture_stored",
        "bytes": 552,
        "level": "info",
        "logger": "morgue.x",
        "at": "2024-05-01T12:00:00.000Z",
    }


def test_lines_of_libraries_have_the_same_form(configured: Configure) -> None:
    stream = configured(form="json")
    logging.getLogger("someone").warning("the %s is full", "disk")
    told = json.loads(stream.getvalue())
    assert (told["event"], told["level"], told["logger"]) == (
        "the disk is full",
        "warning",
        "someone",
    )
    assert told["at"].startswith("2024-05-01T12:00")


def test_a_level_hides_what_is_below_it(configured: Configure) -> None:
    stream = configured("warning")
    log = structlog.stdlib.get_logger("morgue.x")
    log.info("page_read")
    log.warning("page_refused")
    assert "page_read" not in stream.getvalue()
    assert "page_refused" in stream.getvalue()


def test_talkative_libraries_are_heard_from_warnings_on(configured: Configure) -> None:
    stream = configured("debug")
    logging.getLogger("scrapy").setLevel("DEBUG")  # as Scrapy does
    logging.getLogger("scrapy.core.engine").info("Spider opened")
    logging.getLogger("scrapy.core.engine").warning("slow")
    assert "Spider opened" not in stream.getvalue()
    assert "slow" in stream.getvalue()


def test_a_title_cannot_steer_the_terminal_through_the_log(configured: Configure) -> None:
    stream = configured()
    structlog.stdlib.get_logger("morgue.x").info("page_read", title="a\x1b[2J\nb\u202e")
    assert "\x1b" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 1


def test_configuring_twice_logs_once(configured: Configure) -> None:
    configured()
    stream = configured()
    structlog.stdlib.get_logger("morgue.x").info("page_read")
    assert stream.getvalue().count("page_read") == 1


def test_an_exception_is_in_the_log(configured: Configure) -> None:
    stream = configured()
    try:
        int("broken pen")
    except ValueError:
        structlog.stdlib.get_logger("morgue.x").exception("page_lost")
    assert "broken pen" in stream.getvalue()
    assert "Traceback" in stream.getvalue()
