import time
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.yamlfile import MAX_BYTES, parse_yaml, read_yaml


def complaints(text: str | bytes) -> list[str]:
    body = text.encode() if isinstance(text, str) else text
    with pytest.raises(ConfigError) as caught:
        parse_yaml(body, file="f.yaml")
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    "scalar", ["no", "yes", "on", "off", "true", "12:30", "2024-03-31", "0o7", "010", "1e3", "2024"]
)
def test_every_scalar_stays_the_text_that_was_written(scalar: str) -> None:
    assert parse_yaml(f"key: {scalar}\n".encode(), file="f").value == {"key": scalar}


@pytest.mark.parametrize("nothing", ["", "~", "null", "# a comment"])
def test_a_key_without_a_value_holds_none(nothing: str) -> None:
    assert parse_yaml(f"key: {nothing}\n".encode(), file="f").value == {"key": None}


def test_a_quoted_null_is_text() -> None:
    assert parse_yaml(b"a: 'null'\nb: \"\"\n", file="f").value == {"a": "null", "b": ""}


@pytest.mark.parametrize("body", [b"", b"\n\n", b"# only a comment\n", b"---\n", b"\xef\xbb\xbf"])
def test_a_file_without_content_has_no_value(body: bytes) -> None:
    assert parse_yaml(body, file="f").value is None


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    document = parse_yaml(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", file="f")
    assert document.value == {"a": "1", "b": "2"}
    assert (document.place(("b",)).line, document.place(("b",)).column) == (2, 4)


def test_every_value_and_key_knows_its_line_and_column() -> None:
    document = parse_yaml("å: ünï\nlist:\n  - {key: 日本, other: x}\n".encode(), file="f")
    place = document.place(("list", 0, "other"))
    assert (place.file, place.line, place.column, place.where) == ("f", 3, 22, "list.0.other")
    key = document.place(("list", 0, "other"), of_key=True)
    assert (key.line, key.column) == (3, 15)
    assert document.place(("å",)).column == 4


def test_a_path_deeper_than_the_file_ends_at_what_was_written() -> None:
    document = parse_yaml(b"rules:\n  title: h1\n", file="f")
    place = document.place(("rules", 0, "title", 0, "css"))
    assert (place.line, place.column, place.where) == (2, 10, "rules.title")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "a: b: c\n",
            (
                "f.yaml:1:5: has a colon where no key can be. "
                "Put quotes around a text with a colon in it, or check the indentation."
            ),
        ),
        ("a:\n  b: 1\n\tc: 2\n", "f.yaml:3:1: has a tab in the indentation. Indent with spaces."),
        ("a:\n\t- b\n", "f.yaml:2:1: has a tab in the indentation. Indent with spaces."),
        (
            'a: "\\d+"\n',
            (
                "f.yaml:1:5: has a backslash inside double quotes. "
                "Use single quotes: they leave backslashes alone."
            ),
        ),
        (
            "b: 1\na: 'open\n",
            "f.yaml:2:4: has an open quotation mark that is never closed. Close it.",
        ),
        (
            "a: [1, 2\nb: 3\n",
            (
                "f.yaml:1:4: has a bracket that is never closed. "
                "Close it, or put quotes around a text that begins with a bracket."
            ),
        ),
        ("a: *\n", "f.yaml:1:5: has a value that begins with * or &. Put quotes around it."),
        (
            "a: %x\n",
            "f.yaml:1:4: has a character that no value can begin with. Put quotes around the value.",
        ),
        (
            "a:\n - b\n c\n",
            (
                "f.yaml:4:1: has a line that is no key with a value. "
                "Write a colon and a space behind the key."
            ),
        ),
        (
            "a:\n  - x\n y: 1\n",
            (
                "f.yaml:3:2: is no YAML here: did not find expected key. "
                "Check the indentation: keys of one level stand in one column."
            ),
        ),
        ("a: &x 1\nb: *x\n", "f.yaml:2:4: uses the alias *x. Write the value out."),
        (
            "a: !!python/name:os.system x\n",
            (
                "f.yaml:1:4: has the tag tag:yaml.org,2002:python/name:os.system. "
                "Remove it: values need no tags."
            ),
        ),
        (
            "a: 1\n---\nb: 2\n",
            "f.yaml:2:1: has a second document. Remove the line ---; one site, one file.",
        ),
        (
            "? [a]\n: b\n",
            "f.yaml:1:3: has a key that is no plain text. Write a word before the colon.",
        ),
    ],
)
def test_a_syntax_error_names_its_place_and_remedy(text: str, complaint: str) -> None:
    assert complaints(text) == [complaint]


def test_every_duplicate_key_is_told_with_both_lines() -> None:
    assert complaints("a: 1\nb: {c: 1, c: 2}\n\na: 2\n") == [
        "f.yaml:2:11: has the key c twice: it is in line 2 already. Keep one of them.",
        "f.yaml:4:1: has the key a twice: it is in line 1 already. Keep one of them.",
    ]


def test_a_duplicate_key_is_told_beside_a_later_syntax_error() -> None:
    lines = complaints("a: 1\na: 2\nb: 'x\n")
    assert [line.split(": ")[0] for line in lines] == ["f.yaml:2:1", "f.yaml:3:4"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "f.yaml:1:1: is not UTF-8 text from here on."),
        (b"a: 1\nb: x\xff\n", "f.yaml:2:5: is not UTF-8 text from here on."),
        (b"a: 1\nb: \x00\n", "f.yaml:2:4: has the control character U+0000."),
        ("a: 1\n".encode("utf-16"), "f.yaml:1:1: is UTF-16. Save it as UTF-8."),
    ],
)
def test_a_binary_file_is_refused_at_its_first_strange_byte(body: bytes, complaint: str) -> None:
    [line] = complaints(body)
    assert line.startswith(complaint)


def test_deep_nesting_is_refused_before_it_costs_anything() -> None:
    [line] = complaints("a: " + "[" * 100_000)
    assert line == "f.yaml:1:33: is nested more than 30 levels deep. Check the brackets."


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x]"] + [
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)
    ]
    began = time.process_time()
    assert len(complaints("\n".join(lines))) == 29 * 9
    assert time.process_time() - began < 1


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "huge.yaml"
    with file.open("wb") as handle:
        handle.truncate(MAX_BYTES + 2_200_000)
    with pytest.raises(ConfigError, match=r"huge\.yaml: is 3\.2 MB large\. The limit is 1 MB"):
        read_yaml(file)


def test_a_folder_and_a_missing_file_are_no_files(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.yaml"):
        with pytest.raises(ConfigError, match=r"is no file\. Name a YAML file"):
            read_yaml(path)
