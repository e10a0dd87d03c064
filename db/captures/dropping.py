"""Takes bodies away and writes anew what rested on them. Knows chains and dictionaries, no place of bytes.

A delta whose base goes is coded against the nearest body of its chain that stays. Where none does, the
first of those that rested on it is coded alone and the others against that one. Bodies that a dictionary
in use is made of are kept: everything compressed against it would have to be written anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from db.captures import codec, rows
from db.captures.dictionaries import Generation
from db.captures.rows import DELTA, PLAIN, FrameRow


@dataclass(frozen=True, slots=True)
class Dropped:
    """What became of bodies that were to go."""

    gone: tuple[bytes, ...]
    kept: tuple[bytes, ...]  # a dictionary is made of them, or what rests on them is damaged
    rewritten_count: int
    freed: int  # stored bytes: of what went, less what was written anew


class Dropping:
    """One removal of some bodies, in the caller's transaction."""

    def __init__(
        self,
        session: Session,
        digests: Sequence[bytes],
        *,
        read: Callable[[Session, bytes], bytes | None],
        code: Callable[[Session, bytes, int], FrameRow],
    ) -> None:
        self._session = session
        self._frames = rows.by_digest(session, digests)
        self._read = read
        self._code = code
        self._idle: list[Generation] = []

    def run(self) -> tuple[Dropped, list[FrameRow]]:
        """Delete frames; the rows that are to replace others' codings."""
        session, frames = self._session, self._frames
        self._idle, needed = self._dictionaries()
        going = [sha256 for sha256 in frames if sha256 not in needed]
        resting = rows.dependents(session, going)
        staying = {
            sha256: [row for row in resting.get(sha256, ()) if row.sha256 not in frames]
            for sha256 in going
        }
        anew = {sha256: self._rewrite(sha256, staying[sha256]) for sha256 in going}
        gone = self._without_held({sha256 for sha256 in going if anew[sha256] is not None})
        freed = sum(frames[sha256].stored_size for sha256 in gone)
        freed += sum(row.stored_size for sha256 in gone for row in staying[sha256])
        rewritten = [row for sha256 in gone for row in anew[sha256] or ()]
        freed -= sum(row.stored_size for row in rewritten)
        rows.delete_frames(session, sorted(gone))
        for generation in self._idle:
            if not gone.isdisjoint(generation.members):
                rows.delete_generation(session, generation.sha256)
        kept = tuple(sha256 for sha256 in frames if sha256 not in gone)
        return Dropped(tuple(gone), kept, len(rewritten), freed), rewritten

    def _without_held(self, gone: set[bytes]) -> set[bytes]:
        """What may go: nothing that something which is kept rests on."""
        while True:
            bases = {row.base_sha256 for row in self._frames.values() if row.sha256 not in gone}
            held = {sha256 for sha256 in gone if sha256 in bases}
            for generation in self._idle:
                if generation.sha256 in bases:
                    held |= gone.intersection(generation.members)
            if not held:
                return gone
            gone = gone - held

    def _dictionaries(self) -> tuple[list[Generation], set[bytes]]:
        """Dictionaries that nothing else uses; and what those in use are made of."""
        idle: list[Generation] = []
        needed: set[bytes] = set()
        known = rows.generations(self._session, {row.site_id for row in self._frames.values()})
        # the newest first: what one in use is made of may itself be compressed against an older one
        for generation in reversed(known):
            users = rows.users(self._session, generation.sha256)
            if users - (self._frames.keys() - needed):
                needed |= set(generation.members)
            else:
                idle.append(generation)
        return idle, needed

    def _rewrite(self, sha256: bytes, staying: Sequence[FrameRow]) -> list[FrameRow] | None:
        """New codings of what rests on a body that goes; None where one of them cannot be read."""
        if not staying:
            return []
        bodies = [self._read(self._session, row.sha256) for row in staying]
        base = self._ancestor(sha256)
        anew: list[FrameRow] = []
        for row, body in zip(staying, bodies, strict=True):
            if body is None:
                return None
            alone = self._alone(body, row)
            coded = alone if base is None else _delta(row, body, base)
            if base is None or coded.stored_size * 4 > alone.stored_size * 3:
                coded = alone
            anew.append(coded)
            if base is None:
                base = (row.sha256, body)
        return anew

    def _alone(self, body: bytes, row: FrameRow) -> FrameRow:
        coded = self._code(self._session, body, row.site_id)
        if any(generation.sha256 == coded.base_sha256 for generation in self._idle):
            data = codec.compress(body)  # that dictionary may be about to go
            coded = coded._replace(kind=PLAIN, base_sha256=None, stored_size=len(data), data=data)
        return coded

    def _ancestor(self, sha256: bytes) -> tuple[bytes, bytes] | None:
        """The nearest body of the chain that stays."""
        for row in rows.lineage(self._session, sha256, pending={})[1:]:
            if row.sha256 not in self._frames:
                body = self._read(self._session, row.sha256)
                return None if body is None else (row.sha256, body)
        return None


def _delta(row: FrameRow, body: bytes, base: tuple[bytes, bytes]) -> FrameRow:
    data = codec.compress_delta(body, base=base[1])
    return row._replace(
        kind=DELTA,
        base_sha256=base[0],
        stored_size=len(data),
        pack=None,
        pack_offset=None,
        data=data,
    )
