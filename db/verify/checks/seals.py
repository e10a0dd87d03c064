"""Hash trees: what was sealed is what stands there. A head is made again from the one before it and its rows."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from db.models import TreeHead
from db.proving import members as packed_members
from db.proving import seals
from db.proving.leaves import TREES, hashes
from db.proving.members import MARK
from db.proving.trees import Frontier
from db.verify.check import Check, Step, Violation


def _heads(step: Step) -> Iterator[Violation]:
    rows = step.session.scalars(
        select(TreeHead).where(TreeHead.id.between(step.first, step.last)).order_by(TreeHead.id)
    ).all()
    for row in rows:
        try:
            yield from _head(step.session, row)
        except ValueError as error:
            yield Violation("seals", _name(row), str(error))


def _head(session: Session, row: TreeHead) -> Iterator[Violation]:
    before = session.scalars(
        select(TreeHead)
        .where(TreeHead.tree == row.tree, TreeHead.size < row.size)
        .order_by(TreeHead.size.desc())
        .limit(1)
    ).first()
    tree = Frontier(before.size, before.frontier) if before else Frontier()
    members = packed_members.unpack(row.members)
    ids = list(members.ids)
    found = dict(hashes(session, row.tree, ids, form=members.form))
    sealed = f"sealed at {row.made_at.isoformat(timespec='seconds')}"
    is_told = False
    for index, each in enumerate(ids):
        if each not in found:
            is_told = True
            yield Violation("seals", f"{row.tree} {each}", f"it was {sealed}, and is not there")
        elif found[each][:MARK] != members.mark(index):
            is_told = True
            yield Violation("seals", f"{row.tree} {each}", f"it is not what was {sealed}")
    if is_told:
        return
    tree.extend(found[each] for each in ids)
    if (tree.size, tree.packed, tree.root) != (row.size, row.frontier, row.root):
        came = f"{len(ids)} rows after the {before.size if before else 0} before them"
        detail = f"its root is not that of its rows, {came}: rows or heads were changed"
        yield Violation("seals", _name(row), detail)


def _name(row: TreeHead) -> str:
    return f"head {row.tree}:{row.size}"


def _unsealed(step: Step) -> Iterator[Violation]:
    """Rows that came in behind the seals, told with the newest head of their tree."""
    later = aliased(TreeHead)
    newest = step.session.scalars(
        select(TreeHead).where(
            TreeHead.id.between(step.first, step.last),
            TreeHead.tree.in_(TREES),
            ~select(later.id)
            .where(later.tree == TreeHead.tree, later.size > TreeHead.size)
            .exists(),
        )
    ).all()
    for row in newest:
        for each in _behind(step, row.tree):
            detail = "it came in behind rows that were sealed: if it may, `morgue seal` takes it in"
            yield Violation("seals_whole", f"{row.tree} {each}", detail)


def _behind(step: Step, tree: str) -> list[int]:
    try:
        floor = seals.settled_id(step.session, tree, now=step.archive.clock.now())
        return list(seals.unsealed(step.session, tree, floor=floor))
    except ValueError:  # of a head that the other check names
        return []


CHECKS = (
    Check(
        "seals",
        "captures, visits and revisions are what they were when they were sealed",
        over=TreeHead.id,
        find=_heads,
        step=20,
    ),
    Check(
        "seals_whole",
        "nothing came in behind what was sealed",
        over=TreeHead.id,
        find=_unsealed,
    ),
)
