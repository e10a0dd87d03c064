"""What every reading promises, whatever the page was, and honest fictional pages to begin mutations with."""

import json
from datetime import UTC, datetime, timedelta

from morgue.demo.newsroom import Newsroom
from morgue.demo.newsroom.answers import Request
from morgue.demo.newsroom.site import Site
from pipeline.reading import Reading, Reason, Verdict

URL = "https://larkhaven.example/2026/03/02/pier-reopens"
FETCHED_AT = datetime(2026, 3, 3, 9, tzinfo=UTC)


def broken_promise(reading: Reading) -> str | None:
    """Which promise a reading breaks."""
    if reading.reason is Reason.READER_FAILED:
        return f"reader failed: {reading.detail}"
    try:
        written = json.dumps(reading.as_json(), ensure_ascii=False).encode()
    except (ValueError, UnicodeError) as error:
        return f"cannot be written: {error}"[:300]
    if b"\\u0000" in written:
        return "a NUL in a field"
    if reading.verdict is Verdict.BELIEVED and not (reading.title or reading.text):
        return "believed without title and text"
    if reading.published and reading.published.at > FETCHED_AT + timedelta(days=2):
        return f"published after it was fetched: {reading.published}"
    return None


def fictional_pages() -> list[bytes]:
    """Pages of the bundled newsroom: some articles and the front page of each outlet."""
    newsroom = Newsroom(start=FETCHED_AT)
    pages = []
    for outlet in newsroom.outlets:
        site = Site(newsroom, outlet)
        home = newsroom.addresses[outlet.name]
        articles = newsroom.articles(outlet.name)[:8]
        addresses = [str(newsroom.truth(article.id)["url"]) for article in articles]
        paths = ["/", *(address.removeprefix(home) for address in addresses)]
        answers = (site.answer(Request("GET", path, {})) for path in paths)
        pages += [answer.body for answer in answers if answer.status == 200]
    return pages
