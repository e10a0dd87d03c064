import asyncio
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest

from morgue.children import MAX_LINE, Child, Ended, morgue_command

LONG = timedelta(seconds=60)


def run(
    script: str,
    *,
    on_line: Callable[[Child, bytes], None] | None = None,
    deadline: timedelta = LONG,
    grace: timedelta = LONG,
) -> tuple[Ended, list[bytes]]:
    async def body() -> tuple[Ended, list[bytes]]:
        lines: list[bytes] = []
        child = Child([sys.executable, "-c", script])

        def hear(line: bytes) -> None:
            lines.append(line)
            if on_line:
                on_line(child, line)

        ended = await child.run(hear, deadline=deadline, grace=grace)
        return ended, lines

    return asyncio.run(body())


def test_the_lines_of_a_child_are_heard_in_order() -> None:
    ended, lines = run("print('one'); print('two')")
    assert ended == Ended(code=0, was_stopped=False, was_killed=False)
    assert lines == [b"one", b"two"]


def test_the_exit_code_is_the_childs() -> None:
    ended, _ = run("raise SystemExit(3)")
    assert ended.code == 3


def test_a_child_past_its_deadline_is_asked_to_end() -> None:
    script = "import signal; print('up', flush=True); signal.pause()"
    ended, _ = run(script, deadline=timedelta(seconds=0.3))
    assert ended == Ended(code=-15, was_stopped=True, was_killed=False)


DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('deaf', flush=True)
while True: signal.pause()
"""


def test_a_child_that_does_not_end_when_asked_is_killed() -> None:
    ended, _ = run(DEAF, on_line=lambda child, _: child.stop(), grace=timedelta(seconds=0.2))
    assert ended == Ended(code=-9, was_stopped=True, was_killed=True)


def test_a_child_can_be_killed_before_its_grace_is_over() -> None:
    ended, _ = run(DEAF, on_line=lambda child, _: child.kill())
    assert ended.was_killed


def test_what_a_child_leaves_behind_does_not_hold_us_up() -> None:
    script = """
import subprocess, sys
subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])
print('done', flush=True)
"""
    ended, lines = run(script)
    assert ended.code == 0
    assert lines == [b"done"]


def test_a_line_without_end_is_dropped_and_the_next_one_heard() -> None:
    script = f"print('x' * {MAX_LINE * 3}); print('next')"
    ended, lines = run(script)
    assert ended.code == 0
    assert lines[-1] == b"next"
    assert all(len(line) <= MAX_LINE for line in lines)


def test_a_command_that_does_not_exist_is_an_error_for_the_caller() -> None:
    async def body() -> None:
        await Child(["/nonexistent/morgue"]).run(lambda _: None, deadline=LONG, grace=LONG)

    with pytest.raises(OSError, match="nonexistent"):
        asyncio.run(body())


def test_a_child_morgue_does_not_import_from_the_working_folder() -> None:
    assert morgue_command("crawl")[1:] == ["-P", "-m", "morgue", "crawl"]
