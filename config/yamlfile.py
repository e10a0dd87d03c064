"""Reads a YAML file into plain values that know where they stand.

Every scalar stays the text that was written (`no`, `12:30`, `2024` and `0o7` too), an empty one is
None: what a text means is decided by the field that wants it. Must not know any field.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.errors import ConfigError, ConfigProblem

MAX_BYTES = 1_000_000
MAX_DEPTH = 30

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")

_SYNTAX = (
    (
        "unknown escape character",
        "a backslash inside double quotes",
        "Use single quotes: they leave backslashes alone.",
    ),
    (
        "mapping values are not allowed",
        "a colon where no key can be",
        "Put quotes around a text with a colon in it, or check the indentation.",
    ),
    (
        "expected ':'",
        "a line that is no key with a value",
        "Write a colon and a space behind the key.",
    ),
    (
        "unexpected end of stream",
        "an open quotation mark that is never closed",
        "Close it.",
    ),
    (
        "cannot start any token",
        "a character that no value can begin with",
        "Put quotes around the value.",
    ),
    (
        "expected alphabetic or numeric",
        "a value that begins with * or &",
        "Put quotes around it.",
    ),
    (
        "expected node content",
        "a bracket where no value can begin",
        "Put quotes around the value, or close the bracket before it.",
    ),
    (
        "expected ',' or",
        "a bracket that is never closed",
        "Close it, or put quotes around a text that begins with a bracket.",
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands; line and column as in `ConfigProblem`."""

    file: str
    line: int | None
    column: int | None
    where: str


@dataclass(slots=True)
class Node:
    """A value and where it begins."""

    line: int
    column: int
    text: str | None = None
    items: "list[Node] | None" = None
    entries: "dict[str, tuple[Node, Node]] | None" = None
    """Of a mapping: its keys and values by the key's text."""

    @property
    def value(self) -> object:
        """The plain value: None, text, list or dict."""
        if self.items is not None:
            return [item.value for item in self.items]
        if self.entries is not None:
            return {key: value.value for key, (_, value) in self.entries.items()}
        return self.text


@dataclass(frozen=True, slots=True)
class YamlFile:
    """The values of a file, and where each stands."""

    file: str
    root: Node | None
    """None where the file holds nothing."""

    @property
    def value(self) -> object:
        """The plain value of the whole file."""
        return self.root.value if self.root else None

    def place(self, path: Sequence[str | int], *, of_key: bool = False) -> Place:
        """Where a value (or its key) stands, or the nearest thing around it that the file has.

        A path may name more than was written (the number of an only item, the field that a short
        form stands for): such parts are passed over.
        """
        node = key = self.root or Node(1, 1)
        found: list[str] = []
        is_known = True
        for part in path:
            child = _child(node, part, short_form=not is_known)
            is_known = child is not None
            if child is not None:
                key, node = child
                found.append(str(part) if node is key else str(key.text))
        shown = key if of_key else node
        return Place(self.file, shown.line, shown.column, ".".join(found))


def _child(node: Node, part: str | int, *, short_form: bool) -> tuple[Node, Node] | None:
    """The key and value at a part of a path; an item of a list is its own key.

    In a short form, where a mapping was written for a list, a number is the place of an entry.
    """
    if node.entries is not None:
        if isinstance(part, int) and short_form:
            return next((e for n, e in enumerate(node.entries.values()) if n == part), None)
        return node.entries.get(str(part))
    if node.items is not None and isinstance(part, int) and part < len(node.items):
        return node.items[part], node.items[part]
    return None


def read_yaml(path: Path) -> YamlFile:
    """Read a file.

    Raises:
        ConfigError: It cannot be read or is no YAML; every problem that can be found is in it.
    """
    file = str(path)
    try:
        if not path.is_file():
            raise _error(file, "is no file", "Name a YAML file.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _error(
                file,
                f"is {size / 1e6:.1f} MB large",
                f"The limit is {MAX_BYTES / 1e6:.0f} MB: is this the right file?",
            )
        body = path.read_bytes()
    except OSError as error:
        words = error.strerror or type(error).__name__
        raise _error(file, f"cannot be read: {words}", "Check its permissions.") from None
    return parse_yaml(body, file=file)


def parse_yaml(body: bytes, *, file: str) -> YamlFile:
    """Read the bytes of a file; `file` is the name that problems carry.

    Raises:
        ConfigError: As `read_yaml`.
    """
    builder = _Builder(file=file, events=_events(_decoded(body, file=file), file=file))
    try:
        root = builder.document()
    except ConfigError as error:
        raise ConfigError([*builder.problems, *error.problems]) from None
    if builder.problems:
        raise ConfigError(builder.problems)
    return YamlFile(file=file, root=root)


