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
    r"\s*(?:[;|•·/＋+、，]|,(?!\s*(?:jr|sr|ph\.?d|m\.?d|ii|iii)\b)|\s(?:and|und|et|y|e|och|og|en|i|и|und|with|"
    r"mit)\s|\s?&\s?|\n)\s*",
    re.IGNORECASE,
)
_TRAILER = re.compile(
    r"\s*(?:[,|–—-]\s+|\s+(?:for|in|at|of)\s+(?=[A-Z])|\(|\s@|\s(?:on\s+)?(?:(?:mon|tue|wed|thu|fri|sat|sun|jan|"
    r"feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[.,]{0,2}\s+)+\d|\s(?:published|updated|is an?|has been|"
    r"covers|writes)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
AGENCIES = frozenset((
    "reuters", "ap", "afp", "dpa", "apa", "ansa", "efe", "tass", "xinhua", "kyodo", "bloomberg", "pti", "ani",
    "ians", "upi", "aap", "sid", "belga", "anp", "ritzau", "ntb", "tt", "keystone-sda", "lusa", "yonhap",
    "interfax",
))  # fmt: skip
"""News agencies as bylines and credit lines name them, casefolded."""

_EDGES = " :,;|-–—·•/"
_NOT_A_NAME = re.compile(
    r"https?:|www\.|\.(?:com|org|net|de|fr|co|uk)\b|@|\d|[<>{}=_#]|\b(?:follow|share|read|more|subscribe|"
    r"published|updated|minutes?|comments?|view|profile|email|click|photo|image|reuters/|bio|advertisement|"
    r"cookies?|login|sign|newsletter|all rights|copyright)\b",
    re.IGNORECASE,
)
_ROLE_WORDS = (
    r"(?:contributing|contributor|senior|junior|chief|staff|associate|assistant|deputy|managing|executive|national|"
    r"political|sports?|science|technology|business|city|opinion|special|freelance|guest|sponsored|writers?|editors?|"
    r"reporters?|journalists?|columnists?|correspondents?|producers?|officer|head|director|professor|analyst|fellow|"
    r"photographer|author|presenter|anchor|intern|redakteur(?:in)?|reporterin|autor(?:in)?|journaliste|redactora?|"
    r"기자|특파원|记者|記者|編集委員)"
)
_ROLE = re.compile(
    rf"^{_ROLE_WORDS}(?:[\s-]+(?:of\s+|for\s+|at\s+|in\s+)?\S+){{0,4}}$", re.IGNORECASE
)
_ROLE_BEHIND = re.compile(rf"(?:\s+{_ROLE_WORDS})+$", re.IGNORECASE)
_DEGREE = re.compile(r"^(?:[A-Z]{2,4}|Ph\.?D\.?|M\.?D\.?|M\.?Sc\.?|B\.?A\.?|Dr\.?|Jr\.?|Esq\.?)$")
_SENTENCE = re.compile(
    r"\b(?:is|was|has|have|who|where|when|writes|covers|joined|lives|loves|works)\b"
)
_NOBODY = frozenset((
    "admin", "administrator", "editor", "editors", "author", "webmaster", "user", "root", "guest", "unknown",
    "anonymous", "none", "null", "staff", "test", "redaktion", "redaccion", "redazione", "redakcja",
    "redaction", "newsroom", "webredaktion", "online", "team", "desk", "superuser", "moderator", "publisher",
    "wordpress", "posted", "last", "print", "get", "our", "home", "by", "written", "管理员", "编辑", "匿名",
))  # fmt: skip
_ORGANISATION = re.compile(
    r"\b(?:staff|desk|news|agency|agencies|editorial|team|bureau|press|redaktion|redacción|redaction|rédaction|"
    r"redazione|reporters?|correspondents?|times|post|daily|journal|magazine|media|editors?|newsroom|wire|"
    r"services?|reuters|afp|dpa|apa|ansa|efe|tass|xinhua|ap|board|network|tv|radio)\b",
    re.IGNORECASE,
)


def names_in(text: str, *, is_list: bool = True) -> list[str]:
    """The names that a byline or a stated author gives; empty where it is no byline."""
    text = _BY.sub("", typography.settle(text)).strip(_EDGES)
    if len(text) > 200 or (len(text) > 30 and _SENTENCE.search(text)):
        return []
    parts = (
        _AND.split(text) if is_list and not (is_organisation(text) and "," not in text) else [text]
    )
    names = []
    for number, part in enumerate(parts[:20]):
        name = _TRAILER.sub("", _BY.sub("", part.strip())).strip(_EDGES)
        name = _ROLE_BEHIND.sub("", name).strip(_EDGES) or name
        if number and _DEGREE.match(name) and not is_organisation(name):
            continue
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
    if text.casefold() in _NOBODY or _ROLE.match(text) or any(mark in text for mark in "()[]|"):
        return False
    if text.casefold() in AGENCIES:
        return True
    return any(word[0].isupper() or ord(word[0]) > 0x24F for word in text.split())


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
