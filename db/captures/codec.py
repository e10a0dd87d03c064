"""Bodies as zstd frames: alone, against a dictionary, or against another body. Pure.

Every frame carries its size and a checksum. Contexts of zstd are made for each call, so that
everything here may be used by several threads; making them costs nothing that can be measured.
"""

import zstandard
from zstandard import (
    ZstdCompressionDict,
    ZstdCompressionParameters,
    ZstdCompressor,
    ZstdDecompressor,
)

MAX_BODY = 128 << 20
"""Bytes of the largest body that is kept or read back."""

PLAIN_LEVEL = 6
DICTIONARY_LEVEL = 6
DELTA_LEVEL = 1
"""Levels 1 to 6 make deltas of the same size within 4 %, if the tables hold the whole base."""

NEAR = (1 << 24) - 2
"""Bytes of a base that zstd's levels under 5 see; of a larger one they see the end alone."""

FAR_DELTA_LEVEL = 5


class FrameUnreadableError(Exception):
    """Bytes that are no frame, or not of this base: the caller knows whose they are."""


class Dictionary:
    """Bytes that frames are compressed against. May be shared by threads.

    The tables for compressing (three times the bytes) are made when they are first needed.
    """

    def __init__(self, data: bytes) -> None:
        self._zstd = _raw(data)
        self._parameters: ZstdCompressionParameters | None = None
        self.size = len(data)

    @property
    def memory(self) -> int:
        """Bytes that this occupies once it has compressed something."""
        return self.size + 6 * (1 << _DICTIONARY_HASH_LOG) + 65_536

    def compress(self, body: bytes) -> bytes:
        """A frame that only this dictionary reads."""
        if self._parameters is None:
            parameters = _parameters(
                DICTIONARY_LEVEL,
                window_log=max(_log(self.size), 19),
                hash_log=_DICTIONARY_HASH_LOG,
            )
            self._zstd.precompute_compress(compression_params=parameters)
            self._parameters = parameters
        compressor = ZstdCompressor(dict_data=self._zstd, compression_params=self._parameters)
        return compressor.compress(body)

    def decompress(self, frame: bytes, *, size: int) -> bytes:
        """The body of a frame of `compress`.

        Raises:
            FrameUnreadableError: It is not such a frame, or not of `size` bytes.
        """
        return _decompress(frame, size=size, dictionary=self._zstd)


def compress(body: bytes) -> bytes:
    """A frame that needs nothing else."""
    return ZstdCompressor(level=PLAIN_LEVEL, write_checksum=True).compress(body)


def decompress(frame: bytes, *, size: int) -> bytes:
    """The body of a frame of `compress`.

    Raises:
        FrameUnreadableError: It is not such a frame, or not of `size` bytes.
    """
    return _decompress(frame, size=size, dictionary=None)


def compress_delta(body: bytes, *, base: bytes) -> bytes:
    """A frame of what `body` has that `base` has not.

    The window spans both, and the table has a place for every fourth position of the base, which
    makes deltas of the same size as one for each. Long-distance matching stays off: it makes deltas
    of pages ten times as large.
    """
    parameters = _parameters(
        DELTA_LEVEL if len(base) <= NEAR else FAR_DELTA_LEVEL,
        window_log=_log(max(len(base), len(body))) + 1,
        hash_log=min(max(_log(len(base)) - 2, 12), 22),
    )
    compressor = ZstdCompressor(dict_data=_raw(base), compression_params=parameters)
    return compressor.compress(body)


def decompress_delta(frame: bytes, *, base: bytes, size: int) -> bytes:
    """The body of a frame of `compress_delta` against the same base.

    Raises:
        FrameUnreadableError: It is not such a frame, or not of `size` bytes.
    """
    return _decompress(frame, size=size, dictionary=_raw(base))


_DICTIONARY_HASH_LOG = 18


def _parameters(level: int, *, window_log: int, hash_log: int) -> ZstdCompressionParameters:
    return ZstdCompressionParameters.from_level(
        level,
        window_log=window_log,
        hash_log=hash_log,
        chain_log=hash_log,
        write_checksum=True,
    )


def _raw(data: bytes) -> ZstdCompressionDict:
    return ZstdCompressionDict(data, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _log(size: int) -> int:
    """The smallest power of two that is not under `size`, as its exponent, where zstd takes it."""
    return max((max(size, 1) - 1).bit_length(), 10)


def _decompress(frame: bytes, *, size: int, dictionary: ZstdCompressionDict | None) -> bytes:
    try:
        # a damaged header may claim any size: it must not be believed before memory is taken
        claimed = zstandard.frame_content_size(frame)
        if claimed != size or size > MAX_BODY:
            raise FrameUnreadableError(f"the frame says {claimed} bytes, its row {size}")
        decompressor = ZstdDecompressor(dict_data=dictionary, max_window_size=1 << 28)
        return decompressor.decompress(frame)
    except zstandard.ZstdError as error:
        raise FrameUnreadableError(str(error)) from error
