"""Options and arguments that several commands share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click

from morgue.cli.moments import END, KNOWN

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def times_options(command: F) -> F:
    """Add `--as-of` and `--known-at`: up to when publishers are listened to, and what was known when."""
    known_at = click.option(
        "--known-at",
        type=KNOWN,
        help="From what the archive had learnt by then, or now. [default: --as-of]",
    )
    as_of = click.option("--as-of", type=END, help="What the archive would have answered then.")
    return as_of(known_at(command))


@dataclass(frozen=True, slots=True)
class ArticleName:
    """An article as a person names it: by its number, or by any of its URLs."""

    text: str
    number: int | None = None
    url: str | None = None


class ArticleType(click.ParamType[ArticleName]):
    """An article's number or URL."""

    name = "article"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> ArticleName:
        """Tell a number from a URL."""
        if isinstance(value, ArticleName):
            return value
        text = str(value).strip()
        digits = text.removeprefix("#")
        if digits.isascii() and digits.isdigit() and len(digits) < 19:
            return ArticleName(text, number=int(digits))
        if is_url(text):
            return ArticleName(text, url=text)
        return self.fail(
            f"{text!r} names no article: give its number or its URL. `morgue search` finds it.",
            param,
            ctx,
        )


def is_url(text: str) -> bool:
    """Whether `text` is an http or https URL with a host, to the eye."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


ARTICLE = ArticleType()
