"""What a process and its children write to standard error is in one file, rotated, and lost to nobody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from morgue.log_file import RotatedFile, standard_error_in


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "morgue.log"


def lines_of(*paths: Path) -> list[str]:
    return [line for path in paths for line in path.read_text().splitlines()]


def test_lines_of_this_process_and_of_children_are_in_the_file(path: Path) -> None:
    earlier = os.fstat(2)
    with standard_error_in(path, size=1 << 20, count=2):
        os.write(2, b"ours\n")
        subprocess.run([sys.executable, "-c", "import os; os.write(2, b'a child\\n')"], check=True)
        os.write(2, b"unfinished")
    assert lines_of(path) == ["ours", "a child", "unfinished"]
    after = os.fstat(2)
    assert (earlier.st_dev, earlier.st_ino) == (after.st_dev, after.st_ino)


def test_the_file_is_rotated_and_only_so_many_are_kept_without_a_line_torn(path: Path) -> None:
    with standard_error_in(path, size=1000, count=3):
        for number in range(300):
            os.write(2, b"line %06d\n" % number)
    files = sorted(path.parent.glob("morgue.log*"), reverse=True)
    assert [each.name for each in files] == [
        "morgue.log.3",
        "morgue.log.2",
        "morgue.log.1",
        "morgue.log",
    ]
    assert all(each.stat().st_size <= 1000 for each in files)
    kept = lines_of(*files)
    assert kept == [f"line {number:06}" for number in range(300 - len(kept), 300)]


@pytest.mark.parametrize("is_removed", [True, False])
def test_a_file_that_was_moved_away_is_begun_anew(path: Path, *, is_removed: bool) -> None:
    file = RotatedFile(path, size=1 << 20, count=2, complaints=2)
    file.write(b"before\n")
    moved = path.rename(path.with_name("moved"))
    if is_removed:
        moved.unlink()
    file.write(b"after\n")
    file.close()
    assert lines_of(path) == ["after"]
    assert is_removed or lines_of(moved) == ["before"]


def test_bytes_that_are_no_text_and_lines_without_end_harm_nothing(path: Path) -> None:
    with standard_error_in(path, size=1 << 30, count=2):
        os.write(2, b"\xff\x00odd\n")
        for _ in range(30):
            os.write(2, b"x" * 50_000)
        os.write(2, b"\nlast\n")
    told = lines_of(path)
    assert told[0] == "\\xff\x00odd"
    assert sum(map(len, told[1:-1])) == 1_500_000
    assert told[-1] == "last"


def test_a_disk_that_is_full_is_told_once_where_the_log_was_and_ends_nothing(
    path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path.symlink_to("/dev/full")
    file = RotatedFile(path, size=1 << 20, count=2, complaints=2)
    for _ in range(3):
        file.write(b"lost\n")
    told = capfd.readouterr().err
    assert told.count("cannot be written") == 1
    path.unlink()
    file.write(b"there is room again\n")
    file.close()
    assert lines_of(path) == ["there is room again"]


def test_a_file_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    with (
        pytest.raises(FileNotFoundError),
        standard_error_in(tmp_path / "none" / "x.log", size=1, count=1),
    ):
        pass
