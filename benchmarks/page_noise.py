"""Everything that changes in a page while its article stays: what a repeat visit meets.

Knows the HTML of articles in general. Must not know how pages are read.
"""

import random
import re
from collections.abc import Callable

_TEXT = re.compile(r"(<(p|h1|h2|h3|li|figcaption)\b[^>]*>)(.*?)(</\2>)", re.DOTALL)
_PIECE = re.compile(r"(<[^>]*>|&[#\w]+;)")
_FIGURE = re.compile(r"<figure\b.*?</figure>", re.DOTALL)
_PARAGRAPH = re.compile(r"<p>[^<]{60,}.*?</p>", re.DOTALL)
_TAG = re.compile(r"<(\w+)((?:\s+[\w-]+=\"[^\"]*\"){2,})\s*>")
_ATTRIBUTE = re.compile(r"[\w-]+=\"[^\"]*\"")
_ASIDE = re.compile(r"<aside\b.*?</aside>", re.DOTALL)

Noise = Callable[[str, random.Random], str]


def _words(change: Callable[[str, random.Random], str]) -> Noise:
    """A change of the text between tags, in the elements that hold an article's texts."""

    def noise(page: str, dice: random.Random) -> str:
        def element(match: re.Match[str]) -> str:
            if "<script" in match[3]:
                return match[0]
            pieces = _PIECE.split(match[3])
            inner = "".join(
                piece if _PIECE.fullmatch(piece) else change(piece, dice) for piece in pieces
            )
            return f"{match[1]}{inner}{match[4]}"

        return _TEXT.sub(element, page)

    return noise


def _quotes(text: str, dice: random.Random) -> str:
    if dice.random() < 0.5:
        return text.translate(str.maketrans("“”„‘’", '"""\'\''))
    return re.sub(r"(?<=\w)'(?=\w)", "’", text)


def _blanks(text: str, dice: random.Random) -> str:
    blanks = (" ", " ", "  ", "\n      ", "\u00a0", "\t", " \u2009")
    return re.sub(" ", lambda _: dice.choice(blanks), text)


def _unseen(text: str, dice: random.Random) -> str:
    signs = ("\u200b", "\u00ad", "\ufeff", "\u2060", "\u200e")
    return re.sub(
        r"(?<=[a-z])(?=[a-z])", lambda _: dice.choice(signs) if dice.random() < 0.03 else "", text
    )


def _ligatures(text: str, dice: random.Random) -> str:
    del dice
    return text.replace("ffi", "ﬃ").replace("fi", "ﬁ").replace("fl", "ﬂ").replace("...", "…")


def _dashes(text: str, dice: random.Random) -> str:
    del dice
    return text.replace(" – ", " — ").replace("–", "-").replace("-", "‐")


def _entities(text: str, dice: random.Random) -> str:
    return "".join(f"&#{ord(c)};" if c.isalpha() and dice.random() < 0.02 else c for c in text)


def _attributes(page: str, dice: random.Random) -> str:
    def tag(match: re.Match[str]) -> str:
        if match[1] in ("meta", "link"):
            return match[0]
        attributes = _ATTRIBUTE.findall(match[2])
        dice.shuffle(attributes)
        return f'<{match[1]} data-v="{dice.getrandbits(24):x}" {" ".join(attributes)}>'

    return _TAG.sub(tag, page)


def _wrapping(page: str, dice: random.Random) -> str:
    def paragraph(match: re.Match[str]) -> str:
        if dice.random() < 0.6:
            return match[0]
        return match[0].replace("<p>", f"<p><!-- {dice.random()} --><span>", 1)[:-4] + "</span></p>"

    return _PARAGRAPH.sub(paragraph, page)


def _between(lines: Callable[[random.Random], str]) -> Noise:
    """Something put before one of the body's paragraphs, or after it."""

    def noise(page: str, dice: random.Random) -> str:
        places = list(_PARAGRAPH.finditer(page))
        if not places:
            return page
        match = dice.choice(places)
        at = match.start() if dice.random() < 0.5 else match.end()
        return page[:at] + lines(dice) + page[at:]

    return noise


