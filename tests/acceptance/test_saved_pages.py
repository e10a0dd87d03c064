"""`morgue extract` over many files as a person uses it: streamed, stopped, cut off, scored. No project, no archive."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from morgue.children import morgue_command
from morgue.cli.errors import ExitCode
from tests.acceptance.project import environment

PAGE = """<!doctype html><html lang="en"><head><title>Pier reopens after the storm of {number}</title></head><body><article>
<h1>Pier reopens after the storm of {number}</h1>
<p>The pier at Larkhaven was opened again on Monday, four months after a storm had taken half of it.</p>
<p>Fishermen said that the work had been done well, and that the boards were wider than those before.</p>
<p>The council will count the cost on Thursday, and means to ask the county for a third of it at least.</p>
</article></body></html>"""


def manifest(folder: Path, *, pages: int) -> Path:
    """So many pages, and the list of them."""
    rows = []
    for number in range(pages):
        (folder / f"{number}.html").write_text(PAGE.format(number=number))
        row = {"id": f"p{number}", "path": f"{number}.html", "url": f"https://a.example/{number}"}
        rows.append(json.dumps(row))
    path = folder / "list.jsonl"
    path.write_text("\n".join(rows))
    return path


def started(path: Path, *more: str, **streams: Any) -> "subprocess.Popen[str]":
    command = morgue_command("extract", "--manifest", str(path), "--json", *more)
    # a test-suite that is run in the background ignores SIGINT, and so would its children
    return subprocess.Popen(
        command,
        text=True,
        env=environment(),
        cwd=path.parent,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        **streams,
    )


def reading_processes(parent: int) -> list[int]:
    """The processes that read for a command, while it lives."""
    found = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in task.read_text().split():
            command = Path(f"/proc/{child}/cmdline").read_bytes()
            if b"spawn_main" in command:
                found.append(int(child))
    return found


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def all_are_gone(pids: list[int], *, within: float = 60) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if not any(map(is_alive, pids)):
            return True
        time.sleep(0.05)
    return False


def test_nothing_but_a_manifest_is_needed(tmp_path: Path) -> None:
    with started(manifest(tmp_path, pages=50), stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        told = [json.loads(line) for line in child.stdout]
    assert child.returncode == 0
    assert [row["id"] for row in told] == [f"p{number}" for number in range(50)]
    assert all(row["title"] == f"Pier reopens after the storm of {n}" for n, row in enumerate(told))
    assert sorted(path.suffix for path in tmp_path.iterdir() if path.suffix != ".html") == [
        ".jsonl"
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_ctrl_c_ends_it_with_its_processes_and_without_a_traceback(tmp_path: Path) -> None:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started(manifest(tmp_path, pages=3000), "--jobs", "2", **pipes) as child:
        assert child.stdout is not None
        json.loads(child.stdout.readline())
        processes = reading_processes(child.pid)
        assert processes
        child.send_signal(signal.SIGINT)
        rest, errors = child.communicate(timeout=30)
    assert child.returncode == ExitCode.INTERRUPTED
    assert errors == "morgue: stopped\n"
    assert len(rest.splitlines()) < 2999
    assert all_are_gone(processes)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_a_reader_that_has_had_enough_ends_it_in_peace(tmp_path: Path) -> None:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started(manifest(tmp_path, pages=3000), **pipes) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        json.loads(child.stdout.readline())
        processes = reading_processes(child.pid)
        child.stdout.close()
        errors = child.stderr.read()
    assert (child.returncode, errors) == (0, "")
    assert all_are_gone(processes)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_its_processes_do_not_outlive_it_when_it_is_killed(tmp_path: Path) -> None:
    with started(manifest(tmp_path, pages=3000), stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        json.loads(child.stdout.readline())
        processes = reading_processes(child.pid)
        child.kill()
    assert processes
    assert all_are_gone(processes)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_memory_does_not_grow_with_the_number_of_pages(tmp_path: Path) -> None:
    path = manifest(tmp_path, pages=20)
    path.write_text("\n".join([path.read_text()] * 50))
    measured = (
        "import pathlib, re, runpy, sys\n"
        "try: runpy.run_module('morgue', run_name='__main__')\n"
        # not ru_maxrss: that begins with what the parent had
        "finally: print(re.search(r'VmHWM:\\s+(\\d+)', pathlib.Path('/proc/self/status')"
        ".read_text())[1], file=sys.stderr)"
    )
    peaks = []
    for lines in (200, 1000):
        (tmp_path / "part.jsonl").write_text("\n".join(path.read_text().splitlines()[:lines]))
        ended = subprocess.run(
            [sys.executable, "-P", "-c", measured, "extract", "--manifest", "part.jsonl", "--json"],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
            env=environment(),
        )
        assert len(ended.stdout.splitlines()) == lines
        peaks.append(int(ended.stderr.split()[-1]))
    assert peaks[1] < peaks[0] * 1.1


@pytest.mark.corpus
def test_the_scorer_of_the_corpora_reads_what_is_printed(tmp_path: Path, shared: Path) -> None:
    corpora = shared / "corpora"
    truth = (corpora / "truth" / "fundus.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in truth[:10]]
    pages = corpora / "pages" / "fundus"
    lines = [json.dumps(row | {"path": str(pages / f"{row['id']}.html.gz")}) for row in rows]
    (tmp_path / "list.jsonl").write_text("\n".join(lines))
    (tmp_path / "truth.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with (tmp_path / "read.jsonl").open("w") as read:
        assert started(tmp_path / "list.jsonl", stdout=read).wait() in {0, 1}
    command = [sys.executable, corpora / "score.py", "--truth", "truth.jsonl", "--lead", "join"]
    command += ["--pred", "read.jsonl", "--json", "scores.json"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    scores = json.loads((tmp_path / "scores.json").read_text())["read"]
    assert scores["body"]["f1"] > 0.8
    assert scores["title"]["exact"] > 0.5
    assert scores["date"]["accuracy"] > 0.8
    assert scores["authors"]["f1"] > 0.5


def test_the_installed_command_starts_reading_processes(tmp_path: Path) -> None:
    # they import the command's script again: it must not run twice
    command = [str(Path(sys.prefix) / "bin" / "morgue"), "extract", "--jobs", "2", "--json"]
    path = manifest(tmp_path, pages=5)
    done = subprocess.run(
        [*command, "--manifest", str(path)],
        capture_output=True,
        text=True,
        env=environment(),
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == ExitCode.OK, done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [
        f"p{number}" for number in range(5)
    ]
