"""`morgue sites try URL`: one page fetched as a crawl fetches it, from servers on loopback."""

import gzip
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from morgue.cli.errors import ExitCode
from tests.acceptance.project import run_in_fork
from tests.hostile import lying
from tests.hostile.certificates import Authority
from tests.hostile.lying import Connection, Lie, Server


def forbidding(connection: Connection) -> None:
    connection.answer(b"User-agent: *\nDisallow: /closed\n", kind="text/plain")


def unpacked_whole(connection: Connection) -> None:
    body = gzip.compress(lying.STORY)
    connection.answer(body, headers=("Content-Encoding: gzip",))


@contextmanager
def serving(lies: dict[str, Lie]) -> Iterator[Server]:
    server = Server(lies)
    try:
        yield server
    finally:
        server.close()


def project(folder: Path, server: Server) -> None:
    """A project that may ask the server."""
    (folder / "sites").mkdir()
    (folder / "morgue.yaml").write_text("delay_s: 0\ntimeout_s: 3\n")
    (folder / "sites" / "quay.yaml").write_text(
        f"name: quay\ntitle: The Quay\nhome: {server.base}/\n"
        "extract: {title: h1, body: article}\n"
        "politeness: {allow_private_addresses: true, max_page_mb: 1}\n"
    )


def tried(folder: Path, *args: str) -> "subprocess.CompletedProcess[str]":
    return run_in_fork(folder, "sites", "try", *args)


def test_a_page_is_fetched_once_after_robots_txt_and_nothing_is_archived(tmp_path: Path) -> None:
    with serving({"/story": unpacked_whole}) as server:
        project(tmp_path, server)
        ended = tried(tmp_path, f"{server.base}/story", "--json", "--save", "sites/quay.cases/a")
        assert ended.returncode == 0, ended.stderr
        assert server.paths == ["/robots.txt", "/story"]
    told = json.loads(ended.stdout)
    assert told["fields"]["title"]["value"] == "The harbour reopens"
    assert told["fields"]["title"]["reader"] == "rules"
    assert told["content_type"] == "text/html"
    case = tmp_path / "sites" / "quay.cases" / "a"
    assert gzip.decompress((case / "page.html.gz").read_bytes()) == lying.STORY
    assert not list(tmp_path.rglob("*.sqlite3"))


def test_a_redirect_is_followed_and_the_page_has_the_address_that_answered(tmp_path: Path) -> None:
    with serving({"/old": lying.to("/story")}) as server:
        project(tmp_path, server)
        ended = tried(tmp_path, f"{server.base}/old", "--json")
        assert json.loads(ended.stdout)["url"] == f"{server.base}/story"


def test_what_robots_txt_forbids_is_not_fetched(tmp_path: Path) -> None:
    with serving({"/robots.txt": forbidding}) as server:
        project(tmp_path, server)
        ended = tried(tmp_path, f"{server.base}/closed/story")
        assert server.paths == ["/robots.txt"]
    assert ended.returncode == ExitCode.NOTHING
    assert "refused: robots" in ended.stderr


def test_servers_that_lie_are_told_of_in_words(tmp_path: Path) -> None:
    lies: dict[str, Lie] = {
        "/endless": lying.endless,
        "/loop": lying.to("/round"),
        "/round": lying.to("/loop"),
        "/reset": lying.reset,
        "/gone": lambda connection: connection.answer(b"", status="404 Not Found"),
    }
    with serving(lies) as server:
        project(tmp_path, server)
        for path, words in (
            ("/endless", "too_large"),
            ("/loop", "redirects"),
            ("/reset", "connection"),
            ("/gone", "HTTP 404"),
        ):
            ended = tried(tmp_path, f"{server.base}{path}")
            assert ended.returncode == ExitCode.NOTHING, path
            assert words in ended.stderr, path
            assert "Traceback" not in ended.stderr, path


def test_a_certificate_that_is_not_in_order_is_told_apart(tmp_path: Path) -> None:
    server = Server({}, tls=Authority(tmp_path).context("selfsigned"))
    try:
        project(tmp_path, server)
        ended = tried(tmp_path, f"{server.base}/story")
    finally:
        server.close()
    assert ended.returncode == ExitCode.NOTHING
    assert "tls: the certificate is self-signed" in ended.stderr


def test_a_private_address_is_refused_unless_a_site_allows_it(tmp_path: Path) -> None:
    with serving({}) as server:
        (tmp_path / "sites").mkdir()
        (tmp_path / "morgue.yaml").write_text("delay_s: 0\n")
        ended = tried(tmp_path, f"{server.base}/story")
        assert server.paths == []
    assert ended.returncode == ExitCode.NOTHING
    assert "private address" in ended.stderr


def test_strangers_are_not_asked_without_a_contact(tmp_path: Path) -> None:
    (tmp_path / "sites").mkdir()
    (tmp_path / "morgue.yaml").write_text("")
    ended = tried(tmp_path, "https://stranger.example/story")
    assert ended.returncode == ExitCode.USAGE
    assert "contact is not set" in ended.stderr
