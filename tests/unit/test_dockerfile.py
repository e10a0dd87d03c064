"""The Dockerfile copies what there is, all that Morgue needs, and runs as nobody special."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")


def instructions(name: str) -> list[str]:
    return [
        line.removeprefix(name).strip() for line in TEXT.splitlines() if line.startswith(f"{name} ")
    ]


def copied() -> list[str]:
    """What of this folder is copied into the last stage."""
    last = TEXT.rpartition("\nFROM ")[2]
    lines = [line.split()[1:-1] for line in last.splitlines() if line.startswith("COPY ")]
    return [path for paths in lines for path in paths if not paths[0].startswith("--from")]


def test_everything_that_is_copied_is_there_and_not_ignored() -> None:
    kept = [
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    ]
    sources = [
        path for line in instructions("COPY") if "--from" not in line for path in line.split()[:-1]
    ]
    assert len(sources) > 8
    for path in sources:
        assert (ROOT / path).exists(), path
        assert path in kept, path
    assert all((ROOT / path).exists() for path in kept)


def test_every_package_is_copied() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(packages) <= set(copied())


def test_what_is_copied_is_enough_to_run(tmp_path: Path) -> None:
    there = tmp_path / "opt"
    there.mkdir()
    for path in copied():
        source = ROOT / path
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, there / path, ignore=ignored)
        else:
            shutil.copy(source, there / path)
    home = tmp_path / "home"
    home.mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith("MORGUE_")}
    env |= {"PYTHONPATH": str(there), "MORGUE_CONFIG": str(home / "morgue.yaml")}
    program = (
        "import db, sys; from morgue.cli import main; assert sys.argv.pop(1) in db.__file__; main()"
    )
    for words in (["init", str(home)], ["sites", "check"], ["db", "upgrade"], ["db", "current"]):
        command = [sys.executable, "-P", "-c", program, str(there), *words]
        done = subprocess.run(
            command, cwd=home, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    check = json.loads(instructions("HEALTHCHECK")[0].partition("CMD ")[2])
    assert check[0] == "morgue"
    for listen, code in (("off", 0), ("127.0.0.1:9", 1)):  # nobody listens there
        command = [sys.executable, "-P", "-c", program, str(there), *check[1:]]
        done = subprocess.run(
            command, cwd=home, env=env | {"MORGUE_LISTEN": listen}, capture_output=True, check=False
        )
        assert done.returncode == code, done.stderr


def test_it_runs_as_nobody_special_and_hears_signals() -> None:
    (user,) = instructions("USER")
    assert user not in {"root", "0"}
    assert TEXT.index("\nUSER ") > TEXT.index("useradd")
    for name in ("ENTRYPOINT", "CMD"):
        (line,) = instructions(name)
        assert json.loads(line), "a shell would keep the signal to itself"
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
    assert instructions("VOLUME") == [instructions("WORKDIR")[-1]]
    assert "CMD [" in instructions("HEALTHCHECK")[0]


def test_packages_come_by_their_hashes_and_from_no_named_host() -> None:
    assert "scripts/make-env requirements.lock" in TEXT
    assert "--require-hashes" in (ROOT / "scripts" / "make-env").read_text()
    assert not re.search(r"https?://|index-url", TEXT)
    assert all(fnmatch(line.split()[0], "python:3.*-slim") for line in instructions("FROM"))
