"""Names of authors in bylines and in what is stated.

Knows how bylines are written. Must not know where on a page they stood.
"""

import re
from collections.abc import Iterable, Sequence

from pipeline.text import typography

_BY = re.compile(
    r"^\W*(?:(?:written|story|words|text|reported|posted|interview|analysis|opinion|report|review|recipe|"
    r"column|articles?|guest post|contributed)?\s*"
    r"(?:by|von|par|por|di|door|av|af|przez|от|autor|autora|author|authors|auteur|redaktör|text|texte|testo|"
    r"作者|记者|記者|撰文|文)\b\s*[:：]?|(?:作者|记者|記者|文)\s*[:：|／/])\s*",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\s*(?:[;|•·/＋+、，]|,(?!\s*(?:jr|sr|ph\.?d|m\.?d|ii|iii)\b)|\s(?:and|und|et|y|e|och|og|en|i|и|und|with|"
    r"mit)\s|\s?&\s?|\n)\s*",
    re.IGNORECASE,
)
_MONTHS = (
    r"(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:\w*day)?|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|"
    r"june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_TRAILER = re.compile(
    r"\s*(?:[,|–—-]\s+|\s+(?:for|in|at|of)\s+(?=[A-Z])|\s\(?\d|\s@|"
    rf"\s(?:on\s+)?(?:{_MONTHS})\b[.,]{{0,2}}(?:\s+\d|$)|"
    r"\s(?:last updated|published|posted|updated|modified|is an?|has been|covers|writes|skrifar|twitter|follow)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_OTHER_WORK = re.compile(
    r"\b(?:(?:copy\s?|fact[\s-]?)?(?:edited|checked|reviewed|illustrat\w+|photo\w*|pictures?|images?|video|translat\w+|"
    r"produced|design(?:ed)?|art(?:work)?|research(?:ed)?|additional \w+|contributions?|contributed|foto\w*|fotos?|"
    r"traduit|traducción|bearbeitet|redigert|graphics?|animations?|narrated)"
    r"(?:\s+(?:and|&)\s+\w+)?\s+(?:by|from|von|par|por|di|av)\b|foto\w*\s*:|photos?\s*:).*$",
    re.IGNORECASE | re.DOTALL,
)
AGENCIES = frozenset((
    "reuters", "ap", "afp", "dpa", "apa", "ansa", "efe", "tass", "xinhua", "kyodo", "bloomberg", "pti", "ani",
    "ians", "upi", "aap", "sid", "belga", "anp", "ritzau", "ntb", "tt", "keystone-sda", "lusa", "yonhap",
    "interfax",
))  # fmt: skip
"""News agencies as bylines and credit lines name them, casefolded."""

_DIGIT = re.compile(r"\d")
_LONGEST_LIST = 500
_LONGEST_PART = 150  # of a name and what follows it
_SHORTEST_SENTENCE = 30
_MOST_PIECES = 40
_AGENCY_BEHIND = re.compile(
    r"(\w+\s\S+)\s+(?:The\s)?(?:Associated Press|Canadian Press|Press Association|Reuters|AP)$"
)
_ASIDE = re.compile(r"\s*\([^()]{0,40}\)|\s*\(.*$", re.DOTALL)
_FULL_NAME = re.compile(r"[^\W\d_a-z][\w.'’-]*(?:\s[^\W\d_a-z][\w.'’-]*){1,3}$")
_CONNECTOR = re.compile(r"(?:[,;&、，]|(?:and|und|et|y|e|och|og|en|i|with|mit)\b)", re.IGNORECASE)
_CONNECTED = re.compile(r"(?:[,;&、，]|\s(?:and|und|et|y|e|och|og|en|i|with|mit))$", re.IGNORECASE)
_DATE_WORD = re.compile(rf"(?:{_MONTHS})\.?$", re.IGNORECASE)
_NAME_WORD = re.compile(r"[A-ZÀ-ÖØ-Þ][^\W\d_]+(?:[-'’][^\W\d_]+)*$")
# A newsroom whose name holds digits or is an address: "Channel 9 News", "harbour.example"
_OFFICE = re.compile(
    r"(?:[A-Z0-9]\w*(?:\s\w+)?\s(?:Staff|Redaktion|News|Newsroom|Team|Desk|Online)|[\w-]{2,30}\.[a-z]{2,4})$"
)
_EDGES = " :,;|-–—·•/"
_NOT_A_NAME = re.compile(
    r"https?:|www\.|\bby\b|\.(?:com|org|net|de|fr|co|uk)\b|@|\d|[<>{}=_#]|\b(?:follow|share|read|more|subscribe|"
    r"published|updated|publié|mis à jour|aktualisiert|veröffentlicht|publicado|"
    r"actualizado|aggiornato|oppdatert|uppdaterad|minutes?|comments?|view|profile|email|click|photo|image|reuters/|bio|advertisement|"
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
_DEGREE = re.compile(
    r"^(?:[A-Z]{2,5}®?|(?:[A-Z]\.){2,4}|(?:Ph|Psy|Ed|Pharm|M|B|J|D)\.?\s?[A-Z][a-z]{0,2}\.?|M\.?Sc\.?|Dr\.?|Jr\.?|Sr\.?|Esq\.?|I{2,3}|C[A-Z][A-Za-z]{1,3}®?)$"
)
_DEGREES_BEHIND = re.compile(
    r"(?:\s+(?:M\.?S\.?|M\.?D\.?|M\.?A\.?|Ph\.?D\.?|R\.?[ND]\.?|M\.?P\.?H\.?|MBA|RDN|LDN?|MSW|LCSW|DVM|CFP®?|CPA|JD|DO|FAAD))+$"
)
_SENTENCE = re.compile(
    r"\b(?:is|was|has|have|who|where|when|writes|covers|joined|lives|loves|works)\b"
)
_NOBODY = frozenset((
    "admin", "administrator", "editor", "editors", "author", "webmaster", "user", "root", "guest", "unknown",
    "anonymous", "undefined", "none", "null", "staff", "test", "redaktion", "redaccion", "redazione", "redakcja",
    "redaction", "newsroom", "webredaktion", "online", "team", "desk", "superuser", "moderator", "publisher",
    "wordpress", "agencies", "agenturen", "posted", "last", "no.", "print", "get", "our", "home", "by", "written",
    "筆者", "この記事の筆者", "著者", "プロフィール", "管理员", "编辑", "匿名",
))  # fmt: skip
_ORGANISATION = re.compile(
    r"\b(?:staff|desk|news|agency|agencies|editorial|team|bureau|press|redaktion|redaktionen|redacción|redaccion|"
    r"redaction|rédaction|redazione|redakcja|redactie|reporters?|correspondents?|times|post|daily|journal|magazine|"
    r"media|editors?|newsroom|wire|services?|reuters|afp|dpa|apa|ansa|efe|tass|xinhua|ap|board|network|tv|radio|"
    r"telegram|gazette|tribune|herald|chronicle|observer|examiner|dispatch|inquirer|zeitung|nachrichten|anzeiger|"
    r"kurier|verlag|presse|agence|agencia|agenzia|ajansı|haber|association|institute|university|college|foundation|"
    r"department|ministry|committee|council|society|center|centre|group|inc|llc|ltd|gmbh|corporation|company|"
    r"contributors?|special to|with agencies|online)\b|通信|新闻|新聞|编辑部|編輯部|社$",
    re.IGNORECASE,
)


def names_in(text: str, *, is_list: bool = True, is_stated: bool = False) -> list[str]:
    """The names that a byline or a stated author gives; empty where it is no byline.

    Args:
        text: the byline or the statement.
        is_list: it may give several names.
        is_stated: it was stated as an author's name, which may then be written in small letters.
    """
    if len(text) > _LONGEST_LIST:
        return []
    text = _OTHER_WORK.sub("", _BY.sub("", typography.settle(text)).strip(_EDGES)).strip(_EDGES)
    if len(text) > _SHORTEST_SENTENCE and _SENTENCE.search(text):
        return []
    is_one = not is_list or (is_organisation(text) and "," not in text)
    names: list[str] = []
    is_dated = False
    for number, part in enumerate([text] if is_one else _AND.split(text)[:20]):
        part = part[:_LONGEST_PART]  # noqa: PLW2901
        name = _TRAILER.sub("", _BY.sub("", _ASIDE.sub("", part).strip())).strip(_EDGES)
        name = _DEGREES_BEHIND.sub("", _AGENCY_BEHIND.sub(r"\1", name))
        bare = _ROLE_BEHIND.sub("", name).strip(_EDGES)
        if bare != name and bare.isascii() and " " not in bare:
            if number:  # "Ada Lund, Post Reporter"
                continue
            bare = name
        if number and _DEGREE.match(bare) and bare.casefold() not in AGENCIES:
            continue
        if is_dated and not _BY.match(part):  # "2 March 2026 | City"
            continue
        if is_name(bare, is_stated=is_stated):
            names.append(bare)
        elif not names and not is_stated and _DIGIT.search(part):
            is_dated = True
    return names


def names_of(pieces: Sequence[str]) -> list[str]:
    """The names in a byline that is set from pieces.

    What follows a name without "and" or a comma is a role, a place or a date; who edited or drew is no author.
    """
    if len(pieces) > 2 and all(_FULL_NAME.match(piece) and is_name(piece) for piece in pieces):
        return list(pieces)
    names: list[str] = []
    is_other = is_open = False
    for piece in _rejoined([p for p in pieces[:_MOST_PIECES] if len(p) <= _LONGEST_LIST]):
        says_by = bool(_BY.match(f"{piece} "))
        if says_by:
            is_other, is_open = False, True
        elif _OTHER_WORK.match(piece):
            is_other = True
        if _CONNECTOR.match(piece):
            is_open = True
        if is_other or (names and not is_open):
            continue
        found = names_in(piece)
        names.extend(found)
        if found:
            is_open = bool(_CONNECTED.search(piece))
    return names


def _rejoined(pieces: Sequence[str]) -> list[str]:
    """Pieces with first and last names that are set apart put together again."""
    joined: list[str] = []
    was_word = False
    for piece in pieces:
        is_word = bool(_NAME_WORD.match(piece)) and piece.casefold() not in _NOBODY
        if was_word and is_word:
            joined[-1] += f" {piece}"
            was_word = False
            continue
        joined.append(piece)
        was_word = is_word and not _BY.match(f"{piece} ")
    return joined


def is_byline(text: str) -> bool:
    """Whether a short text begins as bylines do and names somebody."""
    return len(text) <= 160 and bool(_BY.match(text)) and bool(names_in(text))


def is_name(text: str, *, is_stated: bool = False) -> bool:
    """Whether a text can be the name of a person or an organisation: short, without addresses and digits."""
    if not 1 < len(text) <= 60 or len(text.split()) > 6 or _NOT_A_NAME.search(text):
        return bool(_OFFICE.match(text)) if len(text) <= 60 else False
    if (
        text.casefold() in _NOBODY
        or _DATE_WORD.match(text)
        or _ROLE.match(text)
        or any(mark in text for mark in "()[]|")
    ):
        return False
    if text.casefold() in AGENCIES:
        return True
    if is_stated and len(text) > 2:
        return "." not in text or " " in text or bool(_OFFICE.match(text))
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
    """The names that are not what the site calls itself, alone or with the name of one of its offices behind it."""
    own = {typography.fold(name).replace(" ", "") for name in site_names}
    return [name for name in names if not _is_own(name, own)]


def _is_own(name: str, own: set[str]) -> bool:
    folded = typography.fold(name)
    first = name.split(maxsplit=1)[0] if name else ""
    return folded.replace(" ", "") in own or (first.isupper() and first.casefold() in own)


def distinct_texts(texts: Iterable[str]) -> tuple[str, ...]:
    """Texts once each, in order."""
    return tuple({typography.fold(text): text for text in texts if text}.values())
