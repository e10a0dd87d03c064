"""Drives a newsroom from another process: time, events, truth, counts. Loopback only.

Knows the addresses below `/_newsroom/`. Must not know the outlets' pages.
"""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any

from morgue.demo.newsroom.answers import JSON, Answer, Request
from morgue.demo.newsroom.world import Newsroom

_MOST_SECONDS = 10 * 366 * 86_400


class Control:
    """Answers on the control port."""

    def __init__(self, newsroom: Newsroom, requests: Callable[[], list[dict[str, Any]]]) -> None:
        self._newsroom = newsroom
        self._requests = requests

    def answer(self, request: Request) -> Answer:
        """POST to advance; GET now, events, articles, truth, roles, requests."""
        if request.path == "/_newsroom/advance":
            if request.method != "POST":
                return _words(HTTPStatus.METHOD_NOT_ALLOWED, "time is moved by POST")
            return self._try(self._advance, request)
        told = {
            "/_newsroom/now": self._now,
            "/_newsroom/events": self._events,
            "/_newsroom/articles": self._articles,
            "/_newsroom/truth": self._truth,
            "/_newsroom/roles": lambda _: self._newsroom.roles,
            "/_newsroom/requests": lambda _: self._requests(),
        }.get(request.path)
        if told is None:
            return _words(HTTPStatus.NOT_FOUND, "nothing here is called so")
        return self._try(told, request)

    def _try(self, told: Callable[[dict[str, str]], Any], request: Request) -> Answer:
        try:
            return _json(HTTPStatus.OK, told(request.query))
        except KeyError as missing:
            return _words(HTTPStatus.NOT_FOUND, f"there is no {missing}, or it is missing")
        except ValueError as problem:
            return _words(HTTPStatus.BAD_REQUEST, str(problem))

    def _now(self, _query: dict[str, str]) -> Any:
        return {"now": self._newsroom.clock.now(), "addresses": self._newsroom.addresses}

    def _advance(self, query: dict[str, str]) -> Any:
        seconds = float(query["seconds"])
        if not 0 <= seconds <= _MOST_SECONDS:
            raise ValueError("seconds are between 0 and ten years'")
        happened = self._newsroom.advance(timedelta(seconds=seconds))
        return {
            "now": self._newsroom.clock.now(),
            "events": [event.as_json() for event in happened],
        }

    def _events(self, query: dict[str, str]) -> Any:
        since = _moment(query, "since") or self._newsroom.start
        until = _moment(query, "until") or self._newsroom.clock.now()
        return [event.as_json() for event in self._newsroom.events(since, until)]

    def _articles(self, query: dict[str, str]) -> Any:
        at = self._newsroom.clock.now()
        return [
            {
                "article_id": article.id,
                "outlet": article.outlet.name,
                "path": self._newsroom.state(article, at).path,
                "standing": self._newsroom.state(article, at).standing,
                "role": article.role,
            }
            for article in self._newsroom.articles(query.get("outlet"))
        ]

    def _truth(self, query: dict[str, str]) -> Any:
        return self._newsroom.truth(query["article"], _moment(query, "at"))


def _moment(query: dict[str, str], name: str) -> datetime | None:
    if name not in query:
        return None
    # A "+" that nobody escaped comes out of a query as a space.
    moment = datetime.fromisoformat(query[name].replace(" ", "+"))
    if moment.tzinfo is None:
        raise ValueError(f"{name} needs an offset, as in 2026-07-17T06:00:00Z")
    return moment


def _json(status: int, document: Any) -> Answer:
    return Answer(status, json.dumps(document, default=_stated, ensure_ascii=False).encode(), JSON)


def _stated(value: object) -> str:
    assert isinstance(value, date)
    return value.isoformat()


def _words(status: int, words: str) -> Answer:
    return _json(status, {"error": words})
