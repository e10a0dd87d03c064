"""Signals that ask a crawl to stop."""

import os
import signal

import pytest

from crawler.stops import Stops


def test_the_first_signal_breaks_nothing_off_and_the_second_does() -> None:
    with Stops():
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_afterwards_signals_are_heard_as_before() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with Stops():
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
