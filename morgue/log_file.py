"""A log in a file that is rotated: whatever this process and its children write to standard error.

One process writes the file, so that nobody rotates under another's hands: standard error becomes a pipe, which
children inherit, and one thread reads it. Knows lines. Must not know who logs what.
"""

import contextlib
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_LINE = 1 << 16
"""Bytes of a line that are waited for; a longer one is written in pieces."""

_LAST_WORDS_S = 5.0
"""How long what is left in the pipe is waited for at the end."""


class RotatedFile(RotatingFileHandler):
    """Lines in a file: rotated by size and count, and opened anew where somebody has moved it away."""

    def __init__(self, path: Path, *, size: int, count: int, complaints: int) -> None:
        """Open the file.

        Args:
            path: Where; its folder must be there.
            size: Bytes after which it becomes `path.1`.
            count: Earlier files that are kept.
            complaints: The descriptor that is told when the file cannot be written.

        Raises:
            OSError: It cannot be written.
        """
        super().__init__(path, maxBytes=size, backupCount=count, encoding="utf-8", errors="replace")
        self.setFormatter(logging.Formatter("%(message)s"))
        self._complaints = complaints
        self._is_failing = False

    def write(self, line: bytes) -> None:
        """Write a line, whatever it holds."""
        text = line.rstrip(b"\r\n").decode(errors="backslashreplace")
        self.handle(logging.makeLogRecord({"msg": text}))

    def emit(self, record: logging.LogRecord) -> None:
        """Write to the file that has the name now."""
        try:
            self._open_again_where_moved()
        except OSError:
            self.handleError(record)
            return
        self._is_written = True
        super().emit(record)
        if self._is_written:
            self._is_failing = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """The disk is full, say: tell it once where the log went before there was a file, and go on."""
        self._is_written = False
        if self._is_failing:
            return
        self._is_failing = True
        told = (
            f"morgue: the log file {self.baseFilename} cannot be written\n{record.getMessage()}\n"
        )
        with contextlib.suppress(OSError):
            os.write(self._complaints, told.encode(errors="replace"))

    def _open_again_where_moved(self) -> None:
        if self.stream is None:  # a rotation failed half way
            self.stream = self._open()
            return
        held = os.fstat(self.stream.fileno())
        try:
            named = Path(self.baseFilename).stat()
        except FileNotFoundError:
            named = None
        if named is None or (named.st_dev, named.st_ino) != (held.st_dev, held.st_ino):
            stream, self.stream = self.stream, None
            with contextlib.suppress(OSError):  # what the full disk has not taken goes with it
                stream.close()
            self.stream = self._open()


@contextmanager
def standard_error_in(path: Path, *, size: int, count: int) -> Iterator[None]:
    """Have standard error, this process's and its children's, go to a rotated file for the length of the block.

    Raises:
        OSError: The file cannot be written.
    """
    earlier = os.dup(2)
    try:
        file = RotatedFile(path, size=size, count=count, complaints=earlier)
        read, write = os.pipe()
        os.set_inheritable(read, False)
        os.dup2(write, 2)
        os.close(write)
        thread = threading.Thread(target=_pass_on, args=(read, file), name="log", daemon=True)
        thread.start()
        try:
            yield
        finally:
            os.dup2(earlier, 2)  # the last end of ours: the thread sees the pipe's end
            thread.join(_LAST_WORDS_S)
            file.close()
    finally:
        os.close(earlier)


def _pass_on(read: int, file: RotatedFile) -> None:
    rest = b""
    with open(read, "rb", buffering=0) as pipe:
        while part := pipe.read(MAX_LINE):
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                file.write(line)
            if len(rest) > MAX_LINE:
                file.write(rest)
                rest = b""
    if rest:
        file.write(rest)
