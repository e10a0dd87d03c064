"""The corpora as those who train models see them: pages on their way through the readers, folds by publisher.

Knows where the benchmarks' own way of reading corpora is. Must not know what is learnt.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import corpora  # noqa: E402
import readers  # noqa: E402

from config.site import ad_hoc_site  # noqa: E402
from pipeline import decode  # noqa: E402
from pipeline.markup import furniture  # noqa: E402
from pipeline.markup import page as pages  # noqa: E402
from pipeline.walk import Walk, begin  # noqa: E402

__all__ = ["FETCHED_AT", "MODELS", "corpora", "readers", "walk_of"]

MODELS = ROOT / "pipeline" / "models"
FETCHED_AT = readers.FETCHED_AT


def walk_of(row: corpora.Row, body: bytes) -> Walk | None:
    """A page as the readers of its head meet it; None where it is refused."""
    decoded = decode.decode(body, content_type=None)
    url = corpora.address(row)
    page = pages.parse(decoded.text, url=url, max_depth=2000, utf8=decoded.utf8)
    if isinstance(page, pages.Refusal):
        return None
    walk = begin(page, site=ad_hoc_site(url), fetched_at=FETCHED_AT)
    walk.cleared = furniture.clear(page)
    return walk