def _error(
    file: str, message: str, remedy: str, *, line: int | None = None, column: int | None = None
) -> ConfigError:
    return ConfigError([ConfigProblem(file, line, column, "", message, remedy)])


def _decoded(body: bytes, *, file: str) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _error(file, "is UTF-16", "Save it as UTF-8.", line=1, column=1)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8-sig", errors="replace")
        line, column = _position(before)
        raise _error(
            file,
            "is not UTF-8 text from here on",
            "Save it as UTF-8; if it is no text at all, it does not belong here.",
            line=line,
            column=column,
        ) from None
    control = _CONTROL.search(text)
    if control:
        line, column = _position(text[: control.start()])
        raise _error(
            file,
            f"has the control character U+{ord(control[0]):04X}",
            "Remove it; if the file is no text at all, it does not belong here.",
            line=line,
            column=column,
        )
    return text


def _position(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _events(text: str, *, file: str) -> Iterator[Any]:
    import yaml  # noqa: PLC0415  takes longer to import than all of config

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        is_open = "end of stream" in str(error.problem) or "expected ','" in str(error.problem)
        mark = (error.context_mark if is_open else None) or error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message, remedy = _syntax_words(str(error.problem or error.context), text, line, column)
        raise _error(file, message, remedy, line=line, column=column) from None
    except yaml.YAMLError as error:
        words = " ".join(str(error).split())
        raise _error(file, f"is no YAML: {words}", "Check the syntax.", line=1, column=1) from None


def _syntax_words(problem: str, text: str, line: int, column: int) -> tuple[str, str]:
    """What to tell the user of a syntax error, and the remedy."""
    lines = text.splitlines()
    at = lines[line - 1] if line <= len(lines) else ""
    if "\t" in at[:column] and not at[:column].strip():
        return "has a tab in the indentation", "Indent with spaces."
    for sign, message, remedy in _SYNTAX:
        if sign in problem:
            return f"has {message}", remedy
    return (
        f"is no YAML here: {problem}",
        "Check the indentation: keys of one level stand in one column.",
    )


@dataclass(slots=True)
class _Builder:
    """Builds nodes from parser events and gathers what is not allowed in a configuration."""

    file: str
    events: Iterator[Any]
    problems: list[ConfigProblem] = field(default_factory=list)

    def document(self) -> Node | None:
        """The first document of the stream; a second one is a problem."""
        root: Node | None = None
        documents = 0
        for event in self.events:
            name = type(event).__name__
            if name == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    self._complain(
                        event, "has a second document", "Remove the line ---; one site, one file."
                    )
                    break
                root = self._node(next(self.events), depth=0)
        return root if root and (root.text is not None or root.items or root.entries) else None

    def _node(self, event: Any, *, depth: int) -> Node:
        name = type(event).__name__
        node = Node(event.start_mark.line + 1, event.start_mark.column + 1)
        if name == "AliasEvent":
            self._complain(event, f"uses the alias *{event.anchor}", "Write the value out.")
            return node
        if event.tag is not None and event.tag != "!":
            self._complain(event, f"has the tag {event.tag}", "Remove it: values need no tags.")
        if name == "ScalarEvent":
            is_plain = event.implicit[0]
            node.text = None if is_plain and event.value in _NULLS else event.value
            return node
        if depth >= MAX_DEPTH:
            raise _error(
                self.file,
                f"is nested more than {MAX_DEPTH} levels deep",
                "Check the brackets.",
                line=node.line,
                column=node.column,
            )
        if name == "SequenceStartEvent":
            node.items = []
            while type(child := next(self.events)).__name__ != "SequenceEndEvent":
                node.items.append(self._node(child, depth=depth + 1))
            return node
        node.entries = {}
        while type(child := next(self.events)).__name__ != "MappingEndEvent":
            key = self._node(child, depth=depth + 1)
            value = self._node(next(self.events), depth=depth + 1)
            self._enter(node.entries, key, value, name=getattr(child, "value", None))
        return node

    def _enter(
        self, entries: dict[str, tuple[Node, Node]], key: Node, value: Node, *, name: str | None
    ) -> None:
        if name is None:
            self._complain(key, "has a key that is no plain text", "Write a word before the colon.")
            return
        key.text = name
        if name in entries:
            self._complain(
                key,
                f"has the key {name} twice: it is in line {entries[name][0].line} already",
                "Keep one of them.",
            )
            return
        entries[name] = (key, value)

    def _complain(self, at: Any, message: str, remedy: str) -> None:
        line, column = (
            (at.line, at.column)
            if isinstance(at, Node)
            else (at.start_mark.line + 1, at.start_mark.column + 1)
        )
        self.problems.append(ConfigProblem(self.file, line, column, "", message, remedy))
