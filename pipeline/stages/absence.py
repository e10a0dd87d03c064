"""What a page that is not believed says of the article that stood at its URL. Pure but for the ledger's words."""

from db.histories.removals import Evidence
from pipeline import answer
from pipeline.items import Fetched
from pipeline.reading import Reason


def gone_by(fetched: Fetched, reason: Reason | None) -> Evidence | None:
    """The evidence that the article is gone; None where there was none, or where the page says nothing of it.

    A wall (consent, login, block, captcha) says nothing of what is behind it.
    """
    if fetched.link.article_id is None:
        return None
    if reason is Reason.NOT_FOUND:
        return Evidence.SOFT_404
    if reason is Reason.NOT_ARTICLE and answer.is_redirected(fetched):
        return Evidence.SECTION_FRONT
    return None
