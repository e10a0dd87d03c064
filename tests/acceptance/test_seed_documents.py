"""The documents that the project started from: served on loopback, crawled by the real command, asked back."""

import functools
import json
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import BUNDLED_SITES
from tests.acceptance.project import run_in_fork

HOSTS = {
    "globaltimes": "https://www.globaltimes.cn",
    "worldtimes": "https://www.worldtimes.example",
}
CASES = ("globaltimes_1294506", "globaltimes_1302187", "worldtimes_xi-putin")


class Pages(SimpleHTTPRequestHandler):
    """A site's saved pages, with the sites' addresses replaced by those of this test."""

    addresses: dict[str, str]

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        text = path.read_text(encoding="utf-8")
        for name, host in HOSTS.items():
            text = text.replace(host, self.addresses[name])
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def addresses(shared: Path) -> Iterator[dict[str, str]]:
    class Here(Pages):
        addresses: dict[str, str] = {}  # noqa: RUF012

    servers = {
        name: ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Here, directory=shared / "seeds" / "sites" / name)
        )
        for name in HOSTS
    }
    for name, server in servers.items():
        Here.addresses[name] = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Here.addresses
    for server in servers.values():
        server.shutdown()
        server.server_close()


def morgue(folder: Path, *words: str) -> str:
    done = run_in_fork(folder, *words)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def archived(
    shared: Path, addresses: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """Each case as `morgue show --json` gives it back, by its name."""
    folder = tmp_path_factory.mktemp("seeds")
    (folder / "sites").mkdir()
    (folder / "morgue.yaml").write_text("archive_url: sqlite:///archive.sqlite3\n")
    polite = {"delay": "0s", "allow_private_addresses": True}
    rules = yaml.safe_load((BUNDLED_SITES / "globaltimes.yaml").read_text(encoding="utf-8"))
    rules |= {"home": addresses["globaltimes"], "politeness": polite, "sources": []}
    rules.pop("aliases", None)
    ordinary = {
        "name": "worldtimes",
        "title": "World Times",
        "home": addresses["worldtimes"],
        "politeness": polite,
    }
    for site in (rules, ordinary):
        path = folder / "sites" / f"{site['name']}.yaml"
        path.write_text(yaml.safe_dump(site, allow_unicode=True), encoding="utf-8")
    urls = {case: served_at(expected(shared, case)["url"], addresses) for case in CASES}
    morgue(folder, "crawl", *urls.values(), "--json")
    return {case: json.loads(morgue(folder, "show", url, "--json")) for case, url in urls.items()}


def served_at(url: str, addresses: dict[str, str]) -> str:
    for name, host in HOSTS.items():
        url = url.replace(host, addresses[name])
    return url


def expected(shared: Path, case: str) -> dict[str, Any]:
    text = (shared / "seeds" / "expected" / f"{case}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.corpus
@pytest.mark.parametrize("case", CASES)
class TestSeed:
    def test_the_title_is_the_headline(self, case, shared, archived) -> None:
        assert archived[case]["title"] == expected(shared, case)["title"]

    def test_the_paragraphs_are_exact(self, case, shared, archived) -> None:
        assert archived[case]["text"].split("\n") == expected(shared, case)["paragraphs"]

    def test_captions_stand_apart(self, case, shared, archived) -> None:
        assert archived[case]["content"]["captions"] == expected(shared, case)["captions"]

    def test_the_date_is_the_publications(self, case, shared, archived) -> None:
        assert archived[case]["published"] == expected(shared, case)["published"]

    def test_the_authors_are_people_and_desks_that_the_page_names(
        self, case, shared, archived
    ) -> None:
        assert archived[case]["authors"] == expected(shared, case)["authors"]

    def test_the_language_is_that_of_the_text(self, case, shared, archived) -> None:
        assert archived[case]["language"] == expected(shared, case)["language"]

    def test_furniture_watermarks_and_trailers_are_gone(self, case, shared, archived) -> None:
        wrong = expected(shared, case).get("must_not_contain", [])
        assert [words for words in wrong if words in archived[case]["text"]] == []

    def test_true_mentions_stay(self, case, shared, archived) -> None:
        right = expected(shared, case).get("must_contain", [])
        assert [words for words in right if words not in archived[case]["text"]] == []


@pytest.mark.corpus
def test_the_modified_moment_and_section_come_from_the_sites_rules(shared, archived) -> None:
    case = "globaltimes_1302187"
    assert archived[case]["modified"] == expected(shared, case)["modified"]
    assert archived[case]["content"]["section"] == expected(shared, case)["section"]


@pytest.mark.corpus
def test_a_day_is_not_made_into_a_moment(archived) -> None:
    assert "T" not in archived["worldtimes_xi-putin"]["published"]
    assert datetime.fromisoformat(archived["globaltimes_1294506"]["published"]).utcoffset()


@pytest.mark.corpus
def test_the_copy_is_linked_to_its_original(shared, addresses, archived) -> None:
    truth = expected(shared, "worldtimes_xi-putin")
    (link,) = archived["worldtimes_xi-putin"]["reprints"]
    assert link["source_url"] == served_at(truth["reprint_of"], addresses)
    assert sorted(link["evidence"]) == sorted(truth["reprint_evidence"])
    assert link["source"] == archived["globaltimes_1302187"]["article"]
    assert link["containment"] > 0.9


@pytest.mark.corpus
def test_the_watermark_is_named(shared, archived) -> None:
    assert archived["worldtimes_xi-putin"]["content"]["watermark"] == "World Times"
