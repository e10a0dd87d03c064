"""Morgue's reading and its open peers in one shape: a truth row and a page's bytes in, a prediction for score.py out.

Knows how each is called. Peers are no dependencies: those that are not installed are left out.
"""

import importlib.util
import logging
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from corpora import Row, address

from config.site import ad_hoc_site
from pipeline import decode, read

Reader = Callable[[Row, bytes], Row]

FETCHED_AT = datetime(2026, 11, 1, tzinfo=UTC)

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def morgue(row: Row, page: bytes) -> Row:
    """What Morgue reads; what it read besides the scored fields is for whoever looks at the errors."""
    url = address(row)
    reading = read.read(page, url=url, site=ad_hoc_site(url), fetched_at=FETCHED_AT)
    return reading.as_json() | {"id": row["id"], "lead": reading.standfirst}


def bare_trafilatura(row: Row, page: bytes) -> Row:
    """What trafilatura reads with its default settings, metadata included."""
    return _trafilatura(row, page)


def precise_trafilatura(row: Row, page: bytes) -> Row:
    """What trafilatura reads where asked to rather leave out than take in too much."""
    return _trafilatura(row, page, favor_precision=True)


def _trafilatura(row: Row, page: bytes, **options: Any) -> Row:
    import trafilatura  # noqa: PLC0415
    from trafilatura.settings import Document  # noqa: PLC0415

    document = trafilatura.bare_extraction(
        page, url=row["url"], with_metadata=True, include_comments=False, **options
    )
    if not isinstance(document, Document):
        return {"id": row["id"]}
    return {
        "id": row["id"],
        "title": document.title,
        "text": document.text,
        "authors": (document.author or "").split("; ") if document.author else [],
        "published": document.date,
    }


def resiliparse(row: Row, page: bytes) -> Row:
    """What resiliparse reads: the text alone."""
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415
    from resiliparse.parse.html import HTMLTree  # noqa: PLC0415

    tree = HTMLTree.parse(decode.decode(page, content_type=None).text)
    text = extract_plain_text(tree, main_content=True, alt_texts=False)
    return {"id": row["id"], "title": tree.title, "text": text}


def newspaper(row: Row, page: bytes) -> Row:
    """What newspaper4k reads; without what it needs downloads for."""
    from newspaper import Article, Config  # noqa: PLC0415

    config = Config()
    config.fetch_images = False
    article = Article(address(row), config=config)
    try:
        article.download(input_html=decode.decode(page, content_type=None).text)
        article.parse()
    except Exception:  # noqa: BLE001  a peer that fails has read nothing
        return {"id": row["id"]}
    moment = article.publish_date
    return {
        "id": row["id"],
        "title": article.title,
        "text": re.sub(r"\n{2,}", "\n", article.text),
        "authors": article.authors,
        "published": moment.isoformat() if moment else None,
    }


PEERS: dict[str, tuple[str, Reader]] = {
    "trafilatura": ("trafilatura", bare_trafilatura),
    "precise": ("trafilatura", precise_trafilatura),
    "resiliparse": ("resiliparse", resiliparse),
    "newspaper4k": ("newspaper", newspaper),
}
"""The peers by name: the module that must be there, and how it reads."""


def installed(names: Iterable[str] | None = None) -> dict[str, Reader]:
    """The peers that can run here, or those of them that are named; says which cannot."""
    found = {}
    for name in names or PEERS:
        module, reader = PEERS[name]
        if importlib.util.find_spec(module) is None:
            print(f"left out: {name}, which is not installed (pip install {name})")
        else:
            found[name] = reader
    return found
