"""Sixty kinds of broken and hostile server: bounded time and memory, the outcome in words, others unaffected.

With the kinds of the other modules here; each is a site of one crawl, beside one site that is in order.
"""

import json
import re
import socket
import sqlite3
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.hostile import breaking, lying, test_robots_and_sources, test_servers_that_lie
from tests.hostile.breaking import answers, chunked, document, feed, leads_to, raw, with_length
from tests.hostile.certificates import Authority
from tests.hostile.crawling import Crawled, crawl, site
from tests.hostile.lying import STORY, Lie, Server

pytestmark = pytest.mark.timeout(300)

_LENGTH = b"%d" % len(STORY)
_LAUGHS = (
    "<!DOCTYPE rss ["
    "<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    + "]>"
)
_SECRET = "<!DOCTYPE rss [<!ENTITY secret SYSTEM 'file:///etc/passwd'>]>"
_ITEM = "<item><title>{title}</title><link>BASE/story-1</link></item>"


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to be broken, and how it is told afterwards."""

    lies: dict[str, Lie]  # by path; of the page at /lie, the feed, robots.txt ...
    where: str  # "page": of the visit of /lie; "source": of the feed; "site": of the whole site
    outcome: tuple[str, ...] = ()  # of the visit, one of them
    words: str = ""  # in its detail, or in what was wrong with the source or site
    options: dict[str, Any] = field(default_factory=dict)  # of the site
    is_alone: bool = False  # no page of the site can be had beside it


def page(lie: Lie, *outcome: str, words: str = "", **options: Any) -> Kind:
    return Kind({"/lie": lie, "/lie-*": lie}, "page", outcome, words, options)


def source(lie: Lie, words: str = "", *, kind: str = "feed", **more: Lie) -> Kind:
    options = {} if kind == "feed" else {"sources": [{kind: "BASE/feed.xml"}]}
    return Kind({"/feed.xml": lie, **more}, "source", (), words, options, is_alone=True)


def robots(lie: Lie, words: str) -> Kind:
    return Kind({"/robots.txt": lie}, "site", (), words, is_alone=True)


KINDS = {
    # framing
    "slow headers": page(breaking.slow_headers, "error", words="timeout"),
    "half closed": page(breaking.half_closed, "quarantined", words="truncated"),
    "closed without a word": page(breaking.silent_close, "error", words="connection"),
    "endless chunks": page(breaking.endless_chunks, "error", words="too_large"),
    "endless line of a chunk": page(breaking.endless_chunk_line, "error", "quarantined"),
    "endless trailers": page(breaking.endless_trailers, "error", "quarantined"),
    "storm of 100 Continue": page(breaking.endless_continues, "error", words="http"),
    "endless multipart": page(breaking.endless_parts, "error", words="too_large"),
    "chunk size that is none": page(chunked(b"lie\r\n", STORY), "error", "quarantined"),
    "chunk larger than memory": page(chunked(b"FFFFFFFFFFFF\r\n", STORY), "error", "quarantined"),
    "chunk size below zero": page(chunked(b"-5\r\n", STORY), "error", "quarantined"),
    "chunks and a length": page(
        chunked(b"%x\r\n%s\r\n0\r\n\r\n" % (len(STORY), STORY), also=b"Content-Length: 5\r\n"),
        "new",
        "error",
    ),
    "body longer than its length": page(with_length(_LENGTH, STORY * 3), "new"),
    "two lengths": page(with_length(_LENGTH + b"\r\nContent-Length: 7"), "error"),
    "length below zero": page(with_length(b"-7"), "error", "new"),
    "length that is none": page(with_length(b"long"), "error", "new"),
    "length of an exabyte": page(with_length(b"9" * 18), "error"),
    "answer nobody asked for": page(breaking.unasked_answer, "new"),
    # no HTTP
    "HTTP/0.9": page(raw(STORY), "error"),
    "SSH": page(raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "error"),
    "status that is none": page(raw(b"HTTP/1.1 abc Fine\r\n\r\n", STORY), "error"),
    "status 999": page(answers(status="999 Denied"), "error", words="999"),
    "status 000": page(answers(status="000 Nothing"), "error"),
    "switches protocols": page(
        raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"), "error"
    ),
    # statuses nobody asked for
    "204 with a page": page(answers(status="204 No Content"), "new", "quarantined", "error"),
    "206 without a range": page(
        answers(status="206 Partial Content", Content_Range="bytes 0-9/9999"), "new"
    ),
    "304 without a condition": page(
        raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"), "error", "same_bytes"
    ),
    "wait for years": page(
        answers(status="429 Slow Down", Retry_After="999999999"), "error", words="429"
    ),
    "wait until the year 9999": page(
        answers(status="503 Later", Retry_After="Fri, 31 Dec 9999 23:59:59 GMT"),
        "error",
        words="503",
    ),
    # packing
    "deflate bomb": page(breaking.bomb("deflate"), "error", words="too_large"),
    "brotli bomb": page(breaking.bomb("br"), "error", words="too_large"),
    "zstd bomb": page(breaking.bomb("zstd"), "error", words="too_large"),
    "bomb in a bomb": page(breaking.bomb("gzip, gzip"), "error", words="too_large"),
    "false brotli": page(answers(Content_Encoding="br"), "error", words="encoding"),
    "false zstd": page(answers(Content_Encoding="zstd"), "error", words="encoding"),
    "unknown packing": page(answers(Content_Encoding="x-nothing"), "new", "quarantined"),
    # what it says of itself
    "charset that lies": page(
        answers(STORY.decode().encode("utf-16"), kind="text/html; charset=ascii"), "new"
    ),
    "charset that does not exist": page(answers(kind="text/html; charset=klingon-8"), "new"),
    "picture as a page": page(
        answers(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 200), "quarantined"
    ),
    "PDF as a page": page(
        answers(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"1 0 obj\nstream\n" * 2000), "quarantined"
    ),
    "video as a page": page(
        answers(b"\x00\x00\x00\x20ftypisom" + bytes(range(256)) * 2000), "quarantined"
    ),
    "page as a picture": page(answers(kind="image/png"), "new", "quarantined"),
    "no type": page(
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: ", _LENGTH, b"\r\n\r\n", STORY), "new"
    ),
    "no bytes": page(answers(b""), "quarantined"),
    "NUL bytes": page(
        answers(STORY.replace(b"e", b"e\x00") + bytes(100_000)), "new", "quarantined"
    ),
    "Last-Modified of the year 9999": page(
        answers(Last_Modified="Fri, 31 Dec 9999 23:59:59 GMT"), "new"
    ),
    "Date of nonsense": page(answers(Date="yesterday, or so"), "new"),
    "ETag of 100 kB": page(answers(ETag='"' + "x" * 100_000 + '"'), "error"),
    "ETag with a line in it": page(
        raw(
            b'HTTP/1.1 200 OK\r\nETag: "a\rX-Evil: 1\x00\xff"\r\nContent-Type: text/html\r\nContent-Length: ',
            _LENGTH,
            b"\r\n\r\n",
            STORY,
        ),
        "new",
    ),
    "cookies that grow": page(
        answers(Set_Cookie="a=" + "x" * 100_000 + "; Path=/"), "error", cookies=True
    ),
    # redirects
    "chain of redirects": page(breaking.chain, "error", words="redirects"),
    "redirect without a target": page(leads_to(b""), "error", words="302"),
    "redirect to bytes": page(leads_to(b"http://[\xff\x00"), "error"),
    "redirect to 100 kB": page(leads_to(b"/" + b"a" * 100_000), "error", "new", "gone"),
    "redirect to a file": page(
        leads_to(b"file:///etc/passwd"), "refused", words="not a web address"
    ),
    "redirect to a script": page(leads_to(b"javascript:alert(1)"), "refused", "error"),
    "redirect with a header in it": page(
        leads_to(b"/story-1%0d%0aX-Evil:%201"), "new", "error", "same_text"
    ),
    "redirect to a discard port": page(leads_to(b"http://127.0.0.1:9/"), "error", "refused"),
    "redirect to decimal 10.0.0.1": page(leads_to(b"http://167772161/"), "refused", "error"),
    "refresh to itself": page(
        answers(
            STORY.replace(b"<head>", b'<head><meta http-equiv=refresh content="0; url=/lie">'),
            Refresh="0; url=/lie",
        ),
        "new",
    ),
    "canonical elsewhere": page(
        answers(
            STORY.replace(b"<head>", b'<head><link rel=canonical href="http://10.0.0.1/story">')
        ),
        "new",
        "same_text",
    ),
    # robots.txt
    "robots in a loop": robots(leads_to(b"/robots.txt"), "robots.txt unreachable"),
    "robots too slow": robots(lying.drip, "robots.txt unreachable"),
    "robots is a bomb": robots(breaking.bomb("gzip"), "robots.txt unreachable"),
    "robots asks to wait for ever": robots(
        answers(status="429 No", Retry_After="99999999"), "robots.txt unreachable"
    ),
    "robots for a machine of patience": Kind(
        {
            "/robots.txt": answers(
                (
                    "User-agent: *\n"
                    + "".join(f"Disallow: /{'*a' * 30}{n}*$\n" for n in range(4000))
                ).encode(),
                kind="text/plain",
            )
        },
        "page",
        ("new",),
    ),
    "robots of NULs": Kind(
        {"/robots.txt": answers(bytes(400_000), kind="text/plain")}, "page", ("new",)
    ),
    "crawl delay that is no number": Kind(
        {"/robots.txt": answers(b"User-agent: *\nCrawl-delay: nan\n", kind="text/plain")},
        "page",
        ("new",),
    ),
    # sources
    "feed that grows for ever": source(breaking.growing_feed, "too_large"),
    "feed of laughs": source(feed(items=_ITEM.format(title="&a9;"), prolog=_LAUGHS)),
    "feed that reads files": source(feed(items=_ITEM.format(title="&secret;"), prolog=_SECRET)),
    "feed in a loop": source(lying.to("/feed.xml"), "redirects"),
    "feed that leads inside": source(lying.to("http://10.0.0.1/feed"), "private address"),
    "feed too slow": source(lying.drip, "timeout"),
    "feed nested deep": source(document("[" * 400_000, kind="application/json"), "not a JSON Feed"),
    "feed of URLs of 100 kB": source(
        feed(items="<item><link>BASE/" + "u" * 100_000 + "</link></item>" * 3), ""
    ),
    "sitemap of laughs": source(
        document(_LAUGHS.replace("rss", "urlset") + "<urlset><url><loc>&a9;</loc></url></urlset>"),
        kind="sitemap",
    ),
    "sitemaps in a loop": source(
        breaking.sitemap_loop, kind="sitemap", **{"/index-*": breaking.sitemap_loop}
    ),
    "sitemap bomb": source(
        answers(breaking.zeros("gzip"), kind="application/gzip"), "unpacks to more", kind="sitemap"
    ),
    "section of a million links": source(breaking.many_links, kind="section"),
    "calendar without an end": Kind(
        {"/feed.xml": breaking.calendar, "/day-*": breaking.calendar},
        "source",
        options={"sources": [{"follow": "BASE/feed.xml", "depth": 3, "allow": ["/day-"]}]},
        is_alone=True,
    ),
    "session numbers": Kind(
        {"/feed.xml": breaking.sessions, "/page-*": breaking.sessions},
        "source",
        options={"sources": [{"follow": "BASE/feed.xml", "depth": 2, "allow": ["/page-"]}]},
        is_alone=True,
    ),
}
TLS = {
    "expired": r"the certificate expired on 20\d\d-\d\d-\d\d at \d\d:\d\d UTC",
    "early": r"the certificate is not valid before 20\d\d-\d\d-\d\d",
    "elsewhere": r"the certificate is for 127\.0\.0\.9, not for 127\.0\.0\.1",
    "selfsigned": r"the certificate is self-signed",
    "stranger": r"the certificate is of an unknown issuer \(Authority of another test\)",
    "nameless": r"the certificate names no host that could be 127\.0\.0\.1",
}
"""Certificates that are not in order, and what is said of each."""
PATIENCE_S = 4
HANGING = 12
"""Sites whose names get no answer: more than Twisted has threads for them by default."""
CLOSED = {"wait for years", "wait until the year 9999"}
"""Kinds after which the rest of the site is left for another day."""


@dataclass(frozen=True, slots=True)
class Room:
    """What was crawled, at whose addresses, and where it was archived."""

    crawled: Crawled
    bases: dict[str, str]
    servers: dict[str, Server]
    folder: Path

    def ask(self, statement: str) -> list[Any]:
        with closing(sqlite3.connect(self.folder / "archive.sqlite3")) as connection:
            return connection.execute(statement).fetchall()


def name_of(kind: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", kind.lower())


def site_of(kind: str, base: str) -> dict[str, Any]:
    options = json.loads(json.dumps(KINDS[kind].options).replace("BASE", base))
    return patient(name_of(kind), base, **options)


def patient(name: str, base: str, **options: Any) -> dict[str, Any]:
    """A site with twice the patience of the other modules': there are many here, and honest pages among them."""
    made = site(name, base, **options)
    made["politeness"]["timeout"] = f"{PATIENCE_S}s"
    return made


