"""Processes that end with those who started them, and take no more memory than they may."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="means of Linux")

STARTS_A_READER = """
import multiprocessing, signal, sys
from pipeline import confines

def read(name):
    confines.end_with_parent()
    print(multiprocessing.current_process().pid, flush=True)
    while True: pass  # a page that hangs

if __name__ == '__main__':
    child = multiprocessing.get_context('spawn').Process(target=read, args=('',))
    child.start()
    signal.pause()
"""
HELD = """
import signal, sys
from datetime import timedelta
from morgue import lifeline
if 'deaf' in sys.argv: signal.signal(signal.SIGTERM, signal.SIG_IGN)
lifeline.hold(grace=timedelta(seconds=0.2))
print('up', flush=True)
while True: signal.pause()
"""
EATS = """
from pipeline import confines
confines.limit_memory(300)
before = confines.peak_mb()
kept = []
try:
    while True: kept.append(b"x" * 1_000_000)
except MemoryError:
    held = len(kept)
    kept.clear()
    print(held, confines.is_near(300, since_mb=before))
"""


def is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def test_a_reader_that_hangs_ends_when_its_crawl_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "crawl.py"
    script.write_text(STARTS_A_READER)
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True
    ) as crawl:
        assert crawl.stdout is not None
        reader = int(crawl.stdout.readline())
        crawl.kill()
    deadline = time.monotonic() + 20
    while is_alive(reader):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(("words", "code"), [([], -signal.SIGTERM), (["deaf"], -signal.SIGKILL)])
def test_a_child_ends_when_whoever_holds_its_input_is_gone(words: list[str], code: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HELD, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        os.close(os.dup(child.stdin.fileno()))  # others may come and go
        assert child.poll() is None
        child.stdin.close()
        assert child.wait(30) == code


def test_more_memory_than_may_be_had_is_an_error_that_can_be_caught() -> None:
    done = subprocess.run(
        [sys.executable, "-c", EATS], capture_output=True, text=True, check=True, timeout=60
    )
    held, is_near = done.stdout.split()
    assert 200 < int(held) < 315
    assert is_near == "True"
