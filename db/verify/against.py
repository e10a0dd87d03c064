"""Holds an archive to heads that somebody kept elsewhere. Knows heads; the check `seals` knows their rows."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from db.archive import Archive
from db.models import TreeHead
from db.proving.seals import Head
from db.verify.check import Violation


def against(archive: Archive, past: Sequence[Head]) -> Iterator[Violation]:
    """Heads that are not this archive's: its past was changed, cut off, or is another archive's.

    An archive that has a head, and whose heads all are what their rows make them (the check `seals`),
    still contains exactly the rows that were sealed under it.
    """
    with archive.read() as session:
        for head in past:
            root = session.scalar(
                select(TreeHead.root).where(TreeHead.tree == head.tree, TreeHead.size == head.size)
            )
            if root is None:
                detail = f"the archive has no head over its first {head.size} rows"
                yield Violation("seals_against", f"head {head.tree}:{head.size}", detail)
            elif root != head.root:
                detail = f"the archive's root over these rows is {root.hex()}: the past was changed"
                yield Violation("seals_against", f"head {head.tree}:{head.size}", detail)
