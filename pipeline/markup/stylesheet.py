"""Which names a page's own style elements hide from its readers.

Knows as much of CSS as tells that an element with a class or id is never shown on a screen. Must not know the page's
tree, nor follow styles that are not in the page: what it cannot tell counts as shown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

MAX_STYLE = 200_000
"""Characters of style read, of one page."""

_MAX_RULES = 3000
_MAX_SELECTOR = 2000
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_SIMPLE = re.compile(r"([a-z][a-z0-9]*)?((?:[.#]-?[A-Za-z_][\w-]*){1,3})")
_NAME = re.compile(r"[.#]-?[A-Za-z_][\w-]*")
_COMBINED = re.compile(r"[\s>+~]")
_ZERO = r"0+(?:\.0*)?(?:px|em|pt|rem|%)?\s*(?:!important\s*)?(?:;|$)"
_SAYS_SHOWN = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*(?!none)[a-z]|visibility\s*:\s*(?:visible|unset|initial|inherit))",
    re.IGNORECASE,
)
_HIDES = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)|"
    r"(?:^|[;\s])(?:left|top|right|text-indent)\s*:\s*-\d{4,}(?:px|em|rem|pt)|"
    r"(?:^|[;\s])clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]|clip-path\s*:\s*inset\(\s*(?:50|100)%",
    re.IGNORECASE,
)
# An effect plays these on whole blocks before they are shown, and lists set the size of the blanks between their items
# to nothing: on a stretch inside a line they hide.
_HIDES_INLINE = re.compile(
    rf"(?:^|[;\s])(?:opacity|font-size)\s*:\s*{_ZERO}|"
    r"(?:^|[;\s])color\s*:\s*(?:transparent|#[0-9a-f]{3}0(?![0-9a-f])|#[0-9a-f]{6}00(?![0-9a-f])|"
    r"(?:rgb|hsl)a\([^()]{1,40},\s*0?\.?0\s*\))",
    re.IGNORECASE,
)
_CLIPPED = re.compile(rf"(?:^|[;\s])(?:max-)?(?:height|width)\s*:\s*{_ZERO}", re.IGNORECASE)
_NO_OVERFLOW = re.compile(r"overflow\s*:\s*(?:hidden|clip)", re.IGNORECASE)
_WHITE = re.compile(
    r"(?:^|[;\s])color\s*:\s*(?:#fff(?![0-9a-f])|#ffffff|white(?!\w))", re.IGNORECASE
)
_TINY = re.compile(
    r"(?:^|[;\s])font-size\s*:\s*(?:\d(?:\.\d+)?|10)(?:px|pt)|font-size\s*:\s*0?\.[0-4]\d*r?em",
    re.IGNORECASE,
)
# One of these stands in every rule that hides; much cheaper to ask than the patterns.
_HINTS = (
    "y:none", "y:hidden", "opacity:0", "size:0", "height:0", "width:0", "transparent", ":-9", "t(0", "t(1", "or:#fff",
    "or:#FFF", "white",
)  # fmt: skip
_FAR = re.compile(r"-\d{4}")
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_MAX_PLACES = 200


@dataclass(frozen=True, slots=True)
class Hiding:
    """A selector of one compound that hides what it fits."""

    tag: str | None
    names: frozenset[str]  # ".class" and "#id"
    is_inline: bool  # only a stretch inside a line


def uncommented(css: str) -> str:
    """A style without its comments, and of bounded length."""
    css = css[:MAX_STYLE]
    return _COMMENT.sub("", css) if "/*" in css else css


@lru_cache(maxsize=32)  # a site's pages share their styles
def hidings(css: str) -> tuple[Hiding, ...]:
    """The rules of a style element that hide, whatever else it says."""
    found: dict[Hiding, None] = {}
    for selector, declarations in _sure_rules(css):
        is_inline = not _hides_all(declarations)
        if is_inline and not _hides_inline(declarations):
            continue
        for one in selector.split(","):
            if match := _SIMPLE.fullmatch(one.strip()):
                found[Hiding(match[1], frozenset(_NAME.findall(match[2])), is_inline)] = None
        if len(found) > _MAX_RULES:
            break
    return tuple(found)


def shows(css: str, name: str) -> bool:
    """Whether some rule shows elements with this class or id: in a state, in a place or on a screen of some width."""
    at = css.find(name)
    for _ in range(_MAX_PLACES):
        if at < 0:
            return False
        start = css.find("{", at)
        selector = css[at + len(name) : min(start, at + _MAX_SELECTOR)].partition(",")[0]
        is_subject = selector[:1] not in _NAME_CHARACTERS and not _COMBINED.search(selector.strip())
        if start >= 0 and is_subject and "}" not in selector:
            end = css.find("}", start)
            if _SAYS_SHOWN.search(css[start + 1 : end if end >= 0 else len(css)]):
                return True
        at = css.find(name, at + 1)
    return True


def hides(declarations: str) -> bool:
    """Whether a style attribute's declarations hide a stretch inside a line."""
    return _hides_all(declarations) or _hides_inline(declarations)


