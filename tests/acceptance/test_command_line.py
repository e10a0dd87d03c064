"""The command line as a person uses it: real child processes, a real archive, a newsroom on loopback."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from config.clock import SystemClock
from morgue import cli
from morgue.children import morgue_command
from morgue.cli.errors import ExitCode
from morgue.demo.newsroom import COURIER, Newsroom, NewsroomServer, write_site_files
from tests.acceptance.project import environment, run_in_fork

SETTINGS = "delay_s: 0\nconcurrent_per_host: 4\nlog_level: warning\n"
HOURS = (0, 3, 4)


@dataclass(frozen=True)
class Desk:
    """A project folder, the newsroom that it crawls, and what the crawls said."""

    folder: Path
    newsroom: Newsroom
    crawls: list[list[dict[str, Any]]]

    def child(self, *args: str) -> "subprocess.CompletedProcess[str]":
        return run_in_fork(self.folder, *args, **self.offset())

    def offset(self) -> dict[str, str]:
        """Morgue's clock at the newsroom's time."""
        offset = self.newsroom.clock.now() - SystemClock().now()
        return {"MORGUE_CLOCK_OFFSET_S": str(offset.total_seconds())}

    def ask(self, *args: str) -> Result:
        """Ask in this process, for speed."""
        config = str(self.folder / "morgue.yaml")
        return CliRunner(env=self.offset()).invoke(cli.morgue, ["--config", config, *args])

    def told(self, *args: str) -> Any:
        result = self.ask(*args, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def url(self, role: str, *, hours: float | None = None) -> str:
        """The address of an article with a role, now or so many hours after the start."""
        at = None if hours is None else self.newsroom.start + timedelta(hours=hours)
        return str(self.newsroom.truth(self.newsroom.role(role).id, at)["url"])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Three crawls of a newsroom that went on publishing between them."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "morgue.yaml").write_text(SETTINGS)
    start = SystemClock().now().replace(second=0, microsecond=0) - timedelta(hours=sum(HOURS))
    newsroom = Newsroom(start=start)
    with NewsroomServer(newsroom) as server:
        write_site_files(folder / "sites", server)
        desk = Desk(folder, newsroom, [])
        for hours in HOURS:
            newsroom.advance(timedelta(hours=hours))
            ended = desk.child("crawl", "--json")
            assert ended.returncode == 0, ended.stderr
            desk.crawls.append([json.loads(line) for line in ended.stdout.splitlines()])
        yield desk


def finished(events: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {event["site"]: event for event in events if event["event"] == "site_finished"}


def test_a_crawl_tells_every_site_and_ends_with_its_end(desk: Desk) -> None:
    for events in desk.crawls:
        assert set(finished(events)) == {"harbour-courier", "inland-gazette", "meridian-post"}
        assert events[-1]["event"] == "crawl_finished"
        assert events[-1]["outcome"] == "finished"


def test_the_counts_of_a_site_are_its_visits(desk: Desk) -> None:
    events = desk.crawls[0]
    new = [e for e in events if e["event"] == "visit_archived" and e["outcome"] == "new"]
    assert len(new) == sum(site["counts"].get("new", 0) for site in finished(events).values())


def test_an_edited_article_has_its_history(desk: Desk) -> None:
    url = desk.url("edited")
    told = desk.told("history", url)
    assert [entry["revision"] for entry in told["history"]] == [1, 2, 3]
    assert told["history"][0]["changed"] == []
    assert "title" in told["history"][1]["changed"]
    assert told["history"][1]["previous_seen_at"] < told["history"][1]["first_seen_at"]
    shown = desk.ask("history", url, "--diff")
    assert shown.exit_code == 0
    assert re.search(r"^2 .*headline edited.*$", shown.output, re.MULTILINE)
    assert "revision 1 to 2" in shown.output


def test_an_article_is_named_by_number_and_url_alike(desk: Desk) -> None:
    url = desk.url("edited")
    number = desk.told("show", url)["article"]
    assert desk.told("show", str(number)) == desk.told("show", url)
    assert desk.told("show", url.replace("http://", "https://") + "?utm_source=x")["article"] == (
        number
    )


def test_an_article_that_moved_is_found_under_both_addresses(desk: Desk) -> None:
    before, after = desk.url("moved", hours=0), desk.url("moved")
    assert before != after
    assert desk.told("show", before)["article"] == desk.told("show", after)["article"]


def test_what_is_shown_is_what_the_newsroom_meant(desk: Desk) -> None:
    truth = desk.newsroom.truth(desk.newsroom.role("edited").id)
    told = desk.told("show", truth["url"])
    assert told["title"] == truth["title"]
    assert told["text"].splitlines() == truth["paragraphs"]
    printed = desk.ask("show", truth["url"]).output
    assert truth["title"] in printed
    assert truth["paragraphs"][-1] in printed


def test_an_article_is_shown_as_of_a_moment_and_by_revision(desk: Desk) -> None:
    url = desk.url("edited")
    first = desk.newsroom.truth(desk.newsroom.role("edited").id, desk.newsroom.start)
    moment = (desk.newsroom.start + timedelta(hours=1)).isoformat()
    assert desk.told("show", url, "--as-of", moment)["title"] == first["title"]
    assert desk.told("show", url, "--revision", "1")["title"] == first["title"]
    assert desk.told("show", url)["title"] != first["title"]


def test_what_is_not_there_is_said_and_ends_with_1(desk: Desk) -> None:
    for args in (
        ("show", "999999"),
        ("show", "https://nowhere.example/"),
        ("show", desk.url("edited"), "--revision", "99"),
        ("history", desk.url("edited"), "--as-of", "2001-01-01"),
        ("diff", desk.url("edited"), "2", "2"),
        ("search", "xylophonist"),
    ):
        result = desk.ask(*args)
        assert result.exit_code == ExitCode.NOTHING, args
        assert result.stderr
        assert not result.stdout


def test_a_difference_is_told_word_by_word(desk: Desk) -> None:
    url = desk.url("edited")
    told = desk.told("diff", url)
    assert (told["old"], told["new"]) == (1, 3)
    assert set(told["fields"]["title"]) == {"old", "new"}
    assert {part["op"] for part in told["text"]} >= {"equal"}
    plain = desk.ask("diff", url, "1", "2").output
    assert "[-" in plain
    assert "\x1b" not in plain


def test_words_are_found_where_they_stand(desk: Desk) -> None:
    truth = desk.newsroom.truth(desk.newsroom.role("edited").id)
    phrase = " ".join(truth["paragraphs"][0].split()[2:6])
    told = desk.told("search", f'"{phrase}"')
    assert truth["title"] in [hit["title"] for hit in told["hits"]]
    printed = desk.ask("search", f'"{phrase}"', "--limit", "1", "--newest")
    assert printed.exit_code == 0
    assert "1 to 1 of" in printed.stderr


def test_an_earlier_headline_is_found_as_of_its_time_and_in_all_revisions(desk: Desk) -> None:
    first = desk.newsroom.truth(desk.newsroom.role("edited").id, desk.newsroom.start)["title"]
    query = f'title:"{first}"'
    assert desk.ask("search", query).exit_code == ExitCode.NOTHING
    moment = (desk.newsroom.start + timedelta(hours=1)).isoformat()
    assert desk.told("search", query, "--as-of", moment)["hits"][0]["is_current"]
    assert not desk.told("search", query, "--all-revisions")["hits"][0]["is_current"]


def test_a_search_without_words_is_a_usage_error(desk: Desk) -> None:
    result = desk.ask("search", "--", "-storm")
    assert result.exit_code == ExitCode.USAGE
    assert "Traceback" not in result.output


def test_a_reprint_names_its_source_and_the_source_its_reprint(desk: Desk) -> None:
    copy, source = desk.url("reprint"), desk.url("source")
    told = desk.told("show", copy)
    (reprint,) = [each for each in told["reprints"] if each["copy"] == told["article"]]
    assert reprint["source"] == desk.told("show", source)["article"]
    assert "Reprinted from: article" in desk.ask("show", copy).output
    assert "Reprinted as: article" in desk.ask("show", source).output


def test_the_status_is_that_of_every_configured_site(desk: Desk) -> None:
    result = desk.ask("status")
    assert result.exit_code == 0, result.output
    assert len(re.findall(r"well, every", result.output)) == 3
    told = desk.told("status")
    assert {site["site"] for site in told["sites"]} == set(finished(desk.crawls[0]))
    assert told["totals"]["articles"] > 10
    assert told["last_crawl"]["outcome"] == "finished"


def test_the_archive_keeps_its_promises(desk: Desk) -> None:
    result = desk.ask("verify")
    assert result.exit_code == 0, result.output
    assert "in order" in result.output
    told = desk.told("verify")
    assert told["violations"] == []
    assert told["heads"].startswith("capture:"), "a crawl seals at its end"


def test_sql_reads_and_never_writes(desk: Desk) -> None:
    told = desk.told("sql", "SELECT count(*) AS n FROM site")
    assert (told["columns"], told["rows"]) == (["n"], [[3]])
    assert desk.ask("sql", "SELECT name FROM site ORDER BY 1", "--csv").stdout.splitlines()[:2] == [
        "name",
        "harbour-courier",
    ]
    for statement in ("DELETE FROM site", "SELECT 1; SELECT 2", "nonsense"):
        assert desk.ask("sql", statement).exit_code == ExitCode.USAGE
    assert "raise --limit" in desk.ask("sql", "SELECT * FROM link", "--limit", "1").stderr


def test_the_schema_has_a_name(desk: Desk) -> None:
    told = desk.told("db", "current")
    assert told["schema"] == told["release"]
    assert desk.ask("db", "upgrade").exit_code == 0


def test_nothing_is_crawled_twice_when_nothing_is_due(desk: Desk) -> None:
    ended = desk.child("crawl", "--due")
    assert (ended.returncode, ended.stdout) == (0, "No site is due.\n")


def test_a_single_page_of_a_known_site_is_crawled_as_its_own(desk: Desk) -> None:
    ended = desk.child("crawl", desk.url("split"))
    assert ended.returncode == 0, ended.stderr
    assert re.search(r"^(?:same text|variant): .* \(article \d+\)$", ended.stderr, re.MULTILINE)
    assert ended.stdout.startswith("harbour-courier: ")


def test_a_page_that_cannot_be_had_ends_with_1_and_the_reason(desk: Desk) -> None:
    home = desk.newsroom.addresses[COURIER.name]
    ended = desk.child("crawl", f"{home}/no/such-page-1", "http://127.0.0.1:9/story")
    assert ended.returncode == ExitCode.NOTHING
    assert "adhoc-127-0-0-1" in ended.stdout
    assert "Traceback" not in ended.stderr


def test_what_is_no_site_and_no_url_is_a_usage_error(desk: Desk) -> None:
    for target in ("harbor-courier", "http://", "ftp://127.0.0.1/x"):
        ended = desk.child("crawl", target)
        assert ended.returncode == ExitCode.USAGE, target
        assert ended.stderr.startswith("morgue: ")


def test_strangers_are_not_asked_without_a_contact(desk: Desk) -> None:
    ended = desk.child("crawl", "https://stranger.example/story")
    assert ended.returncode == ExitCode.USAGE
    assert "contact is not set" in ended.stderr


def test_a_terminated_crawl_ends_in_peace_and_says_so(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "morgue.yaml").write_text(SETTINGS + f"sites_dir: {desk.folder / 'sites'}\n")
    command = morgue_command("--config", str(tmp_path / "morgue.yaml"), "crawl", "--json")
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment(**desk.offset())
    ) as child:
        assert child.stdout is not None
        events = [json.loads(child.stdout.readline())]
        child.send_signal(signal.SIGTERM)
        events += [json.loads(line) for line in child.stdout]
    assert child.returncode == ExitCode.INTERRUPTED
    assert events[-1]["outcome"] == "stopped"
    config = ["--config", str(tmp_path / "morgue.yaml")]
    assert CliRunner().invoke(cli.morgue, [*config, "verify"]).exit_code == 0


def test_an_archive_that_is_not_there_is_told_with_what_makes_one(tmp_path: Path) -> None:
    (tmp_path / "morgue.yaml").write_text("")
    (tmp_path / "sites").mkdir()
    config = ["--config", str(tmp_path / "morgue.yaml")]
    for command in (
        ["search", "storm"],
        ["show", "1"],
        ["status"],
        ["verify"],
        ["sql", "SELECT 1"],
    ):
        result = CliRunner().invoke(cli.morgue, [*config, *command])
        assert result.exit_code == ExitCode.ARCHIVE, command
        assert "morgue crawl" in result.stderr
        assert not (tmp_path / "archive.sqlite3").exists()


def test_a_file_that_is_no_archive_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "morgue.yaml").write_text("")
    (tmp_path / "archive.sqlite3").write_bytes(b"diary " * 1000)
    config = ["--config", str(tmp_path / "morgue.yaml")]
    for command in (["status"], ["db", "upgrade"], ["db", "current"]):
        result = CliRunner().invoke(cli.morgue, [*config, *command])
        assert result.exit_code in {ExitCode.ARCHIVE, ExitCode.USAGE}, command
        assert "Traceback" not in result.output
    assert (tmp_path / "archive.sqlite3").read_bytes() == b"diary " * 1000


def test_the_daemon_crawls_what_is_due_tells_what_fails_and_stops_in_peace(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "morgue.yaml").write_text("log_format: json\ndelay_s: 0\n")
    (tmp_path / "sites").mkdir()
    courier = (desk.folder / "sites" / "harbour-courier.yaml").read_text()
    (tmp_path / "sites" / "harbour-courier.yaml").write_text(courier)
    (tmp_path / "sites" / "closed.yaml").write_text(
        "name: closed\ntitle: Closed\nhome: http://127.0.0.1:9/\n"
        "sources: [{feed: 'http://127.0.0.1:9/rss.xml'}]\n"
        "politeness: {allow_private_addresses: true}\n"
    )
    command = morgue_command("--config", str(tmp_path / "morgue.yaml"), "up")
    told: dict[str, dict[str, Any]] = {}
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=environment(**desk.offset())
    ) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if not line.startswith("{"):
                continue
            event = json.loads(line)
            told[event["event"]] = event
            if {"site_crawled", "site_failed"} <= set(told) and "configuration_refused" not in told:
                (tmp_path / "broken").write_text("name: harbour-courier\n")
                (tmp_path / "broken").replace(tmp_path / "sites" / "harbour-courier.yaml")
                child.send_signal(signal.SIGHUP)
            if "configuration_refused" in told:
                child.send_signal(signal.SIGTERM)
                break
        rest = child.stderr.read()
    assert child.returncode == 0, rest
    assert "daemon_stopped" in rest
    assert "harbour-courier.yaml:1:1: home" in told["configuration_refused"]["problem"]
    (tmp_path / "sites" / "harbour-courier.yaml").write_text(courier)
    assert told["site_crawled"]["site"] == "harbour-courier"
    assert "could not be reached" in told["site_failed"]["error"]
    config = ["--config", str(tmp_path / "morgue.yaml")]
    status = CliRunner().invoke(cli.morgue, [*config, "status"])
    assert status.exit_code == ExitCode.NOTHING
    assert "http://127.0.0.1:9/ could not be reached" in status.output


def test_a_fast_demonstration_goes_well_and_keeps_its_archive(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    refused = run_in_fork(tmp_path, "demo", "--fast", "--keep", str(tmp_path))
    assert refused.returncode == ExitCode.USAGE, refused.stdout + refused.stderr
    assert "Traceback" not in refused.stderr
    ended = subprocess.run(
        morgue_command("demo", "--fast", "--keep", str(tmp_path / "demo")),
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert ended.returncode == ExitCode.OK, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Reprinted from" in ended.stdout
    assert "0 promises" in ended.stdout or "in order" in ended.stdout
    assert (tmp_path / "demo" / "archive.sqlite3").exists()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["mine"]