def port(base: str) -> str:
    return base.rpartition(":")[2]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """One crawl of them all."""
    for packing in ("deflate", "br", "zstd", "gzip"):
        breaking.zeros(packing)  # takes longer than a page may
    breaking.zeros_twice()
    folder = tmp_path_factory.mktemp("broken")
    authority = Authority(folder)
    with ExitStack() as stack:
        servers: dict[str, Server] = {}

        def serve(lies: dict[str, Lie], tls: ssl.SSLContext | None = None) -> str:
            server = Server(lies, tls=tls)
            stack.callback(server.close)
            servers[server.base] = server
            return server.base

        bases = {kind: serve(broken.lies) for kind, broken in KINDS.items()}
        sites = [site_of(kind, base) for kind, base in bases.items()]
        bases |= {"honest": serve({}), "silent": _silent(stack), "not tls": serve({})}
        bases |= {f"tls-{kind}": serve({}, authority.context(kind)) for kind in ("good", *TLS)}
        bases["not tls"] = bases["not tls"].replace("http:", "https:")
        sites += [patient(name_of(name), bases[name]) for name in bases.keys() - KINDS.keys()]
        names = {f"hangs-{number}.example": "hangs" for number in range(HANGING)}
        names |= {
            "nobody.example": "unknown",
            "inside.example": "127.0.0.1",
            "named.example": "127.0.0.1",
        }
        named = serve({})
        for name in names:
            bases[name] = f"http://{name}:{port(named)}"
            politeness = {"allow_private_addresses": name != "inside.example"}
            sites.append(patient(name_of(name), bases[name], politeness=politeness))
        crawled = crawl(
            folder,
            sites,
            timeout=250,
            names=names,
            settings={"contact": "https://example.org/", "timeout_s": PATIENCE_S},
            env={"SSL_CERT_FILE": str(authority.bundle)},
        )
        yield Room(crawled, bases, servers, folder)


