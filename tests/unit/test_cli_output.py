import io
import json
from datetime import UTC, datetime, timedelta

import click
import pytest

from morgue.cli import moments, output
from morgue.cli.options import ARTICLE, ArticleName

NASTY = "Storm\x1b[2J\x1b]0;owned\x07 hits\x9b31m coast\u202egnp.exe\r\x00\x7f"


def test_what_could_steer_a_terminal_is_written_out() -> None:
    shown = output.safe(NASTY)
    assert "\x1b" not in shown
    assert "\\x1b[2J" in shown
    assert all(char.isprintable() for char in shown)


def test_lines_and_tabs_of_a_text_stay() -> None:
    assert output.safe("one\n\ttwo") == "one\n\ttwo"


@pytest.mark.parametrize("text", ["Ärger über Öl", "环球时报", "שלום", "e\u0301", "👩‍🚒"])
def test_words_of_any_script_stay_as_they_are(text: str) -> None:
    assert output.safe(text) == text


def test_a_title_of_many_lines_is_one_line_of_a_listing() -> None:
    assert output.one_line(" A\n  storm\t ") == "A storm"
    assert output.one_line("") == output.one_line(None) == output.one_line(" \n") == "-"


def test_json_can_be_printed_and_says_the_same() -> None:
    text = output.as_json({"title": NASTY + "环球\ud800"}, indent=None)
    assert json.loads(text) == {"title": NASTY + "环球\ud800"}
    assert "环球" in text
    assert text.isprintable()


def test_moments_and_digests_have_a_form_in_json() -> None:
    at = datetime(2024, 5, 1, 8, 30, tzinfo=UTC)
    assert json.loads(output.as_json({"at": at, "sha256": b"\x01\xff"})) == {
        "at": "2024-05-01T08:30:00Z",
        "sha256": "01ff",
    }


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("环球", 4), ("e\u0301", 1), ("", 0), ("a\u200bb", 2)]
)
def test_the_width_of_a_text_is_what_a_terminal_takes(text: str, columns: int) -> None:
    assert output.width(text) == columns


def test_a_cut_text_fits_and_says_that_it_is_cut() -> None:
    assert output.cut("headline", 8) == "headline"
    assert output.cut("headline", 5) == "head…"
    assert output.cut("环球时报", 5) == "环球…"
    assert output.width(output.cut("环球时报", 4)) <= 4


def test_columns_of_a_table_are_aligned_for_wide_letters_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.table(("NAME", "TITLE"), [("环球", "x\x1b[1m"), ("a", "y")])
    assert capsys.readouterr().out == "NAME  TITLE\n环球  x\\x1b[1m\na     y\n"


def test_a_table_that_is_no_terminals_is_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("A", "B"), [("x", "y" * 500)])
    assert "y" * 500 in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert output.wants_colour(Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not output.wants_colour(Terminal())


def test_a_dumb_terminal_gets_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert not output.wants_colour(Terminal())


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-31", datetime(2024, 5, 31, tzinfo=UTC)),
        ("2024-05-31T14:30", datetime(2024, 5, 31, 14, 30, tzinfo=UTC)),
        ("2024-05-31 14:30:05", datetime(2024, 5, 31, 14, 30, 5, tzinfo=UTC)),
        ("2024-05-31T14:30Z", datetime(2024, 5, 31, 14, 30, tzinfo=UTC)),
        ("2024-05-31T14:30+02:00", datetime(2024, 5, 31, 12, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_without_a_zone_is_utc(text: str, moment: datetime) -> None:
    assert moments.parse(text) == moment
    assert moments.parse(text).utcoffset() == timedelta(0)


def test_a_date_alone_as_an_end_is_the_whole_day() -> None:
    assert moments.parse("2024-05-31", is_end=True) == datetime(
        2024, 5, 31, 23, 59, 59, 999000, tzinfo=UTC
    )
    assert moments.parse("2024-05-31T14:30", is_end=True).hour == 14


@pytest.mark.parametrize(
    "text", ["yesterday", "", "2024-13-01", "31.5.2024", "9999-12-31T23:00-05"]
)
def test_what_is_no_moment_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(click.BadParameter, match="2024-05-31T14:30"):
        moments.END.convert(text, None, None)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(seconds=45), "45 s"),
        (timedelta(minutes=3, seconds=20), "3 min"),
        (timedelta(hours=2, minutes=10), "2 h 10 min"),
        (timedelta(hours=6), "6 h"),
        (timedelta(days=5, hours=3), "5 d"),
    ],
)
def test_a_length_of_time_has_words(span: timedelta, words: str) -> None:
    assert moments.lasted(span) == words


def test_an_article_is_named_by_number_or_url() -> None:
    assert ARTICLE.convert("12", None, None) == ArticleName("12", number=12)
    assert ARTICLE.convert("#12", None, None).number == 12
    url = "https://example.org/a"
    assert ARTICLE.convert(url, None, None).url == url


@pytest.mark.parametrize(
    "text", ["storm", "ftp://example.org/a", "1.5", "-3", "http://", "9" * 30, "٣"]
)
def test_what_names_no_article_is_refused_with_what_does(text: str) -> None:
    with pytest.raises(click.BadParameter, match="number or its URL"):
        ARTICLE.convert(text, None, None)
