"""One thread that writes: it gathers the records that wait and commits them together. Knows no table.

A commit costs about as much as twenty entries, so whoever waits for one shares it with others.
"""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Generic, Self, TypeVar

from sqlalchemy.orm import Session

from db.archive import Archive

T = TypeVar("T")
R = TypeVar("R")

_WAITING_BATCHES = 4


class Writer(Generic[T, R]):
    """Applies records in the order of their submission, up to `batch` in one transaction.

    If a batch fails, each of its records is tried alone, so that only the bad one fails. `apply` returns
    one result for each record, and may therefore be called again with a record that was rolled back.
    """

    def __init__(
        self,
        archive: Archive,
        apply: Callable[[Session, Sequence[T]], Sequence[R]],
        *,
        batch: int = 20,
        linger_s: float = 0.0,
    ) -> None:
        """Start the thread.

        Args:
            archive: What is written to.
            apply: Writes records; one result for each.
            batch: Records in one transaction at most.
            linger_s: How long a record may wait for others to share its transaction with.
        """
        self._archive = archive
        self._apply = apply
        self._batch = batch
        self._linger_s = linger_s
        self._waiting: queue.Queue[tuple[T, Future[R]] | None] = queue.Queue(
            batch * _WAITING_BATCHES
        )
        self._closing = threading.Lock()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="archive-writer", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def submit(self, record: T) -> "Future[R]":
        """Hand over a record; the future is done when it is committed. Waits while the queue is full."""
        future: Future[R] = Future()
        with self._closing:
            if self._is_closed:
                raise RuntimeError("the writer is closed")
            self._waiting.put((record, future))
        return future

    def close(self) -> None:
        """Commit what waits and end the thread. Harmless the second time."""
        with self._closing:
            if not self._is_closed:
                self._is_closed = True
                self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        is_open = True
        while is_open:
            first = self._waiting.get()
            if first is None:
                return
            batch = [first]
            last_call = time.monotonic() + self._linger_s
            while is_open and len(batch) < self._batch:
                try:
                    left_s = last_call - time.monotonic()
                    following = self._waiting.get(block=left_s > 0, timeout=max(left_s, 0.0))
                except queue.Empty:
                    break
                if following is None:
                    is_open = False
                else:
                    batch.append(following)
            self._write([each for each in batch if each[1].set_running_or_notify_cancel()])

    def _write(self, batch: list[tuple[T, Future[R]]]) -> None:
        if not batch:
            return
        try:
            results = self._archive.transact(
                lambda session: self._apply(session, [record for record, _ in batch])
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, its records are told
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
            for alone in batch:
                self._write([alone])
            return
        for (_, future), result in zip(batch, results, strict=True):
            future.set_result(result)
