"""Generated furniture that makes pages as heavy as real ones: styles, scripts, advertisements.

Knows nothing of articles.
"""

from html import escape

from morgue.demo.newsroom.dice import between, pick, roll_for, token
from morgue.demo.newsroom.grammar import Roll

_BLOCKS = [
    "masthead",
    "nav-drawer",
    "rail",
    "card",
    "promo",
    "teaser",
    "byline",
    "share",
    "player",
    "gallery",
    "quote",
    "ticker",
    "footer",
]
_PARTS = [
    "inner",
    "title",
    "link",
    "icon",
    "meta",
    "list",
    "item",
    "label",
    "thumb",
    "caption",
    "button",
    "group",
    "badge",
]
_STATES = ("", ":hover", ":focus-visible", ".is-open", "--wide", "--dark", "::before")
_PROPERTIES = (
    "margin:{}px {}px",
    "padding:{}px {}px",
    "font-size:1.{}rem;line-height:1.{}",
    "grid-template-columns:repeat({},minmax({}px,1fr))",
    "transform:translate({}px,-{}px)",
    "border-radius:{}px;max-width:{}em",
    "flex:{} 1 {}px",
    "color:#{}f{}a3b;background:transparent",
    "transition:opacity .{}s ease-in-out .{}s",
)
_VERBS = [
    "init",
    "track",
    "render",
    "load",
    "defer",
    "queue",
    "bind",
    "emit",
    "flush",
    "patch",
    "hydrate",
    "observe",
]
_NOUNS = [
    "Consent",
    "Player",
    "Slot",
    "Gallery",
    "Session",
    "Ticker",
    "Paywall",
    "Beacon",
    "Menu",
    "Avatar",
    "Frame",
    "Bundle",
]
_ADVERTISERS = (
    ("Gullwing Outboard Motors", "Start at the first pull. Every time."),
    ("Pemberley Looms", "Blankets for three generations."),
    ("The Saltmere Savings Bank", "Your crown, our care."),
    ("Cobalt Ceramics", "Seconds sale on Lower Quay Street, this weekend only."),
    ("Hartmann Coaches", "Four days in Dapplemere, half board, from 199 crowns."),
    ("Fennel & Marsh", "Tea worth missing the ferry for."),
    ("Northern Wren Cruises", "See the fjords before they see you."),
    ("Orrery Instruments", "Barometers that tell the truth."),
    ("Kestrel Broadband", "Fibre to the lighthouse: 24 months at 19 crowns."),
    ("Quayside Opticians", "Two pairs for the price of one pier."),
    ("Lodestar Removals", "We have moved bigger pianos than yours."),
    ("The Biscuit Works", "Now with less holes."),
)


def styles(outlet: str, *, kilobytes: int) -> str:
    """A style sheet of about a size; the same for one outlet always."""
    roll = roll_for(outlet, "styles")
    out: list[str] = []
    size = 0
    while size < kilobytes * 1024:
        properties = ";".join(_property(roll) for _ in range(between(roll, 2, 5)))
        rule = f".{pick(roll, _BLOCKS)}__{pick(roll, _PARTS)}{pick(roll, _STATES)}{{{properties}}}"
        out.append(rule)
        size += len(rule)
    return "".join(out)


def _property(roll: Roll) -> str:
    return pick(roll, _PROPERTIES).format(between(roll, 1, 48), between(roll, 1, 96))


def script(outlet: str, name: str, *, kilobytes: int) -> str:
    """Something like a minified script of about a size; the same for one outlet always."""
    roll = roll_for(outlet, name, "script")
    out = ["!function(w,d){'use strict';var q=w.__q=w.__q||[];"]
    size = 0
    while size < kilobytes * 1024:
        verb, noun = pick(roll, _VERBS), pick(roll, _NOUNS)
        line = (
            f"function {verb}{noun}(e,t){{if(!e||e.id!=={between(roll, 100, 9999)})return "
            f"q.push(['{verb}','{noun.lower()}',t||{between(roll, 2, 900)}]);"
            f"var n=d.querySelector('.{pick(roll, _BLOCKS)}__{pick(roll, _PARTS)}');"
            f"n&&n.setAttribute('data-{pick(roll, _PARTS)}',"
            f"'{token(outlet, name, size, size=6)}')}}"
        )
        out.append(line)
        size += len(line)
    out.append("}(window,document);")
    return "".join(out)


def advertisements(outlet: str, *, place: str) -> tuple[bytes, ...]:
    """What takes turns in an advertisement's slot."""
    roll = roll_for(outlet, place, "advertisements")
    return tuple(
        (
            f'<div class="ad ad--{place}" data-ad-slot="{place}" '
            f'data-campaign="{token(outlet, place, who, size=8)}">'
            f'<span class="ad__label">Advertisement</span>'
            f'<a href="/ads/click?c={token(who, place, size=6)}" rel="sponsored nofollow">'
            f'<img src="/ads/{token(who, place, size=5)}.webp" alt="" '
            f'width="{between(roll, 300, 970)}" height="250" loading="lazy">'
            f"<strong>{escape(who)}</strong> <span>{escape(what)}</span></a></div>"
        ).encode()
        for who, what in _ADVERTISERS
    )