def _silent(stack: ExitStack) -> str:
    """Accepts connections and never says anything: a handshake hangs there."""
    listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    return f"https://127.0.0.1:{listening.getsockname()[1]}"


def test_sixty_kinds_of_server_are_tried() -> None:
    assert len(KINDS) + len(TLS) >= 60
    assert not KINDS.keys() & {*test_servers_that_lie.LIES, *test_robots_and_sources.SERVERS}


def test_time_and_memory_are_bounded(room: Room) -> None:
    assert room.crawled.report["outcome"] == "finished"
    assert room.crawled.seconds < 200
    assert room.crawled.peak_mb < 400


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_wrong_is_told_in_words(kind: str, room: Room) -> None:
    broken, base = KINDS[kind], room.bases[kind]
    if broken.where == "page":
        visit = room.crawled.visit(f"{base}/lie")
        assert visit["outcome"] in broken.outcome, visit
        detail = visit["detail"] or ""
        # a machine that is busy comes no further than to its patience's end
        assert broken.words in detail or (
            detail.startswith("timeout") and "error" in broken.outcome
        )
        return
    found = room.crawled.sites[name_of(kind)]
    if broken.where == "source":
        (found,) = (each for url, each in room.crawled.sources.items() if url.startswith(base))
        assert found["checked_at"]
        looks = room.ask(f"select outcome, detail from source_look where source_id = {found['id']}")
        assert [broken.words in (detail or "") for _, detail in looks] == [True], looks
    assert broken.words in (found["last_error"] or "")


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if not KINDS[kind].is_alone and kind not in CLOSED]
)
def test_the_other_pages_of_the_site_are_archived(kind: str, room: Room) -> None:
    for path in ("/story-1", "/story-2"):
        visits = room.crawled.visits[f"{room.bases[kind]}{path}"]
        assert visits[0]["status"] == 200


