"""The part of the WordPress REST API that crawlers read: the list of posts, newest first."""

import json
from datetime import UTC, datetime
from html import escape
from http import HTTPStatus
from typing import Any

from morgue.demo.newsroom.answers import JSON, Answer, Request
from morgue.demo.newsroom.cast import Article
from morgue.demo.newsroom.markup_meridian import content
from morgue.demo.newsroom.outlets import Outlet
from morgue.demo.newsroom.views import article_view
from morgue.demo.newsroom.world import Newsroom, State

_MOST_PER_PAGE = 100
_STATED = "%Y-%m-%dT%H:%M:%S"

Post = tuple[Article, State]


def wordpress(newsroom: Newsroom, outlet: Outlet, request: Request, *, now: datetime) -> Answer:
    """The API's root, or a page of its posts."""
    base = newsroom.addresses[outlet.name]
    if request.path == "/wp-json/":
        root = {
            "name": outlet.title,
            "url": base,
            "namespaces": ["wp/v2"],
            "routes": {"/wp/v2/posts": {}},
        }
        return Answer(HTTPStatus.OK, json.dumps(root).encode(), JSON)
    query = request.query
    try:
        per_page, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
        posts = _posts(newsroom, outlet, query, now)
    except ValueError:
        return _refused("rest_invalid_param", "Invalid parameter(s).")
    if not 1 <= per_page <= _MOST_PER_PAGE or page < 1:
        return _refused("rest_invalid_param", "Invalid parameter(s): per_page, page")
    pages = -(-len(posts) // per_page)
    if page > max(pages, 1):
        return _refused(
            "rest_post_invalid_page_number",
            "The page number requested is larger than the number of pages available.",
        )
    wanted = set(query["_fields"].split(",")) if "_fields" in query else None
    shown = posts[(page - 1) * per_page : page * per_page]
    body = [_post(newsroom, article, state, wanted, now) for article, state in shown]
    counts = (("X-WP-Total", str(len(posts))), ("X-WP-TotalPages", str(pages)))
    return Answer(HTTPStatus.OK, json.dumps(body, ensure_ascii=False).encode(), JSON, counts)


def _posts(newsroom: Newsroom, outlet: Outlet, query: dict[str, str], now: datetime) -> list[Post]:
    posts = [
        (article, state)
        for article in newsroom.articles(outlet.name, at=now)
        if (state := newsroom.state(article, now)).standing in ("live", "walled")
    ]
    if "after" in query:
        after = _moment(query["after"], outlet)
        posts = [post for post in posts if post[0].published_at > after]
    if "before" in query:
        before = _moment(query["before"], outlet)
        posts = [post for post in posts if post[0].published_at < before]
    if "modified_after" in query:
        after = _moment(query["modified_after"], outlet)
        posts = [post for post in posts if post[1].modified_at > after]
    if query.get("orderby") == "modified":
        posts.sort(key=lambda post: post[1].modified_at, reverse=True)
    if query.get("order") == "asc":
        posts.reverse()
    return posts


def _moment(stated: str, outlet: Outlet) -> datetime:
    """Without an offset, WordPress takes the site's own time zone."""
    moment = datetime.fromisoformat(stated)
    return moment if moment.tzinfo else moment.replace(tzinfo=outlet.time_zone)


def _post(
    newsroom: Newsroom, article: Article, state: State, wanted: set[str] | None, now: datetime
) -> dict[str, Any]:
    zone = article.outlet.time_zone
    published, modified = article.published_at, state.modified_at
    post: dict[str, Any] = {
        "id": 48_000 + article.number,
        "date": published.astimezone(zone).strftime(_STATED),
        "date_gmt": published.astimezone(UTC).strftime(_STATED),
        "guid": {"rendered": article.guid},
        "modified": modified.astimezone(zone).strftime(_STATED),
        "modified_gmt": modified.astimezone(UTC).strftime(_STATED),
        "slug": state.path.strip("/").rpartition("/")[2],
        "status": "publish",
        "type": "post",
        "link": newsroom.addresses[article.outlet.name] + state.path,
        "title": {"rendered": escape(newsroom.title(article, now), quote=False)},
        "excerpt": {
            "rendered": f"<p>{escape(newsroom.standfirst(article), quote=False)}</p>\n",
            "protected": False,
        },
    }
    if wanted is None or "content" in wanted:
        view = article_view(newsroom, article, state=state, variant=0, at=now)
        post["content"] = {"rendered": content(view), "protected": False}
    return post if wanted is None else {name: post[name] for name in post if name in wanted}


def _refused(code: str, message: str) -> Answer:
    body = {"code": code, "message": message, "data": {"status": 400}}
    return Answer(HTTPStatus.BAD_REQUEST, json.dumps(body).encode(), JSON)
