"""Saved pages of a site with what is to be read from them: written by `sites try --save`, checked by `sites check`.

A case is a folder: page.html.gz, the page as it was fetched, and case.yaml with its address, its moment and the
expected fields. The cases of sites/NAME.yaml stand in sites/NAME.cases. Must not know how a page is read.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from config.errors import ConfigError, ConfigProblem
from config.values import LONGEST_URL
from config.yamlfile import YamlFile, read_yaml
from morgue.cli.moments import jsonable, parse
from morgue.cli.options import is_url
from pipeline.reading import Reading

PAGE = "page.html.gz"
FACTS = "case.yaml"
_KEYS = ("url", "fetched_at", "content_type", "expected")
_NOT_EXPECTED = frozenset(
    (
        "url",
        "blocks",
        "detail",
        "encoding",
        "readers",
        "certainty",
        "removed",
        "extractor",
        "profile",
    )
)
"""What a reading says besides its fields, or says otherwise with every release."""


@dataclass(frozen=True, slots=True)
class Case:
    """A saved page and the fields that are expected of it."""

    folder: Path
    url: str
    fetched_at: datetime
    content_type: str | None
    expected: Mapping[str, Any]
    document: YamlFile | None = None  # as written, for places

    @property
    def page(self) -> Path:
        """The saved page."""
        return self.folder / PAGE


def folder_of(site_file: Path) -> Path:
    """Where the cases of a site stand: beside its file."""
    return site_file.with_suffix(".cases")


def folders(site_file: Path) -> list[Path]:
    """The cases of a site, in the order of their names."""
    return sorted(facts.parent for facts in folder_of(site_file).glob(f"*/{FACTS}"))


def read_case(folder: Path) -> Case:
    """The case that a folder holds.

    Raises:
        ConfigError: It holds none; every problem that was found is in it.
    """
    document = read_yaml(folder / FACTS)
    value = document.value
    if not isinstance(value, dict):
        raise ConfigError([_problem(document, (), "is no case", "Write url: and expected: in it.")])
    problems = [
        _problem(document, (name,), f"unknown key {name}", f"Known here: {', '.join(_KEYS)}.")
        for name in value
        if name not in _KEYS
    ]
    url, expected, content_type = (value.get(name) for name in ("url", "expected", "content_type"))
    if not isinstance(url, str) or not is_url(url) or len(url) > LONGEST_URL:
        problems.append(_problem(document, ("url",), "there is no URL", "Write where it is from."))
    if not isinstance(expected, dict):
        words, remedy = "no field is expected", "Write fields below expected:, as in title: Pier."
        problems.append(_problem(document, ("expected",), words, remedy))
    if not isinstance(content_type, str | None):
        problems.append(_problem(document, ("content_type",), "is no text", "Write it as sent."))
    if not (folder / PAGE).is_file():
        words, remedy = f"there is no {PAGE} beside it", "Save the page with `morgue sites try`."
        problems.append(_problem(document, (), words, remedy))
    fetched_at = value.get("fetched_at")
    try:
        moment = parse(fetched_at) if isinstance(fetched_at, str) else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        words, remedy = "is no moment", "Write when the page was fetched, as in 2024-05-31T14:30Z."
        problems.append(_problem(document, ("fetched_at",), words, remedy))
    if problems:
        raise ConfigError(problems)
    assert isinstance(url, str)
    assert isinstance(expected, dict)
    assert moment is not None
    return Case(folder, url, moment, content_type or None, expected, document)


def _problem(document: YamlFile, path: tuple[str, ...], message: str, remedy: str) -> ConfigProblem:
    at = document.place(path)
    return ConfigProblem(at.file, at.line, at.column, at.where, message, remedy)


def differences(case: Case, reading: Reading) -> list[ConfigProblem]:
    """Each expected field that was read otherwise."""
    assert case.document is not None
    read = expected_of(reading)
    found = []
    for name, value in case.expected.items():
        place = ("expected", name)
        if name not in read:
            known = f"Known here: {', '.join(read)}."
            found.append(_problem(case.document, place, f"there is no field {name}", known))
        elif plain(read[name]) != plain(value):
            reader = reading.readers.get("body" if name == "text" else name)
            words = _difference(plain(value), plain(read[name]))
            words += f" (by {reader})" if reader else ""
            remedy = "Put the rules right, or the expectation."
            found.append(_problem(case.document, place, words, remedy))
    return found


def expected_of(reading: Reading) -> dict[str, Any]:
    """The fields of a reading that a case holds fast."""
    told = {name: v for name, v in reading.as_json().items() if name not in _NOT_EXPECTED}
    first = {name: told.pop(name) for name in ("verdict", "reason")}
    text = told.pop("text")
    images = [image["url"] for image in told.pop("images")]
    return {**first, **told, "images": images, "text": text}


def plain(value: object) -> object:
    """A value as a YAML file of ours has it: texts, lists, keys; what is empty is None."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()} or None
    if isinstance(value, list | tuple):
        return [plain(each) for each in value] or None
    return str(value) if value is not None and value != "" else None


def _difference(expected: object, read: object) -> str:
    """Where two values part: of long texts the first line that differs."""
    if not (isinstance(expected, str) and isinstance(read, str)):
        return f"expected {_shown(expected)}, read {_shown(read)}"
    wanted, got = expected.split("\n"), read.split("\n")
    number = next(
        (n for n, (a, b) in enumerate(zip(wanted, got, strict=False)) if a != b),
        min(len(wanted), len(got)),
    )
    line = f"line {number + 1}: " if max(len(wanted), len(got)) > 1 else ""
    pair = [lines[number] if number < len(lines) else None for lines in (wanted, got)]
    return f"{line}expected {_shown(pair[0])}, read {_shown(pair[1])}"


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    text = repr(value) if not isinstance(value, str) else f'"{value}"'
    return text if len(text) <= 160 else f"{text[:159]}…"


class CaseExists(Exception):  # noqa: N818
    """Another page is saved there already."""


def save(
    folder: Path,
    *,
    body: bytes,
    url: str,
    fetched_at: datetime,
    content_type: str | None,
    reading: Reading,
) -> None:
    """Write a case; the expectation of the same page may be written anew.

    Raises:
        CaseExists: The folder holds another page, or something else.
        OSError: It cannot be written.
    """
    page = folder / PAGE
    if page.exists() and _digest(gzip.decompress(page.read_bytes())) != _digest(body):
        raise CaseExists
    if not page.exists() and folder.exists() and any(folder.iterdir()):
        raise CaseExists
    folder.mkdir(parents=True, exist_ok=True)
    page.write_bytes(gzip.compress(body, 9, mtime=0))
    facts = {
        "url": url,
        "fetched_at": jsonable(fetched_at),
        "content_type": content_type,
        "expected": expected_of(reading),
    }
    text = yaml.dump(
        facts, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=2**20, encoding=None
    )
    head = "# What is to be read from the page beside it. A field that may be anything can be left out.\n"
    (folder / FACTS).write_text(head + text, encoding="utf-8")


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, so that a difference between two versions is readable."""

    def ignore_aliases(self, data: object) -> bool:
        """Write every value out."""
        del data
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # other ends of lines survive in double quotes alone, where they are written out
    is_odd = any(end in text for end in "\r\x85\u2028\u2029")
    style = '"' if is_odd else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)