@pytest.mark.parametrize("name", ["honest", "named.example", "tls-good"])
def test_sites_that_are_in_order_are_crawled_wholly(name: str, room: Room) -> None:
    assert room.crawled.sites[name_of(name)]["last_error"] is None
    for path in ("/lie", "/story-1", "/story-2"):
        assert room.crawled.visit(f"{room.bases[name]}{path}")["status"] == 200


@pytest.mark.parametrize("kind", TLS)
def test_a_certificate_that_is_not_in_order_is_told(kind: str, room: Room) -> None:
    words = f"tls: {TLS[kind]}"
    assert re.search(words, str(room.crawled.sites[f"tls-{kind}"]["last_error"]))
    base = room.bases[f"tls-{kind}"]
    looks = room.ask(
        "select detail from source_look join source on source.id = source_id "
        f"where source.url like '{base}/%'"
    )
    assert [bool(re.search(words, detail or "")) for (detail,) in looks] == [True], looks


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("silent", "timeout"),
        ("not tls", "could not be reached"),
        ("inside.example", "private address"),
        ("nobody.example", "cannot be resolved"),
        *((f"hangs-{number}.example", "timeout") for number in range(HANGING)),
    ],
)
def test_a_host_that_cannot_be_asked_is_told(name: str, words: str, room: Room) -> None:
    assert words in str(room.crawled.sites[name_of(name)]["last_error"])