# The patterns are dear: each is asked only where the words stand that it needs. Beyond ASCII, where likeness is more
# than small letters for capitals, it is always asked.


def _hides_all(declarations: str) -> bool:
    lowered = declarations.lower()
    may_hide = (
        "none" in lowered
        or "hidden" in lowered
        or "clip" in lowered
        or not declarations.isascii()
        or _FAR.search(lowered) is not None
    )
    return may_hide and _HIDES.search(declarations) is not None


def _hides_inline(declarations: str) -> bool:
    lowered = declarations.lower()
    is_foreign = not declarations.isascii()
    is_clear = "color" in lowered and any(map(lowered.__contains__, ("transparent", "#", "a(")))
    is_dim = "opacity" in lowered or "font-size" in lowered
    if (is_clear or is_dim or is_foreign) and _HIDES_INLINE.search(declarations):
        return True
    may_clip = "overflow" in lowered or is_foreign
    if may_clip and _CLIPPED.search(declarations) and _NO_OVERFLOW.search(declarations):
        return True
    # white on a background that is not told: small print in white between the lines of an article is not for readers
    is_small = "font-size" in lowered or is_foreign
    return (
        is_small
        and "background" not in lowered
        and bool(_WHITE.search(declarations))
        and bool(_TINY.search(declarations))
    )


def _sure_rules(css: str) -> Iterator[tuple[str, str]]:
    """Selector and declarations of the rules that may hide and hold on every screen."""
    around: list[bool] = []  # of the at-rules that are open
    squeezed = css.replace(": ", ":")
    hints = [hint for hint in _HINTS if hint in squeezed]
    if not hints:
        return
    chunks = css.split("}")
    depths = [chunk.count("{") for chunk in chunks]
    telling = _telling(squeezed, hints)
    for number, depth in enumerate(depths):
        if depth == 1 and number not in telling:
            continue
        chunk = chunks[number]
        if not depth:
            if around:
                around.pop()
            continue
        if depth > 1:
            preludes = chunk.split("{")[:-2]
            around.extend(_is_passive(prelude) for prelude in preludes[:20])
        if not all(around) or number not in telling:
            continue
        before, _, declarations = chunk.rpartition("{")
        selector = before.rpartition("{")[2].rpartition(";")[2].strip()
        if not selector.startswith("@") and len(selector) <= _MAX_SELECTOR:
            yield selector, declarations.strip()


def _telling(css: str, hints: list[str]) -> set[int]:
    """The numbers of the rules in which one of these hints stands."""
    places: set[int] = set()
    for hint in hints:
        at = css.find(hint)
        while at >= 0:
            places.add(at)
            at = css.find(hint, at + 1)
    found: set[int] = set()
    number = last = 0
    for at in sorted(places):
        number += css.count("}", last, at)
        last = at
        found.add(number)
    return found


def _is_passive(prelude: str) -> bool:
    """Whether the rules inside an at-rule hold on every screen."""
    lowered = prelude.rpartition(";")[2].strip().lower()
    if lowered.startswith("@media"):
        return lowered.removeprefix("@media").strip() in ("screen", "all", "only screen")
    return lowered.startswith("@layer")
