"""The two documents that the project started from, and the original of the second: one test a field."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.site import SiteConfig, load_sites
from pipeline import read
from pipeline.reading import Reading

pytestmark = pytest.mark.corpus

SITES = Path(__file__).parent.parent.parent / "config" / "sites"
FETCHED_AT = datetime(2024, 7, 24, 12, tzinfo=UTC)  # the day that the copy's page header shows
DOCUMENTS = ("globaltimes_1294506", "globaltimes_1302187", "worldtimes_xi-putin")
FIELDS = ("title", "authors", "published", "language", "captions", "paragraphs")


class Document:
    """One seed: what is expected of it and what was read."""

    def __init__(self, seeds: Path, name: str) -> None:
        self.expected: dict[str, Any] = json.loads(
            (seeds / "expected" / f"{name}.json").read_text("utf-8")
        )
        path = seeds / "sites" / self.expected["site"] / self.expected["url"].split("/", 3)[3]
        self.body = (path / "index.html" if path.is_dir() else path).read_bytes()
        self.reading = self.read(_site(self.expected["site"]))
        self.read_as_json = self.reading.as_json() | {
            "paragraphs": [b.text for b in self.reading.blocks]
        }

    def read(self, site: SiteConfig) -> Reading:
        """Read the page as this site's."""
        return read.read(
            self.body,
            url=self.expected["url"],
            site=site,
            fetched_at=FETCHED_AT,
            content_type="text/html",
        )


def _site(name: str) -> SiteConfig:
    """The bundled site file; an ordinary site without rules for the copying one."""
    if name == "globaltimes":
        return load_sites(SITES, names=[name])[name]
    return SiteConfig(name=name, title=f"{name}.example", home=f"https://www.{name}.example/")


@pytest.fixture(scope="module", params=DOCUMENTS)
def document(request: pytest.FixtureRequest, shared: Path) -> Document:
    return Document(shared / "seeds", request.param)


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_read_as_expected(document: Document, field: str) -> None:
    assert document.read_as_json[field] == document.expected[field]


@pytest.mark.parametrize("field", ["modified", "section", "credit", "watermark"])
def test_a_field_that_only_some_have_is_read_as_expected(document: Document, field: str) -> None:
    if field in document.expected:
        assert document.read_as_json[field] == document.expected[field]


def test_nothing_of_the_page_around_is_in_the_text(document: Document) -> None:
    shown = "\n".join(
        [document.reading.text, *document.reading.captions, document.reading.standfirst or ""]
    )
    assert [words for words in document.expected["must_not_contain"] if words in shown] == []


def test_true_mentions_stay(document: Document) -> None:
    assert all(
        words in document.reading.text for words in document.expected.get("must_contain", ())
    )


def test_the_day_of_the_visit_is_not_the_day_of_publication(document: Document) -> None:
    assert not str(document.reading.published).startswith(
        document.expected.get("not_published_on", "none")
    )


def test_the_copys_credit_line_links_its_original(shared: Path) -> None:
    copy = Document(shared / "seeds", "worldtimes_xi-putin")
    assert copy.reading.source_url == copy.expected["reprint_of"]


@pytest.mark.parametrize("name", ["globaltimes_1294506", "globaltimes_1302187"])
def test_the_bodies_come_out_without_rules_too(shared: Path, name: str) -> None:
    document = Document(shared / "seeds", name)
    bare = SiteConfig(
        name="bare",
        title="Global Times",
        home="https://www.globaltimes.cn/",
        time_zone="Asia/Shanghai",
    )
    reading = document.read(bare)
    assert [block.text for block in reading.blocks] == document.expected["paragraphs"]
    assert str(reading.published) == document.expected["published"]
