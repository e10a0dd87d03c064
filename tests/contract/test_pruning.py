"""Bodies are removed only where a person says so, and nothing that stays rests on them."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from config.clock import ManualClock
from db.archive import Archive
from db.archiving.entries import NewExtraction
from db.captures import CaptureMissing, CapturePruned
from db.models import Action, Capture, Dictionary, Frame, PrunedBody, VisitOutcome
from db.proving import pruning, seals
from db.proving.pruning import Pruned, Selection, SiteUnknownError
from db.verify import verify
from tests.contract.capture_pages import page
from tests.contract.desk import RULES, Desk
from tests.crash.forks import KILLED, run_program

ALL = Selection(site="lantern", has_proofs=True)

pytestmark = pytest.mark.parametrize(
    ("archive_url", "spec"),
    [
        pytest.param("sqlite", "database", id="sqlite"),
        pytest.param("sqlite", "files", id="files"),
        pytest.param("postgres", "database", id="postgres", marks=pytest.mark.postgres),
    ],
    indirect=True,
)


@pytest.fixture
def archive(archive_url: str, spec: str, clock: ManualClock) -> Iterator[Archive]:
    with Archive.open(archive_url, clock=clock, captures=spec) as opened:
        yield opened


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    """Eight articles, each seen nine times with two texts; the site has dictionaries."""
    made = Desk(archive, clock)
    for look in range(9):
        for article in range(8):
            body = page(article, look=look, size=9_000)
            made.see(f"{article}", f"text {article} {look // 5}", body=body)
        made.wait(days=1)
    return made


def prune(archive: Archive, selection: Selection) -> Pruned:
    return pruning.prune(archive, selection, actor="desk:1", reason="asked for")


def readable(archive: Archive) -> dict[int, bool]:
    """By capture, whether its body can be read."""
    found = {}
    with archive.read() as session:
        for capture in session.scalars(select(Capture)):
            try:
                archive.captures.get(session, capture.body_sha256)
                found[capture.id] = True
            except CapturePruned:
                found[capture.id] = False
    return found


def count(archive: Archive, model: type) -> int:
    with archive.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_an_estimate_touches_nothing(desk: Desk, archive: Archive) -> None:
    with archive.read() as session:
        told = pruning.estimate(session, Selection(before=desk.clock.now()))
    assert (told.bodies, told.captures, told.revisions) == (56, 56, 0)
    assert 0 < told.stored_bytes < told.body_bytes
    assert all(readable(archive).values())


def test_what_proves_a_revision_stays_and_everything_that_stays_can_be_read(
    desk: Desk, archive: Archive
) -> None:
    seals.seal(archive)
    pruned = prune(archive, Selection(before=desk.clock.now()))
    assert pruned.bodies + pruned.kept == 56
    assert pruned.freed_bytes > 0
    assert sum(not is_there for is_there in readable(archive).values()) == pruned.bodies
    assert verify(archive) == []
    desk.see("1", "text 1 0", body=page(1, look=77, size=9_000))
    assert verify(archive) == []


def test_only_what_was_fetched_before_a_moment_goes(desk: Desk, archive: Archive) -> None:
    before = desk.clock.now() - timedelta(days=6, hours=1)
    pruned = prune(archive, Selection(before=before))
    assert pruned.bodies + pruned.kept == 16  # of three days, the first proves
    assert verify(archive) == []


def test_a_whole_site_can_go_with_its_dictionaries(desk: Desk, archive: Archive) -> None:
    other = Desk(archive, desk.clock, site="beacon")
    other.see("x", "elsewhere")
    assert count(archive, Dictionary) > 0
    pruned = prune(archive, ALL)
    assert (pruned.bodies, pruned.kept, pruned.rewritten) == (72, 0, 0)
    assert (count(archive, Frame), count(archive, Dictionary)) == (1, 0)
    assert count(archive, Capture) == 73
    assert verify(archive) == []
    desk.see("1", "another text", body=page(1, look=90, size=9_000))
    assert verify(archive) == []


def test_any_choice_of_bodies_leaves_the_others_whole(desk: Desk, archive: Archive) -> None:
    rng = random.Random(4)
    with archive.read() as session:
        digests = list(session.scalars(select(Frame.sha256).order_by(Frame.id)))
    while digests:
        some = [sha256 for sha256 in digests if rng.random() < 0.3] or digests[:1]
        with archive.write() as session:
            dropped = archive.captures.drop(session, some)
        assert {*dropped.gone, *dropped.kept} == set(some)
        digests = [sha256 for sha256 in digests if sha256 not in some]
        with archive.read() as session:
            for sha256 in (*digests, *dropped.kept):
                archive.captures.get(session, sha256)
            for sha256 in dropped.gone:
                with pytest.raises(CaptureMissing):
                    archive.captures.get(session, sha256)


def test_the_audit_says_who_why_and_what(desk: Desk, archive: Archive) -> None:
    pruned = prune(archive, ALL)
    with archive.read() as session:
        action = session.get_one(Action, pruned.action_id)
        noted = session.scalars(select(PrunedBody)).all()
    assert (action.kind, action.actor, action.reason) == ("prune", "desk:1", "asked for")
    assert action.arguments["site"] == "lantern"
    assert {each.action_id for each in noted} == {action.id}
    assert len(noted) == pruned.bodies


def test_nothing_to_prune_leaves_no_trace(desk: Desk, archive: Archive) -> None:
    assert prune(archive, Selection(is_quarantined=True)).action_id is None
    assert count(archive, Action) == 0


def test_a_pruned_body_says_so_and_may_come_again(desk: Desk, archive: Archive) -> None:
    body = page(1, look=3, size=9_000)
    prune(archive, ALL)
    with archive.read() as session:
        sha256 = session.scalars(select(PrunedBody.sha256)).first()
        with pytest.raises(CapturePruned, match="was pruned: 2026-03-11, by hand"):
            archive.captures.get(session, sha256)
        assert pruning.pruned_counts(session) == (72, 16)
    desk.see("1", "text 1 0", body=body)
    with archive.read() as session:
        assert pruning.pruned_counts(session) == (71, 16)
    assert verify(archive) == []


def test_only_what_was_never_believed_counts_as_quarantined(desk: Desk, archive: Archive) -> None:
    doubt = NewExtraction(b"{}", "1", RULES, is_believed=False, reason="layout")
    link = desk.link("odd")
    capture_id = desk.keep(link, b"<html>odd" * 50)
    desk.archive_all(
        desk.bare(link, VisitOutcome.QUARANTINED, capture_id=capture_id, extraction=doubt)
    )
    desk.keep(desk.link("unread"), b"<html>not read yet" * 50)
    assert prune(archive, Selection(is_quarantined=True)).bodies == 1
    gone = [each for each, is_there in readable(archive).items() if not is_there]
    assert gone == [capture_id]


def test_a_body_that_was_seen_elsewhere_too_stays(desk: Desk, archive: Archive) -> None:
    other = Desk(archive, desk.clock, site="beacon")
    other.see("x", "elsewhere", body=page(1, look=0, size=9_000))
    assert prune(archive, ALL).bodies == 71
    assert verify(archive) == []


def test_a_damaged_page_that_rests_on_a_body_keeps_it(desk: Desk, archive: Archive) -> None:
    with archive.write() as session:
        resting = session.scalars(
            select(Frame).where(Frame.kind == "delta").order_by(Frame.id).limit(1)
        ).one()
        base = resting.base_sha256
        resting.size += 1
    with archive.write() as session:
        dropped = archive.captures.drop(session, [base])
    assert (dropped.gone, dropped.kept) == ((), (base,))


def test_a_site_that_is_not_there_is_told(desk: Desk, archive: Archive) -> None:
    with pytest.raises(SiteUnknownError, match="no site beakon"):
        prune(archive, Selection(site="beakon"))


def test_the_room_is_given_back(desk: Desk, archive: Archive, spec: str, tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    before = sum(path.stat().st_size for path in packs.glob("*.pack"))
    prune(archive, Selection(before=desk.clock.now()))
    freed = archive.captures.reclaim(archive.write)
    if spec == "database":
        assert freed == 0
        pruning.vacuum(archive)
    else:
        after = sum(path.stat().st_size for path in packs.glob("*.pack"))
        assert before - after < freed < before
        with archive.read() as session:
            in_packs = session.scalars(select(Frame.pack)).all()
        assert {f"{pack:06}.pack" for pack in in_packs} == {path.name for path in packs.iterdir()}
        assert archive.captures.reclaim(archive.write) == 0
    assert verify(archive) == []


def test_a_pack_with_a_frame_that_cannot_be_read_is_left(
    desk: Desk, archive: Archive, spec: str
) -> None:
    if spec == "database":
        pytest.skip("of packs")
    prune(archive, Selection(before=desk.clock.now()))
    with archive.write() as session:
        session.execute(update(Frame).values(pack_offset=3))
    assert archive.captures.reclaim(archive.write) == 0


@pytest.mark.parametrize(
    ("step", "number"),
    [("drop", 1), ("delete_frames", 1), ("rewrite", 2), ("_move", 1), ("remove", 1)],
)
def test_a_removal_that_is_killed_is_gone_on_with(
    desk: Desk, archive: Archive, archive_url: str, spec: str, step: str, number: int
) -> None:
    if spec == "database":
        pytest.skip("with files there are all steps")
    before = desk.clock.now() - timedelta(days=1)
    with archive.read() as session:
        selected = pruning.estimate(session, Selection(before=before)).bodies
    archive.captures.close()
    child = ("tests.contract.prune_child", archive_url, spec, before.isoformat())
    assert run_program(*child, step, number) == KILLED
    assert verify(archive) == []
    assert run_program(*child) == 0
    assert verify(archive) == []
    gone = sum(not is_there for is_there in readable(archive).values())
    assert gone == selected
