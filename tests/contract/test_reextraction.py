"""Kept captures that are read again: better texts, no edit that no publisher made, every old answer kept."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from config.clock import ManualClock
from db.archive import Archive
from db.asking import queries
from db.asking.asof import NOW, AsOf
from db.histories import spells
from db.histories.reextraction import Reader
from db.histories.resettle import Why
from db.models import (
    Action,
    Article,
    Capture,
    Change,
    Extraction,
    Frame,
    Link,
    Quarantine,
    Removal,
    Revision,
    Supersession,
)
from db.verify import verify
from morgue.reextraction_report import Report, SiteReport
from pipeline.stages.reread import Desk as DeskOfSite
from pipeline.stages.reread import settle_articles
from tests.contract.press import PARAGRAPHS, Press, page, site

OTHER = "The council has paid for a floating stage after all, its speaker said, and it is to be towed in tonight."


@pytest.fixture
def press(archive: Archive, clock: ManualClock, archive_url: str, tmp_path: Path) -> Press:
    return Press(archive, clock, archive_url, tmp_path)


@pytest.fixture
def other_press(clock: ManualClock, tmp_path: Path) -> Iterator[Press]:
    """A press that has seen nothing."""
    address = f"sqlite:///{tmp_path}/other.sqlite3"
    with Archive.open(address, clock=clock) as archive:
        yield Press(archive, ManualClock(clock.now()), address, tmp_path)


def only(report: Report) -> SiteReport:
    (found,) = report.sites
    return found


def count(archive: Archive, table: type) -> int:
    with archive.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def kinds(archive: Archive) -> list[str]:
    with archive.read() as session:
        return list(session.scalars(select(Change.kind).order_by(Change.id)))


TEASERS = ("a lighthouse for sale.", "the price of rope.", "where the gulls went.")


def teased(press: Press, *, weeks: int = 3) -> int:
    """An article with a teaser of others in its text: the extractor takes each new one for an edit."""
    for number in range(weeks):
        archived = press.look(
            "pier", page(extra=f"Also in the paper: {TEASERS[number]}"), hours=100
        )
    press.look("pier", page(*PARAGRAPHS[:3], OTHER, extra="Also in the paper: who sells fish."))
    assert archived.article_id is not None
    assert len(press.standing(archived.article_id)) == weeks + 1
    press.site = site(remove=".extra")
    return archived.article_id


def test_what_was_read_by_this_reader_is_not_read_again(press: Press, archive: Archive) -> None:
    press.look("pier", page())
    press.look("pier", page(*PARAGRAPHS[:3], OTHER))
    press.look("pier", page(*PARAGRAPHS[:3], OTHER))
    report = only(press.reextract())
    assert (report.pages, report.articles, report.superseded) == (0, 0, 0)


def test_a_newer_extractor_adds_nothing_and_keeps_rows_that_read_the_same(
    press: Press, archive: Archive
) -> None:
    press.look("pier", page())
    press.look("pier", page(*PARAGRAPHS[:3], OTHER))
    press.upgrade()
    report = only(press.reextract())
    assert (report.pages, report.articles, report.changed) == (2, 1, 0)
    assert (count(archive, Revision), count(archive, Supersession)) == (2, 0)
    assert count(archive, Extraction) == 4
    assert only(press.reextract()).pages == 0
    assert verify(archive) == []


def test_edits_of_the_extractor_alone_are_superseded(press: Press, archive: Archive) -> None:
    article_id = teased(press)
    before = press.clock.now()
    report = only(press.reextract())
    assert (report.articles, report.changed, report.superseded, report.added) == (1, 1, 4, 0)
    standing = press.standing(article_id)
    assert [one.revision.text.splitlines()[-1] for one in standing] == [PARAGRAPHS[3], OTHER]
    with archive.read() as session:
        assert session.get_one(Article, article_id).revision_id == standing[-1].id
        rows = session.scalars(select(Supersession)).all()
        (action,) = session.scalars(select(Action))
        assert {row.by_revision_id for row in rows} == {one.id for one in standing}
        assert {(row.reason, row.action_id) for row in rows} == {("reextracted", action.id)}
        assert all(row.superseded_at == before for row in rows)
    assert action.kind == "reextract"
    assert action.arguments["outcome"]["sites"]["lantern"]["superseded"] == 4
    assert kinds(archive)[4:] == ["superseded"] * 4, "no publisher said anything new"
    assert verify(archive) == []


def test_a_dry_run_says_the_same_and_changes_nothing(press: Press, archive: Archive) -> None:
    teased(press)
    tables = (Revision, Extraction, Supersession, Action, Change)
    before = [count(archive, table) for table in tables]
    told = only(press.reextract(is_dry=True))
    assert [count(archive, table) for table in tables] == before
    done = only(press.reextract())
    assert (told.superseded, told.added, told.fields) == (done.superseded, done.added, done.fields)
    assert told.fields == {"text": 4}
    assert len(told.examples) == 1


def test_other_fields_that_read_better_are_shown_and_make_no_edit(
    press: Press, archive: Archive
) -> None:
    html = page().replace("<h1>", "<p class=by>Ada Quill</p><h1>")
    press.site = site(remove=".by")
    archived = press.look("pier", html)
    press.look("pier", html + "<!-- -->")
    press.site = site(authors=".by")
    report = only(press.reextract())
    assert (report.fields, report.superseded, report.added) == ({"authors": 1}, 1, 0)
    (one,) = press.standing(archived.article_id)
    assert one.revision.authors == ("Ada Quill",)
    assert kinds(archive).count("revision") == 1


def test_a_crawl_goes_on_from_what_was_read_again(press: Press, archive: Archive) -> None:
    article_id = teased(press)
    press.reextract()
    outcomes = [
        press.look(
            "pier", page(*PARAGRAPHS[:3], OTHER, extra="Also in the paper: a lost whale.")
        ).outcome,
        press.look("pier", page(*PARAGRAPHS[:2], extra="Also in the paper: a lost seal.")).outcome,
    ]
    assert outcomes == ["same_text", "revised"]
    assert len(press.standing(article_id)) == 3
    assert only(press.reextract()).pages == 0
    assert verify(archive) == []


def test_a_crawl_after_an_upgrade_adds_no_edit_that_no_publisher_made(
    press: Press, archive: Archive
) -> None:
    article_id = teased(press, weeks=1)
    same = press.look("pier", page(*PARAGRAPHS[:3], OTHER, extra="Also in the paper: old maps."))
    assert same.outcome == "same_text"
    revised = press.look("pier", page(*PARAGRAPHS[:2], extra="Also in the paper: new maps."))
    assert revised.outcome == "revised"
    assert only(press.reextract()).superseded == 2
    assert len(press.standing(article_id)) == 3
    assert verify(archive) == []


def test_an_edit_that_the_old_reader_did_not_see_is_found(press: Press, archive: Archive) -> None:
    press.site = site(remove=".extra")
    archived = press.look("pier", page(extra="Correction: four million, not five."))
    press.look("pier", page(extra="Correction: four million crowns, not five."))
    press.look("pier", page(*PARAGRAPHS[:3], extra="Correction: four million crowns, not five."))
    assert len(press.standing(archived.article_id)) == 2
    press.site = site()
    report = only(press.reextract())
    assert (report.superseded, report.added) == (2, 1)
    texts = [one.revision.text.splitlines()[-1] for one in press.standing(archived.article_id)]
    assert texts == [
        "Correction: four million, not five.",
        "Correction: four million crowns, not five.",
        "Correction: four million crowns, not five.",
    ]
    assert kinds(archive)[2:].count("revision") == 1
    assert verify(archive) == []


def test_pages_in_quarantine_become_looks_once_they_are_believed(
    press: Press, archive: Archive
) -> None:
    press.site = site(remove="main")
    press.look("wall", "<html><body><p>Please wait.</p></body></html>")
    pages = {
        "pier": page(*PARAGRAPHS[:2], title="Pier closed"),
        "dock": page(*PARAGRAPHS[2:], title="Who pays for a dock?"),
    }
    doubted = [press.look(path, pages[path]).outcome for path in ("pier", "dock", "pier")]
    assert doubted == ["quarantined"] * 3
    press.site = site()
    told, done = only(press.reextract(is_dry=True)), only(press.reextract())
    assert (told.healed, told.new_articles, told.doubted) == (3, 2, 1)
    assert (done.healed, done.doubted, done.added) == (3, 1, 2)
    with archive.read() as session:
        released = session.scalars(select(Quarantine.released_at).order_by(Quarantine.id)).all()
        assert [moment is None for moment in released] == [True, False, False, False]
        shown = session.scalars(select(Link.article_id).order_by(Link.id)).all()
        assert shown[0] is None
        assert None not in shown[1:]
    assert [len(press.standing(number)) for number in shown[1:]] == [1, 1]
    assert sorted(kinds(archive)) == ["released", "released", "revision", "revision"]
    assert verify(archive) == []
    assert press.look("pier", pages["pier"] + "<!-- -->").outcome == "same_text"
    assert only(press.reextract()).pages == 0


def test_a_page_in_quarantine_tells_an_edit_of_a_known_article(
    press: Press, archive: Archive
) -> None:
    first = press.look("pier", page())
    press.site = site(remove="main")
    assert press.look("pier", page(*PARAGRAPHS[:3], OTHER)).outcome == "quarantined"
    press.site = site()
    press.look("pier", page(*PARAGRAPHS[:3], OTHER) + "<!-- -->")
    report = only(press.reextract(is_quarantined_only=True))
    assert (report.healed, report.superseded, report.added) == (1, 1, 0)
    one, other = press.standing(first.article_id)
    assert other.first_seen_at < press.clock.now()
    assert other.number == 3
    assert (other.first_seen_at - one.first_seen_at).total_seconds() == 3600
    assert verify(archive) == []


NOT_FOUND = "<html><head><title>Page not found</title></head><body><h1>404: page not found</h1></body></html>"


def gone(press: Press, as_of: AsOf = NOW) -> list[tuple[bool, bool]]:
    """The removals of the only article: whether each is confirmed, and whether it has ended."""
    with press.archive.read() as session:
        return [
            (each.confirmed_at is not None, each.returned_at is not None)
            for each in spells.removals_of(session, 1, as_of=as_of)
        ]


def test_a_page_that_is_healed_within_a_removal_ends_it(press: Press, archive: Archive) -> None:
    press.look("pier", page())
    for _ in range(3):
        press.look("pier", page(*PARAGRAPHS[:3], OTHER), read_as=NOT_FOUND, hours=30)
    before = press.clock.now()
    assert gone(press) == [(True, False)]
    press.upgrade()
    press.clock.advance(timedelta(hours=1))
    only(press.reextract())
    assert gone(press) == []
    assert gone(press, AsOf(known_at=before)) == [(True, False)]
    with archive.read() as session:
        assert session.scalars(select(Article.gone_at)).one() is None
        then = queries.find_articles(session, number=1, as_of=AsOf(known_at=before))
        assert [view.gone_at is not None for view in then] == [True]
    assert kinds(archive).count("back") == 1
    assert verify(archive) == []
    rows = count(archive, Removal), count(archive, Change)
    press.upgrade()
    only(press.reextract())
    assert (count(archive, Removal), count(archive, Change)) == rows
    with archive.write() as session:
        session.execute(
            update(Removal).where(Removal.confirmed_at.is_not(None)).values(withdrawn_at=None)
        )
    assert "removal_sights" in {each.promise for each in verify(archive)}


def test_a_page_that_is_healed_within_a_removal_divides_it(press: Press, archive: Archive) -> None:
    press.look("pier", page())
    press.look("pier", "", status=404, hours=30)
    press.look("pier", page(*PARAGRAPHS[:3], OTHER), read_as=NOT_FOUND, hours=30)
    press.look("pier", "", status=404, hours=1)
    assert gone(press) == [(True, False)]
    press.upgrade()
    only(press.reextract())
    assert gone(press) == [(False, True), (False, False)]
    with archive.read() as session:
        assert session.scalars(select(Article.gone_at)).one() is None
    assert verify(archive) == []


def test_a_page_that_is_a_wall_after_all_shows_nothing_any_more(
    press: Press, archive: Archive
) -> None:
    wall = "<html><head><title>Just a moment...</title></head><body><h1>Checking your browser before accessing lantern.example</h1></body></html>"
    first = press.look("pier", page())
    press.look("pier", wall, read_as=page(*PARAGRAPHS[:3], OTHER))
    press.upgrade()
    for _ in range(2):
        report = only(press.reextract())
        assert [one.number for one in press.standing(first.article_id)] == [1]
        assert verify(archive) == []
        press.upgrade()
    assert report.refused == {}, "it is refused once"
    with archive.read() as session:
        (gone,) = session.scalars(select(Supersession))
        assert gone.by_revision_id == press.standing(first.article_id)[0].id
        assert session.scalars(select(Quarantine.reason)).all() == ["blocked"]


def test_a_page_that_cannot_be_had_any_more_still_shows_what_was_read(
    press: Press, archive: Archive
) -> None:
    article_id = teased(press)
    before = press.standing(article_id)
    with archive.write() as session:
        last = session.get_one(Capture, before[-1].capture_id)
        session.execute(delete(Frame).where(Frame.sha256 == last.body_sha256))
    report = only(press.reextract())
    assert report.unread == 1
    after = press.standing(article_id)
    assert len(after) == 2
    assert after[-1].id == before[-1].id


def test_articles_of_which_a_page_was_not_read_are_left(press: Press, archive: Archive) -> None:
    article_id = teased(press)
    reader = Reader("9", b"\0" * 32)
    desk = DeskOfSite(press.context, "lantern", press.site_id, reader)
    with archive.write() as session:
        (outcome,) = settle_articles(
            session, [article_id], {}, desk=desk, why=Why("reextracted", now=press.clock.now())
        )
    assert len(outcome.missing) == 4
    assert count(archive, Supersession) == 0


def test_two_that_read_again_at_once_do_what_one_does(
    press: Press, archive: Archive, archive_url: str
) -> None:
    articles = [teased(press)]
    for path in "abcdef":
        press.site = site()
        for number in range(2):
            archived = press.look(path, page(PARAGRAPHS[0], extra=f"{path} {number}"), hours=100)
        articles.append(archived.article_id or 0)
    press.site = site(remove=".extra")
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(press.reextract) for _ in range(2)]
        reports = [only(run.result()) for run in runs]
    assert sum(report.superseded for report in reports) == 4 + 6 * 2
    assert [len(press.standing(number)) for number in articles] == [2] + 6 * [1]
    assert verify(archive) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_reading_again_comes_to_what_a_better_reader_had_come_to_from_the_start(
    press: Press, other_press: Press, archive: Archive, seed: int
) -> None:
    dice = random.Random(seed)
    press.site = site(remove=".extra") if seed == 1 else site()
    for _ in range(30):
        path, kind = dice.choice("abc"), dice.random()
        if kind < 0.1:
            press.look(path, "", hours=dice.choice((3, 100)), status=404)
            continue
        texts = [PARAGRAPHS[ord(path) - 97], *dice.choices(PARAGRAPHS, k=2)]
        html = page(
            *texts, title=f"Story {path} of the pier", extra=dice.choice(("", "One.", "Two."))
        )
        press.look(path, html, hours=dice.choice((50, 100)))
    press.site = site() if seed == 1 else site(remove=".extra")
    press.reextract()
    assert verify(archive) == []
    other_press.site = press.site
    other_press.replay(press)
    assert press.answers() == other_press.answers()


def test_replaying_every_response_adds_nothing(press: Press, archive: Archive) -> None:
    teased(press)
    press.site = site()
    tables = (Revision, Extraction, Article, Change)
    before = [count(archive, table) for table in tables], press.answers()
    with archive.read() as session:
        captures = session.scalars(select(Capture).order_by(Capture.id)).all()
    for capture in captures:
        with archive.read() as session:
            html = archive.captures.get(session, capture.body_sha256).decode()
        fetched = press.fetch("pier", html)
        fetched.capture_id, fetched.same_as_revision_id = capture.id, None
        press.archive_look(fetched)
    assert ([count(archive, table) for table in tables], press.answers()) == before


def test_only_what_is_asked_for_is_read(press: Press, archive: Archive) -> None:
    first = press.look("a", page(PARAGRAPHS[0]))
    between = press.clock.now() - timedelta(minutes=1)
    press.look("b", page(PARAGRAPHS[1]))
    press.look("a", page(PARAGRAPHS[0], PARAGRAPHS[2]))
    press.upgrade()
    assert only(press.reextract(is_dry=True, until=between)).pages == 2, "the whole article"
    assert only(press.reextract(is_dry=True, since=between)).pages == 3
    assert only(press.reextract(is_dry=True, article_id=first.article_id)).pages == 2
    assert only(press.reextract(is_dry=True, limit=1)).articles == 1
    assert only(press.reextract(is_dry=True, is_quarantined_only=True)).pages == 0
