import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from morgue.reading_processes import Lost, in_order
from pipeline.reading import Reason


@dataclass(frozen=True)
class Obey:
    """Does what a task says."""

    def prepare(self) -> None:
        pass

    def __call__(self, task: str) -> str:
        match task.partition(" "):
            case ("hang", _, _):
                time.sleep(60)
            case ("die", _, _):
                os.kill(os.getpid(), signal.SIGKILL)
            case ("raise", _, words):
                raise ValueError(words)
            case ("wait", _, seconds):
                time.sleep(float(seconds))
            case ("much", _, _):
                return "x" * 3_000_000
        return task


class NeverReady(Obey):
    def prepare(self) -> None:
        os._exit(3)


def test_results_come_in_the_order_of_their_tasks() -> None:
    tasks = ["wait 0.3", *map(str, range(200)), "much", "last"]
    results = list(in_order(Obey(), tasks, jobs=2, timeout_s=20))
    assert results[:201] == tasks[:201]
    assert len(results[201]) == 3_000_000
    assert results[202] == "last"


def test_a_task_that_hangs_costs_itself_alone() -> None:
    began = time.monotonic()
    results = list(in_order(Obey(), ["1", "hang", "2", "3", "4"], jobs=1, timeout_s=0.5))
    lost = results.pop(1)
    assert isinstance(lost, Lost)
    assert (lost.task, lost.reason) == ("hang", Reason.TIMEOUT)
    assert "0.5 s" in lost.detail
    assert results == ["1", "2", "3", "4"]
    assert time.monotonic() - began < 30


def test_a_task_that_kills_its_process_costs_itself_alone() -> None:
    results = list(in_order(Obey(), ["1", "die", "2", "die", "3"], jobs=2, timeout_s=20))
    for place in (1, 3):
        lost = results[place]
        assert isinstance(lost, Lost)
        assert (lost.task, lost.reason) == ("die", Reason.READER_FAILED)
        assert "exit code -9" in lost.detail
    assert results[::2] == ["1", "2", "3"]


def test_a_task_that_raises_says_what() -> None:
    (lost,) = in_order(Obey(), ["raise no such thing"], jobs=1, timeout_s=20)
    assert lost == Lost("raise no such thing", Reason.READER_FAILED, "ValueError: no such thing")


def test_nothing_to_do_starts_nothing() -> None:
    assert list(in_order(NeverReady(), [], jobs=2, timeout_s=20)) == []


def test_tasks_are_taken_no_faster_than_results() -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield str(taken)

    results = in_order(Obey(), endless(), jobs=1, timeout_s=20)
    assert [next(results) for _ in range(100)][-1] == "100"
    assert taken < 200
    results.close()  # type: ignore[attr-defined]


def test_leaving_early_ends_the_processes() -> None:
    results = in_order(Obey(), ["1", "hang", "2"], jobs=2, timeout_s=20)
    assert next(results) == "1"
    children = _children()
    assert children
    results.close()  # type: ignore[attr-defined]
    assert not set(children) & set(_children())


def test_a_process_that_cannot_be_started_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="exit code 3"):
        list(in_order(NeverReady(), ["1"], jobs=1, timeout_s=20))


def _children() -> list[int]:
    import multiprocessing

    return [child.pid for child in multiprocessing.active_children() if child.pid]
