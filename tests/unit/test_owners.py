import os
import signal
import subprocess
import sys

import pytest

from crawler.owners import in_words, is_surely_dead, owner_name

NAMES_ITSELF = """
import signal
from crawler.owners import owner_name
print(owner_name(), flush=True)
signal.pause()
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel has to tell")


def test_a_living_owner_is_not_dead_and_is_named_by_host_and_process() -> None:
    owner = owner_name()
    assert not is_surely_dead(owner)
    assert in_words(owner).endswith(f":{os.getpid()}")
    assert owner.count(":") == 4


def test_an_owner_that_was_killed_is_dead_and_one_that_is_frozen_is_not() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", NAMES_ITSELF], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        owner = child.stdout.readline().strip()
        child.send_signal(signal.SIGSTOP)
        assert not is_surely_dead(owner)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert is_surely_dead(owner)  # before anybody has asked how it ended
    assert is_surely_dead(owner)


def test_another_process_with_the_number_of_a_dead_one_is_not_it() -> None:
    *rest, started = owner_name().split(":")
    assert is_surely_dead(":".join((*rest, str(int(started) - 1))))


@pytest.mark.parametrize("owner", [None, "", "host", "host:1", "desk:1", "host:x:a:b:c"])
def test_an_owner_that_says_too_little_is_not_known_to_be_dead(owner: str | None) -> None:
    assert not is_surely_dead(owner)


@pytest.mark.parametrize("place", [2, 3])
def test_processes_of_another_boot_or_container_are_not_ours_to_judge(place: int) -> None:
    parts = owner_name().split(":")
    parts[1], parts[place] = "999999", "0"
    assert not is_surely_dead(":".join(parts))
