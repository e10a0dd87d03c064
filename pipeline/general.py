"""The reader for pages that nobody wrote rules for: trafilatura on the tree that is already parsed.

Knows trafilatura. Must not know fields other than the body.
"""

import logging

import trafilatura
from trafilatura.settings import Document

from pipeline import blocks
from pipeline.page import Page
from pipeline.reading import Block

# It warns of every page that it finds nothing in; the verdict says that better.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def read(page: Page) -> list[Block]:
    """The article's blocks as far as trafilatura sees them; empty where it sees none."""
    try:
        document = trafilatura.bare_extraction(
            page.root,
            url=page.url,
            fast=True,
            include_comments=False,
            with_metadata=False,
        )
    except Exception:  # noqa: BLE001  # a library over hostile markup: whatever it raises means "nothing read"
        return []
    if not isinstance(document, Document) or document.body is None:
        return []
    return blocks.walk(document.body)