def test_nothing_private_and_nothing_forged_is_archived(room: Room) -> None:
    assert room.ask(
        "select count(*) from link where url like '%root:%' or title like '%root:%'"
    ) == [(0,)]
    assert room.ask("select count(*) from revision where text like '%FORGED%'") == [(0,)]
    assert room.ask("select count(*) from link where length(url) > 8192") == [(0,)]


def test_what_has_no_end_is_asked_a_bounded_number_of_times(room: Room) -> None:
    counted = "select s.name, count(*) from visit v join link l on l.id = v.link_id join site s on s.id = l.site_id"
    counts = dict(room.ask(f"{counted} group by 1"))
    assert counts["calendar-without-an-end"] <= 8
    assert counts["session-numbers"] <= 60
    assert max(counts.values()) <= 60


def test_what_a_server_said_of_a_page_cannot_put_lines_into_the_next_request(room: Room) -> None:
    kinds = [kind for kind in KINDS if kind.startswith(("ETag", "Last-Modified"))]
    known = [site_of(kind, room.bases[kind]) for kind in kinds]
    urls = [f"{room.bases[kind]}/lie" for kind in kinds]
    again = crawl(room.folder, [], urls=urls, known=known)
    for kind, url in zip(kinds, urls, strict=True):
        assert len(again.visits[url]) == 2
        headers = room.servers[room.bases[kind]].headers[-1]
        assert "x-evil" not in headers
        assert all(value.isprintable() for value in headers.values())
    asked = room.servers[room.bases["ETag with a line in it"]].headers[-1]
    assert "if-none-match" in asked
