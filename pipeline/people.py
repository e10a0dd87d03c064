"""Names of authors in bylines and in what is stated.

Knows how bylines are written. Must not know where on a page they stood.
"""

import re
from collections.abc import Iterable, Sequence

from pipeline import typography

_BY = re.compile(
    r"^\W*(?:(?:written|story|words|text|reported|posted|edited|interview|analysis|opinion|report|review)?\s*"
    r"(?:by|von|par|por|di|door|av|af|przez|от|autor|autora|author|authors|auteur|redaktör|text|texte|testo|"
    r"作者|记者|記者|撰文|文)\b\s*[:：]?|(?:作者|记者|記者|文)\s*[:：|／/])\s*",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\s*(?:[;|•·/＋+、，]|,(?!\s*(?:jr|sr|ph\.?d|m\.?d|ii|iii)\b)|\s(?:and|und|et|y|e|och|og|en|i|и|und|with|mit)\s|\s?&\s?|\n)\s*",
    re.IGNORECASE,
)
_TRAILER = re.compile(
    r"\s*(?:[,|–—-]\s+|\s+(?:for|in|at|of)\s+(?=[A-Z])|\(|\s@|\s(?:published|updated|is an?|has been|covers|writes)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_NOT_A_NAME = re.compile(
    r"https?:|www\.|\.(?:com|org|net|de|fr|co|uk)\b|@|\d|[<>{}=_#]|\b(?:follow|share|read|more|subscribe|"
    r"published|updated|minutes?|comments?|view|profile|email|click|photo|image|reuters/|bio|advertisement|"
    r"cookies?|login|sign|newsletter|all rights|copyright)\b",
    re.IGNORECASE,
)
_ACCOUNTS = frozenset(
    "admin administrator editor editors author webmaster user root guest unknown anonymous none null staff test "
    "redaktion redaccion redazione redakcja redaction newsroom webredaktion online team desk superuser moderator "
    "publisher wordpress 管理员 编辑 匿名".split()
)
_ORGANISATION = re.compile(
    r"\b(?:staff|desk|news|agency|agencies|editorial|team|bureau|press|redaktion|redacción|redaction|rédaction|"
    r"redazione|reporters?|correspondents?|times|post|daily|journal|magazine|media|editors?|newsroom|wire|"
    r"services?|reuters|afp|dpa|apa|ansa|efe|tass|xinhua|ap|board|network|tv|radio)\b",
    re.IGNORECASE,
)


def names_in(text: str, *, is_list: bool = True) -> list[str]:
    """The names that a byline or a stated author gives; empty where it is no byline."""
    text = _BY.sub("", typography.settle(text)).strip(" :,;|-–—·•")
    parts = _AND.split(text) if is_list else [text]
    names = []
    for part in parts[:20]:
        name = _TRAILER.sub("", _BY.sub("", part.strip())).strip(" :,;|-–—·•")
        if is_name(name):
            names.append(name)
    return names


def is_byline(text: str) -> bool:
    """Whether a short text begins as bylines do and names somebody."""
    return len(text) <= 160 and bool(_BY.match(text)) and bool(names_in(text))


def is_name(text: str) -> bool:
    """Whether a text can be the name of a person or an organisation: short, without addresses and digits."""
    if not 1 < len(text) <= 60 or len(text.split()) > 6 or _NOT_A_NAME.search(text):
        return False
    if text.casefold() in _ACCOUNTS:
        return False
    return text[0].isupper() or ord(text[0]) > 0x24F or " " in text


def is_organisation(name: str) -> bool:
    """Whether a name is a newsroom's rather than a person's."""
    return bool(_ORGANISATION.search(name))


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """The names once each, in order, a shouted name written as a name."""
    found: dict[str, str] = {}
    for name in names:
        written = name.title() if name.isupper() and " " in name and len(name) > 6 else name
        found.setdefault(typography.fold(written), written)
    return tuple(found.values())


def without_site(names: Sequence[str], *, site_names: Sequence[str]) -> list[str]:
    """The names that are not what the site calls itself."""
    own = {typography.fold(name).replace(" ", "") for name in site_names}
    return [name for name in names if typography.fold(name).replace(" ", "") not in own]


def distinct_texts(texts: Iterable[str]) -> tuple[str, ...]:
    """Texts once each, in order."""
    return tuple({typography.fold(text): text for text in texts if text}.values())
