import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from morgue.cli.watching import Tally, counts_in_words, event_line, visit_line, watching


@dataclass
class Event:
    name: str
    site: str = "dunnock"
    facts: dict[str, Any] = field(default_factory=dict)


def visit(outcome: str, **facts: Any) -> Event:
    return Event("visit_archived", facts={"outcome": outcome, "url": "https://d.example/a"} | facts)


def source(**facts: Any) -> Event:
    return Event("source_read", facts={"url": "https://d.example/rss", "new": 0} | facts)


def test_counts_have_words_in_a_fixed_order() -> None:
    assert counts_in_words({"error": 1, "new": 12, "pages": 40, "revised": 3}) == (
        "12 new, 3 revised, 1 in error"
    )
    assert counts_in_words({}) == "nothing was due"


def test_what_went_wrong_is_worth_a_line() -> None:
    assert event_line(visit("error", detail="timeout: 60 s")) == (
        "dunnock: error: https://d.example/a: timeout: 60 s"
    )
    assert "404" in str(event_line(source(problem="404")))


def test_what_a_source_lists_no_more_is_worth_a_line() -> None:
    line = "dunnock: source https://d.example/rss: 2 pages are listed no more, and looked at"
    assert event_line(source(missed=2)) == line
    assert "a page is listed no more" in str(event_line(source(missed=1)))


@pytest.mark.parametrize(
    "event", [source(missed=0), visit("same_bytes"), visit("new"), source(), Event("page_answered")]
)
def test_what_went_well_is_not(event: Event) -> None:
    assert event_line(event) is None


def test_a_named_page_is_worth_a_line_whatever_it_came_to() -> None:
    line = visit_line(visit("revised", article=7, revision=3))
    assert line == "revised: https://d.example/a (article 7, revision 3)"


def test_the_total_is_never_less_than_what_is_done() -> None:
    tally = Tally()
    tally.hear(source(new=1))
    assert tally.total == 1
    for _ in range(3):
        tally.hear(visit("new"))
    assert tally.total == 3


def test_with_json_every_event_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with watching(as_json=True, is_quiet=False, is_naming=False) as watcher:
        watcher(visit("new", title="a\x9bb"))
    line, *more = capsys.readouterr().out.splitlines()
    assert json.loads(line)["event"] == "visit_archived"
    assert "\x9b" not in line
    assert more == []


def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with watching(as_json=True, is_quiet=True, is_naming=False) as watcher:
        watcher(visit("error"))
    assert capsys.readouterr() == ("", "")


def test_a_log_file_gets_lines_for_trouble_and_a_sign_of_life(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with watching(as_json=False, is_quiet=False, is_naming=False) as watcher:
        for _ in range(100):
            watcher(visit("new"))
        watcher(visit("refused", detail="robots\x1b[2J"))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "100 pages: 100 new",
        "dunnock: refused: https://d.example/a: robots\\x1b[2J",
    ]


def test_a_terminal_gets_a_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with watching(as_json=False, is_quiet=False, is_naming=False) as watcher:
        watcher(source(new=2))
        watcher(visit("error", detail="[bold]timeout"))
    assert "dunnock: error: https://d.example/a: [bold]timeout" in capsys.readouterr().err
