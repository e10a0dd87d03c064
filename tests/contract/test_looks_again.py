"""A known page that says less than it did is counted against its own former reading; on both databases."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from config.clock import ManualClock
from db.archive import Archive
from db.archiving.entries import NewExtraction
from db.asking import looks_again, site_days
from db.models import VisitOutcome
from tests.contract.desk import RULES, Desk

DAY = date(2026, 3, 2)
TEXT = "A long story of the harbour, of its cranes and of those who work there. " * 4


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def look(
    desk: Desk,
    path: str,
    *,
    text: str = TEXT,
    authors: tuple[str, ...] = ("A. Writer",),
    published: str | None = "2026-03-02",
    rules: bytes = RULES,
    noise: str = "",
) -> VisitOutcome:
    """A look at a page that is read so."""
    link = desk.link(path)
    made = desk.entry(link, text, article=link.article_id, authors=authors, published=published)
    read: dict[str, Any] = {"authors": authors, "published": published, "text": text}
    content = json.dumps(read | {"url": link.url, "noise": noise}).encode()
    extraction = NewExtraction(content, "1", rules, is_believed=True)
    (archived,) = desk.archive_all(replace(made, extraction=extraction))
    desk.wait(minutes=1)
    return archived.outcome


def doubt(desk: Desk, path: str, reason: str) -> None:
    link = desk.link(path)
    extraction = NewExtraction(b"{}", "1", RULES, is_believed=False, reason=reason, detail="odd")
    capture_id = desk.keep(link, f"<html>{path}{desk.clock.now()}".encode())
    desk.archive_all(
        desk.bare(link, VisitOutcome.QUARANTINED, capture_id=capture_id, extraction=extraction)
    )
    desk.wait(minutes=1)


def counted(desk: Desk) -> dict[str, Any]:
    """What the day came to."""
    with desk.archive.read() as session:
        return site_days.count(session, DAY, until=desk.clock.now())[desk.site_id]


def test_a_first_reading_is_no_look_again(desk: Desk) -> None:
    look(desk, "a")
    assert "again" not in counted(desk)


def test_a_page_that_is_read_as_before_lost_nothing(desk: Desk) -> None:
    look(desk, "a")
    assert look(desk, "a") is VisitOutcome.SAME_TEXT
    assert look(desk, "a", noise="another picture") is VisitOutcome.SAME_TEXT
    day = counted(desk)
    assert (day["again"], day["poorer"], day["lost"]) == ([0, 2, 0, 0], [0, 0, 0, 0], {})


def test_a_field_that_is_lost_beside_the_text_is_counted_at_every_look(desk: Desk) -> None:
    look(desk, "a")
    for _ in range(2):
        assert look(desk, "a", authors=(), published=None) is VisitOutcome.SAME_TEXT
    day = counted(desk)
    assert (day["again"][1], day["poorer"][1]) == (2, 2)
    assert day["lost"] == {"authors": 2, "published": 2}


def test_a_field_that_was_never_there_is_not_lost(desk: Desk) -> None:
    look(desk, "a", authors=())
    look(desk, "a", authors=(), noise="another picture")
    assert counted(desk)["poorer"] == [0, 0, 0, 0]


def test_a_text_cut_to_less_than_half_is_counted_once_an_edit_is_not(desk: Desk) -> None:
    look(desk, "a")
    assert look(desk, "a", text=TEXT + "More.") is VisitOutcome.REVISED
    assert look(desk, "a", text=TEXT[:60]) is VisitOutcome.REVISED
    assert look(desk, "a", text=TEXT[:60], noise="x") is VisitOutcome.SAME_TEXT
    day = counted(desk)
    assert (day["again"][1], day["poorer"][1], day["lost"]) == (3, 1, {"text": 1})


def test_a_known_page_that_is_not_believed_any_more_is_no_new_page_in_doubt(desk: Desk) -> None:
    look(desk, "a")
    doubt(desk, "a", "layout")
    doubt(desk, "b", "layout")
    day = counted(desk)
    assert (day["again"][1], day["poorer"][1], day["lost"]) == (1, 1, {"belief": 1})
    assert day["doubted"][1] == 1


def test_a_wall_in_place_of_a_known_page_is_none_of_its_layout(desk: Desk) -> None:
    look(desk, "a")
    doubt(desk, "a", "blocked")
    assert "again" not in counted(desk)


def test_what_another_reader_read_is_not_compared(desk: Desk) -> None:
    look(desk, "a")
    look(desk, "a", authors=(), rules=b"other rules".ljust(32, b"."))
    assert "again" not in counted(desk)


def test_of_many_looks_in_an_hour_a_sample_is_compared(desk: Desk) -> None:
    for number in range(looks_again.SAMPLE + 3):
        look(desk, f"p{number}")
    desk.wait(hours=1)
    for number in range(looks_again.SAMPLE + 3):
        look(desk, f"p{number}", authors=())
    day = counted(desk)
    assert (day["again"][1], day["poorer"][1]) == (looks_again.SAMPLE, looks_again.SAMPLE)