def _clock(dice: random.Random) -> str:
    n = dice.randint(2, 59)
    words = dice.choice(
        (
            f"Updated {n} minutes ago",
            f"Last updated: {n % 24:02d}:{n:02d} GMT",
            f"Published 12 March 2026, {n % 24}:{n:02d}",
            f"{n} mins ago",
            f"Aktualisiert vor {n} Minuten",
            f"更新时间：2026-03-12 {n % 24:02d}:{n:02d}",
        )
    )
    return f'<p class="stamp">{words}</p>'


def _counter(dice: random.Random) -> str:
    n = dice.randint(2, 99_999)
    words = dice.choice(
        (
            f"{n:,} views",
            f"{n} shares",
            f"{n % 30 + 1} min read",
            f"{n % 300} comments",
            f"{n:,} people are reading this",
            f"{n / 1000:.1f}K likes",
            f"阅读 {n}",
            f"{n % 20 + 1} Min. Lesezeit",
        )
    )
    return f'<p class="count">{words}</p>' if n % 2 else f"<div><span>{words}</span></div>"


def _advertisement(dice: random.Random) -> str:
    number = dice.getrandbits(20)
    return (
        f'<div class="ad ad-slot" id="ad-{number}"><span>Advertisement</span>'
        f'<a href="https://ads.example/{number}" rel="sponsored">Save {number % 90} per cent on lamps today</a></div>'
    )


def _related(dice: random.Random) -> str:
    items = "".join(
        f'<li><a href="/n/{dice.getrandbits(20)}">{words} {dice.randint(2, 900)}</a></li>'
        for words in dice.sample(
            ("Ferry returns to pier", "Council votes again", "Bread is dearer", "Rain stops play"),
            3,
        )
    )
    return f'<aside class="related"><h3>Related stories</h3><ul>{items}</ul></aside>'


def _share(dice: random.Random) -> str:
    number = dice.randint(1, 999)
    return (
        f'<ul class="share-bar"><li><a href="/s/f?{number}">Share {number}</a></li>'
        '<li><a href="/s/m">Mail</a></li></ul>'
    )


def _moved_captions(page: str, dice: random.Random) -> str:
    figure = _FIGURE.search(page)
    if figure is None:
        return page
    without = page[: figure.start()] + page[figure.end() :]
    places = [match.end() for match in _PARAGRAPH.finditer(without)]
    if not places:
        return page
    at = dice.choice(places)
    return without[:at] + figure[0] + without[at:]


def _moved_rails(page: str, dice: random.Random) -> str:
    asides = [match[0] for match in _ASIDE.finditer(page)]
    if len(asides) < 2:
        return page
    rest = _ASIDE.sub("", page)
    dice.shuffle(asides)
    return rest.replace("</body>", "".join(asides) + "</body>")


def _scripts(page: str, dice: random.Random) -> str:
    script = f"<script>window.t={dice.random()};var views={dice.randint(1, 9999)}</script>"
    return page.replace("</head>", f"{script}</head>").replace("</body>", f"{script}</body>")


NOISES: dict[str, Noise] = {
    "curly quotes": _words(_quotes),
    "blanks": _words(_blanks),
    "unseen signs": _words(_unseen),
    "ligatures": _words(_ligatures),
    "dashes": _words(_dashes),
    "entities": _words(_entities),
    "attributes": _attributes,
    "wrapping": _wrapping,
    "clock in the text": _between(_clock),
    "counter in the text": _between(_counter),
    "advertisement in the text": _between(_advertisement),
    "related rail in the text": _between(_related),
    "share bar in the text": _between(_share),
    "moved captions": _moved_captions,
    "moved rails": _moved_rails,
    "scripts": _scripts,
}

CHARSETS = ("utf-8", "utf-8", "utf-8", "utf-16", "windows-1252")
"""In which a page comes; what a charset lacks is written as a reference."""


def encoded(page: str, charset: str) -> tuple[bytes, str]:
    """The page's bytes and the content type that goes with them."""
    declared = re.sub(r'<meta charset="[^"]*">', f'<meta charset="{charset}">', page)
    return declared.encode(charset, "xmlcharrefreplace"), f"text/html; charset={charset}"
