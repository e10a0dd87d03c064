"""Seals: appends what is committed to the hash trees, and keeps their heads. Knows rows through db.proving.leaves.

Rows may be committed after others with larger ids (several writers on Postgres). A seal leaves those ids
open as gaps, and the seals of the next hour look for them again; after that only `thorough` does.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from db.archive import Archive
from db.models import TreeHead
from db.proving import members as packed_members
from db.proving.leaves import FORM, TREES, hashes
from db.proving.members import MARK, Members, Range
from db.proving.trees import Frontier
from db.statements import is_postgres, table_of

PAUSE = timedelta(minutes=10)
"""Crawls that end sooner after a seal leave theirs to a later one: a head costs half a kilobyte."""

PATIENCE = timedelta(hours=1)
"""How long an id may be taken before its row is committed."""

MOST = 5_000
"""Leaves in one seal: what a check reads at once."""

_LOCK = 0x4D4F5253  # of Postgres' advisory locks
_ATTEMPTS = 20


class HeadNotUnderstoodError(ValueError):
    """A head that is no list of tree:size:root, such as capture:12:9f86d0..."""


class Head(NamedTuple):
    """What is enough to hold an archive to its past: keep it elsewhere."""

    tree: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.tree}:{self.size}:{self.root.hex()}"


@dataclass(frozen=True, slots=True)
class _Last:
    """The newest head of a tree, as far as the next needs it."""

    id: int
    frontier: Frontier
    top: int
    gaps: tuple[Range, ...]
    made_at: datetime | None


def heads(session: Session) -> list[Head]:
    """The newest head of each tree that has one."""
    newest = (_newest(session, tree) for tree in TREES)
    return [Head(row.tree, row.size, row.root) for row in newest if row is not None]


def head_text(found: Sequence[Head]) -> str:
    """Heads on one line: what `verify --against` reads."""
    return ",".join(map(str, found))


def parse_heads(words: str) -> list[Head]:
    """The heads of `head_text`.

    Raises:
        HeadNotUnderstoodError: These words are none.
    """
    found = []
    for each in words.strip().split(","):
        tree, _, rest = each.strip().partition(":")
        size, _, root = rest.partition(":")
        try:
            found.append(Head(tree, int(size), bytes.fromhex(root)))
        except ValueError as error:
            raise HeadNotUnderstoodError(f"{each!r} is no head: write tree:size:root") from error
        if tree not in TREES or len(found[-1].root) != 32:
            raise HeadNotUnderstoodError(
                f"{each!r} is no head: its tree is {' or '.join(TREES)}, its root 64 digits"
            )
    return found


def seal(
    archive: Archive,
    *,
    is_paced: bool = False,
    is_thorough: bool = False,
    tell: Callable[[str, int], None] = lambda _tree, _count: None,
) -> list[Head]:
    """Append what is committed and not sealed yet to each tree. Returns the newest heads.

    Args:
        archive: May be in use; each seal is a short transaction of its own.
        is_paced: Leave a tree for later whose head is younger than `PAUSE`.
        is_thorough: Look for rows under all ids, not the newest alone.
        tell: Told the tree and the number of rows after each seal.
    """
    for tree in TREES:
        while count := _seal(archive, tree, is_paced=is_paced, is_thorough=is_thorough):
            tell(tree, count)
            is_paced = is_paced and count < MOST
    with archive.read() as session:
        return heads(session)


def unsealed(session: Session, tree: str, *, floor: int) -> Iterator[int]:
    """Ids up to the floor that have a row and are in no seal of the tree."""
    table = table_of(TREES[tree])
    ranges = packed_members.merged(
        each
        for packed in session.scalars(
            select(TreeHead.members).where(TreeHead.tree == tree).execution_options(yield_per=100)
        )
        for each in packed_members.unpack(packed).ranges
    )
    starts = [first for first, _ in ranges]
    ids = select(table.c.id).where(table.c.id <= floor).order_by(table.c.id)
    for each in session.scalars(ids.execution_options(yield_per=10_000)):
        at = bisect_right(starts, each) - 1
        if at < 0 or each > ranges[at][1]:
            yield each


def settled_id(session: Session, tree: str, *, now: datetime) -> int:
    """The largest id up to which nothing can be waiting to be sealed any more."""
    row = session.scalars(
        select(TreeHead.members)
        .where(TreeHead.tree == tree, TreeHead.made_at <= now - PATIENCE)
        .order_by(TreeHead.size.desc())
        .limit(1)
    ).first()
    return packed_members.unpack(row).top if row is not None else 0


def _seal(archive: Archive, tree: str, *, is_paced: bool, is_thorough: bool) -> int:
    """One seal; the number of its leaves. What others seal meanwhile is theirs."""
    for _ in range(_ATTEMPTS):
        now = archive.clock.now()
        with archive.read() as session:
            last = _last(session, tree)
            if is_paced and last.made_at is not None and now - PAUSE < last.made_at <= now:
                return 0
            floor = settled_id(session, tree, now=now)
            late = (
                list(unsealed(session, tree, floor=last.top))
                if is_thorough
                else _late(session, tree, last)
            )
            ids = [*late, *_new(session, tree, last.top)][:MOST]
            leaves = [leaf for _, leaf in hashes(session, tree, ids)]
        if not ids:
            return 0
        row = _row(tree, last, ids, leaves, floor=floor) | {"made_at": now}
        with archive.write() as session:
            if is_postgres(session):
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            newest = _newest(session, tree)
            if (newest.id if newest else 0) == last.id:
                session.execute(insert(TreeHead).values(**row))
                return len(ids)
    return 0  # whoever came before each time has sealed it


def _row(
    tree: str, last: _Last, ids: Sequence[int], leaves: Sequence[bytes], *, floor: int
) -> dict[str, object]:
    new = [each for each in ids if each > last.top]
    late = ids[: len(ids) - len(new)]
    frontier = Frontier(last.frontier.size, last.frontier.packed)
    frontier.extend(leaves)
    gaps = packed_members.without(last.gaps, late, floor=floor)
    members = Members(
        form=FORM,
        top=max(last.top, *ids),
        ranges=packed_members.ranges_of(ids),
        gaps=(*gaps, *packed_members.gaps_between(new, after=last.top)),
        marks=b"".join(leaf[:MARK] for leaf in leaves),
    )
    return {
        "tree": tree,
        "size": frontier.size,
        "root": frontier.root,
        "frontier": frontier.packed,
        "members": packed_members.pack(members),
    }


def _last(session: Session, tree: str) -> _Last:
    row = _newest(session, tree)
    if row is None:
        return _Last(0, Frontier(), 0, (), None)
    members = packed_members.unpack(row.members)
    frontier = Frontier(row.size, row.frontier)
    return _Last(row.id, frontier, members.top, members.gaps, row.made_at)


def _newest(session: Session, tree: str) -> TreeHead | None:
    return session.scalars(
        select(TreeHead).where(TreeHead.tree == tree).order_by(TreeHead.size.desc()).limit(1)
    ).first()


def _new(session: Session, tree: str, top: int) -> Sequence[int]:
    key = table_of(TREES[tree]).c.id
    return session.scalars(select(key).where(key > top).order_by(key).limit(MOST)).all()


def _late(session: Session, tree: str, last: _Last) -> list[int]:
    """Rows that stand in the gaps now."""
    if not last.gaps:
        return []
    key = table_of(TREES[tree]).c.id
    lowest, highest = last.gaps[0][0], last.gaps[-1][1]
    present = session.scalars(select(key).where(key.between(lowest, highest)).order_by(key))
    starts = [first for first, _ in last.gaps]
    return [each for each in present if _is_within(each, starts, last.gaps)]


def _is_within(each: int, starts: Sequence[int], ranges: Sequence[Range]) -> bool:
    at = bisect_right(starts, each) - 1
    return at >= 0 and each <= ranges[at][1]
