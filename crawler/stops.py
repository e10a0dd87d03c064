"""How a crawl hears SIGINT and SIGTERM, from before it is begun until it is closed: no signal comes between its steps.

Knows signals and the reactor's thread. Must not know what a crawl is.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stops:
    """Signals that ask to stop, for the length of a `with` block in the main thread; elsewhere it hears none.

    While a reactor is served, it is told in its own thread. Outside of that the first signal is only remembered:
    what is under way then (the crawl is being begun or closed) ends by itself. A second one breaks it off.
    """

    def __init__(self) -> None:
        self._heard: list[signal.Signals] = []
        self._wake: Callable[[], None] | None = None  # the reactor, while one is served
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._hear) for number in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what `signal` itself returned

    @contextmanager
    def served(self, soon: Callable[[str], None], at_once: Callable[[str], None]) -> Iterator[None]:
        """While in the block, tell the reactor: of the first signal `soon`, of the second `at_once`, each in words.

        Args:
            soon: Called in the reactor's thread; at its start, where the signal came before.
            at_once: The same.
        """
        from twisted.internet import reactor  # noqa: PLC0415  installed by now

        calls = (("asked to stop", soon), ("asked twice to stop", at_once))
        told = 0

        def deliver() -> None:
            nonlocal told
            for (words, call), number in zip(calls[told:], self._heard[told:], strict=False):
                told += 1
                call(f"{words} ({number.name})")

        self._wake = lambda: reactor.callFromThread(deliver)
        self._wake()
        try:
            yield
        finally:
            self._wake = None

    def _hear(self, number: int, _: FrameType | None) -> None:
        self._heard.append(signal.Signals(number))
        if self._wake is not None:
            self._wake()
        elif len(self._heard) > 1:
            raise KeyboardInterrupt
