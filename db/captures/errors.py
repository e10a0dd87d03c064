"""What can go wrong with a kept body, in words. Every error names the digest that was asked for."""

# ruff: noqa: N818 - each is named for the state that was found, as in db.errors

from db.errors import ArchiveError


class CaptureError(ArchiveError):
    """A body cannot be kept or given back.

    `sha256` is the digest that was asked for; `frame_sha256` the frame or dictionary at fault,
    which is another where the body asked for is compressed against one that is damaged or missing.
    """

    def __init__(self, sha256: bytes, *, detail: str, frame_sha256: bytes | None = None) -> None:
        self.sha256 = sha256
        self.frame_sha256 = frame_sha256 or sha256
        through = "" if self.frame_sha256 == sha256 else f", because {self.frame_sha256.hex()}"
        super().__init__(f"capture {sha256.hex()} {self.state}{through}: {detail}")

    state = "cannot be used"


class CaptureMissing(CaptureError):
    """A body that is not in the archive, or whose base is not."""

    state = "is missing"


class CapturePruned(CaptureMissing):
    """A body that somebody had removed with `morgue prune`. Nothing is wrong with the archive."""

    state = "was pruned"


class CaptureDamaged(CaptureError):
    """A body whose stored bytes no longer give the digest they claim."""

    state = "is damaged"


class CaptureTooLarge(CaptureError):
    """A body beyond the limit of what is kept."""

    state = "is too large"
