"""Chooses how each body is coded, and decodes it in a bounded number of steps.

The captures of a link form chains: number 0 stands alone, number n is a delta against the one whose
number is n with its lowest set bit cleared. So half of all are deltas against their predecessor, and
none is further from number 0 than its number has bits: six deltas in a chain of 64.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from db.captures import codec, rows
from db.captures.codec import Dictionary, FrameUnreadableError
from db.captures.dictionaries import LIMIT, Cache, Generation, choose
from db.captures.dropping import Dropped, Dropping
from db.captures.errors import (
    CaptureDamaged,
    CaptureError,
    CaptureMissing,
    CapturePruned,
    CaptureTooLarge,
)
from db.captures.rows import DELTA, IN_DICTIONARY, PLAIN, FrameRow

CHAIN = 64
"""Captures in a chain: a full frame every 64 costs 0.6 KB a capture on pages of 324 KB."""

MAX_DEPTH = 8
"""Deltas between a body and one that is none. Six, but for processes that write the same page at
once: they can mix two chains."""

SMALL = 64
"""Bodies under this many bytes are not worth a base."""


@dataclass(frozen=True, slots=True)
class NewBody:
    """A body to be kept, and what it is probably like: see `CaptureStore.put`."""

    data: bytes
    site_id: int
    near: Sequence[bytes] = ()


class FrameFaultError(Exception):
    """A frame or dictionary that stands in the way of a body. Seen by `FrameStore` alone."""

    def __init__(self, sha256: bytes, detail: str, *, error: type[CaptureError]) -> None:
        super().__init__(detail)
        self.sha256 = sha256
        self.detail = detail
        self.error = error


@dataclass(slots=True)
class _Batch:
    """What one call of `put_many` knows: new frames, and today's dictionary of each site."""

    session: Session
    pending: dict[bytes, FrameRow] = field(default_factory=dict)
    dictionaries: dict[int, tuple[bytes, Dictionary] | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Coding:
    """One way to code a body."""

    kind: str
    data: bytes
    base_sha256: bytes | None = None
    position: int = 0


class FrameStore(ABC):
    """A capture store whose frames are rows; where their bytes are is left to two methods."""

    def __init__(self) -> None:
        self._cache = Cache()

    @abstractmethod
    def _keep(self, frames: Sequence[FrameRow]) -> Sequence[FrameRow]:
        """The rows as they are to be written, their bytes being where no crash can reach them."""

    @abstractmethod
    def _fetch(self, frame: FrameRow) -> bytes:
        """The zstd bytes of a frame.

        Raises:
            FrameFaultError: They are not there, or not whole.
        """

    def close(self) -> None:  # noqa: B027 # a store without files has nothing to let go of
        """Let go of files and locks."""

    def put(
        self, session: Session, body: bytes, *, near: Sequence[bytes] = (), site_id: int
    ) -> bytes:
        """See `CaptureStore.put`."""
        return self.put_many(session, [NewBody(body, site_id=site_id, near=near)])[0]

    def put_many(self, session: Session, bodies: Sequence[NewBody]) -> list[bytes]:
        """See `CaptureStore.put_many`."""
        digests = [hashlib.sha256(body.data).digest() for body in bodies]
        known = rows.kept(session, digests)
        batch = _Batch(session)
        for body, sha256 in zip(bodies, digests, strict=True):
            if sha256 in known or sha256 in batch.pending:
                continue
            if len(body.data) > codec.MAX_BODY:
                detail = f"{len(body.data)} bytes, the limit is {codec.MAX_BODY}"
                raise CaptureTooLarge(sha256, detail=detail)
            batch.pending[sha256] = _row(sha256, body, self._code(batch, body))
        if batch.pending:
            rows.add(session, self._keep(tuple(batch.pending.values())))
        return digests

    def get(self, session: Session, sha256: bytes) -> bytes:
        """See `CaptureStore.get`."""
        try:
            line = rows.lineage(session, sha256, pending={})
            if not line and (moment := rows.pruned_at(session, sha256)):
                detail = f"{moment.date()}, by hand"
                raise CapturePruned(sha256, detail=detail)
            return self._body(session, line, sha256=sha256)
        except FrameFaultError as fault:
            raise fault.error(sha256, frame_sha256=fault.sha256, detail=fault.detail) from fault

    def fetch(self, frame: FrameRow) -> bytes:
        """See `CaptureStore.fetch`."""
        return self._fetch(frame) if frame.data is None else frame.data

    def adopt(self, frames: Sequence[FrameRow]) -> Sequence[FrameRow]:
        """See `CaptureStore.adopt`."""
        return self._keep(frames)

    def drop(self, session: Session, digests: Sequence[bytes]) -> Dropped:
        """See `CaptureStore.drop`."""
        dropping = Dropping(session, digests, read=self._read_for_rewriting, code=self._code_alone)
        dropped, rewritten = dropping.run()
        for row in self._keep(rewritten):
            rows.rewrite(session, row)
        return dropped

    def _read_for_rewriting(self, session: Session, sha256: bytes) -> bytes | None:
        try:
            return self._body(session, rows.lineage(session, sha256, pending={}), sha256=sha256)
        except FrameFaultError:
            return None

    def _code_alone(self, session: Session, body: bytes, site_id: int) -> FrameRow:
        new = NewBody(body, site_id=site_id)
        return _row(hashlib.sha256(body).digest(), new, self._code_newest(session, new))

    def _code_newest(self, session: Session, body: NewBody) -> _Coding:
        """Against the newest dictionary there is, without making another."""
        newest = rows.newest_generation(session, body.site_id)
        plain = codec.compress(body.data)
        if newest is None:
            return _Coding(PLAIN, plain)
        try:
            dictionary = self._dictionary(session, newest)
        except FrameFaultError:
            return _Coding(PLAIN, plain)
        coding = _Coding(IN_DICTIONARY, dictionary.compress(body.data), base_sha256=newest.sha256)
        return coding if len(coding.data) * 10 < len(plain) * 9 else _Coding(PLAIN, plain)

    def stat(self, session: Session) -> dict[str, int]:
        """See `CaptureStore.stat`."""
        return rows.count(session)

    # coding

    def _code(self, batch: _Batch, body: NewBody) -> _Coding:
        if len(body.data) < SMALL:
            return _Coding(PLAIN, codec.compress(body.data))
        delta = self._code_delta(batch, body)
        if delta is not None and len(delta.data) * 16 <= len(body.data):
            return delta
        alone = self._code_first(batch, body)
        if delta is not None and len(delta.data) * 4 <= len(alone.data) * 3:
            return delta
        return alone

    def _code_delta(self, batch: _Batch, body: NewBody) -> _Coding | None:
        """Against the first kept body of `near`, or the one that its chain puts in its place."""
        for sha256 in body.near:
            line = rows.lineage(batch.session, sha256, pending=batch.pending)
            if line:
                break
        else:
            return None
        position = line[0].position + 1
        if position >= CHAIN:
            return None
        lowest_bit = position & -position
        steps = lowest_bit.bit_length() - 1  # from its predecessor up to its base
        line = line[min(steps, len(line) - 1) :]
        if len(line) > MAX_DEPTH or line[0].size > 4 * len(body.data) + (1 << 16):
            return None
        try:
            base = self._body(batch.session, line, sha256=line[0].sha256)
        except FrameFaultError:
            return None  # a damaged capture must not stop the archive: `verify` will name it
        return _Coding(
            DELTA,
            codec.compress_delta(body.data, base=base),
            base_sha256=line[0].sha256,
            position=position,
        )

    def _code_first(self, batch: _Batch, body: NewBody) -> _Coding:
        """Against the site's dictionary, or alone where that does not help."""
        if body.site_id not in batch.dictionaries:
            batch.dictionaries[body.site_id] = self._todays_dictionary(batch, body.site_id)
        todays = batch.dictionaries[body.site_id]
        if todays is None:
            return _Coding(PLAIN, codec.compress(body.data))
        sha256, dictionary = todays
        coding = _Coding(IN_DICTIONARY, dictionary.compress(body.data), base_sha256=sha256)
        if len(coding.data) * 5 <= len(body.data):
            return coding
        plain = codec.compress(body.data)
        return coding if len(coding.data) * 10 < len(plain) * 9 else _Coding(PLAIN, plain)

    def _todays_dictionary(self, batch: _Batch, site_id: int) -> tuple[bytes, Dictionary] | None:
        """The site's newest dictionary, after making a newer one if it is time for that."""
        session = batch.session
        try:
            newest = rows.newest_generation(session, site_id)
            members = choose(rows.first_captures(session, site_id), current=newest)
            if members is not None:
                number = newest.number + 1 if newest else 1
                self._begin_generation(session, site_id, number=number, members=members)
                newest = rows.newest_generation(session, site_id)
            if newest is None:
                return None
            return newest.sha256, self._dictionary(session, newest)
        except FrameFaultError:
            return None  # as for a damaged base

    def _begin_generation(
        self, session: Session, site_id: int, *, number: int, members: tuple[bytes, ...]
    ) -> None:
        data = self._join(session, members, before=number)
        sha256 = hashlib.sha256(data).digest()
        generation = Generation(sha256, site_id, number=number, members=members, size=len(data))
        rows.add_generation(session, generation)
        self._cache.keep(sha256, Dictionary(data))

    # decoding

    def _body(self, session: Session, line: Sequence[FrameRow], *, sha256: bytes) -> bytes:
        """The body at the beginning of a lineage, checked.

        Raises:
            FrameFaultError: Naming the frame or dictionary that is at fault.
        """
        if not line:
            raise _missing(sha256)
        if line[-1].kind == DELTA:
            raise _missing(line[-1].base_sha256 or line[-1].sha256)
        body = b""
        try:
            for frame in reversed(line):
                body = self._unfold(session, frame, base=body)
        except FrameUnreadableError as error:
            raise self._blame(session, line) from error
        if hashlib.sha256(body).digest() != sha256:
            raise self._blame(session, line)
        return body

    def _blame(self, session: Session, line: Sequence[FrameRow]) -> FrameFaultError:
        """The first frame that does not give what it claims: those after it may be sound."""
        body = b""
        for frame in reversed(line):
            try:
                body = self._unfold(session, frame, base=body)
            except FrameUnreadableError as error:
                return _damaged(frame.sha256, str(error))
            if hashlib.sha256(body).digest() != frame.sha256:
                break
        return _damaged(frame.sha256, "its bytes have another digest")

    def _unfold(self, session: Session, frame: FrameRow, *, base: bytes) -> bytes:
        data = self.fetch(frame)
        if frame.kind == DELTA:
            return codec.decompress_delta(data, base=base, size=frame.size)
        if frame.kind == PLAIN:
            return codec.decompress(data, size=frame.size)
        if frame.kind != IN_DICTIONARY or frame.base_sha256 is None:
            raise FrameUnreadableError(f"its kind is {frame.kind}")
        dictionary = self._cache.get(frame.base_sha256)
        if dictionary is None:
            generation = rows.generation(session, frame.base_sha256)
            if generation is None:
                raise _missing(frame.base_sha256)
            dictionary = self._dictionary(session, generation)
        return dictionary.decompress(data, size=frame.size)

    def _dictionary(self, session: Session, generation: Generation) -> Dictionary:
        dictionary = self._cache.get(generation.sha256)
        if dictionary is not None:
            return dictionary
        data = self._join(session, generation.members, before=generation.number)[: generation.size]
        if hashlib.sha256(data).digest() != generation.sha256:
            raise _damaged(generation.sha256, "the dictionary's bytes have another digest")
        dictionary = Dictionary(data)
        self._cache.keep(generation.sha256, dictionary)
        return dictionary

    def _join(self, session: Session, members: Sequence[bytes], *, before: int) -> bytes:
        """Bodies end to end. Those in a dictionary need one of a generation `before` this."""
        found = rows.by_digest(session, members)
        bases = {frame.base_sha256 for frame in found.values() if frame.base_sha256}
        numbers = rows.generation_numbers(session, bases)
        bodies: list[bytes] = []
        for sha256 in members:
            frame = found.get(sha256)
            if frame is None:
                raise _missing(sha256)
            if frame.base_sha256 is not None and numbers.get(frame.base_sha256, before) >= before:
                raise _damaged(sha256, "the dictionary needs itself")
            bodies.append(self._body(session, [frame], sha256=sha256))
        return b"".join(bodies)[:LIMIT]


def _row(sha256: bytes, body: NewBody, coding: _Coding) -> FrameRow:
    return FrameRow(
        sha256=sha256,
        site_id=body.site_id,
        kind=coding.kind,
        base_sha256=coding.base_sha256,
        position=coding.position,
        size=len(body.data),
        stored_size=len(coding.data),
        pack=None,
        pack_offset=None,
        data=coding.data,
    )


def _missing(sha256: bytes) -> FrameFaultError:
    return FrameFaultError(sha256, "it is not in the archive", error=CaptureMissing)


def _damaged(sha256: bytes, detail: str) -> FrameFaultError:
    return FrameFaultError(sha256, detail, error=CaptureDamaged)
