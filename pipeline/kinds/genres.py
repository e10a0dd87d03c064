"""What sort of article or copy of it a page is: live, an opinion, behind a paywall, an AMP or print copy.

Knows how pages and addresses say so. Must not know the text's meaning.
"""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, urlsplit

from pipeline.kinds import walls
from pipeline.markup.page import Page
from pipeline.reading import Block, Reason
from pipeline.text import typography

_LIVE = re.compile(
    r"/live(?:blog|s|-?updates?)?/|live-?(?:blog|updates?|ticker|text)|(?:^|[/-])(?:en-direct|en-vivo|minuto-a-minuto|"
    r"in-diretta|diretta-live|ao-vivo|na-zywo|relacja-live|direktesending|direkterapport)(?:[/.-]|$)",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"/(?:opinions?|editorials?|columns?|columnists?|op-?eds?|comment(?:ary|isfree)?|views?|meinung|kommentare?|"
    r"kolumnen?|leitartikel|tribunes?|idees|debats|opinioni|editoriali|commenti|columnas?|opinie|opinioes|opiniao|"
    r"colunas?|publicystyka|felietony|leder|ledare|debatt|kronikk|kommentarer|mnenia?|opinions?-.{1,20}|yazarlar|"
    r"nazory|mielipide|velemeny)/",
    re.IGNORECASE,
)
_OPINION_SECTIONS = frozenset(map(typography.fold, (
    "opinion", "opinions", "editorial", "editorials", "op-ed", "op-eds", "comment", "commentary", "columns", "column",
    "columnists", "viewpoint", "viewpoints", "letters", "letters to the editor", "perspectives",
    "meinung", "meinungen", "kommentar", "kommentare", "kolumne", "kolumnen", "leitartikel", "glosse", "gastbeitrag",
    "opinie", "columns & opinie", "idées", "débats", "tribune", "tribunes", "chronique", "chroniques", "éditorial",
    "éditos", "édito", "opinión", "editoriales", "columna", "columnas", "tribuna", "opinioni", "editoriali", "commenti",
    "opinião", "colunas", "coluna", "editoriais", "opinii", "publicystyka", "felietony", "felieton",
    "komentarze", "názory", "komentáře", "ledare", "debatt", "krönika", "krönikor", "leder", "kronikk", "kommentarer",
    "debat", "mielipide", "pääkirjoitus", "vélemény", "мнения", "мнение", "колонки", "колонка", "думка", "погляди",
    "γνώμες", "απόψεις", "yazarlar", "köşe yazıları", "رأي", "آراء", "مقالات", "דעות", "یادداشت", "社説",
    "オピニオン", "评论", "評論", "社評", "社评", "观点", "오피니언", "사설", "칼럼", "opini", "quan điểm", "góc nhìn",
)))  # fmt: skip
_AMP_PATH = re.compile(r"(?:^|/)amp(?:/|$)|[./-]amp(?:\.html?)?/?$|^/amphtml/", re.IGNORECASE)
_AMP_KEYS = frozenset(("amp", "outputtype", "output", "view", "_amp"))
_PRINT_WORD = (
    r"(?:print(?:er|able|view|version|erfriendly)?|printer-friendly|drucken|druckversion|druckansicht|imprimir|"
    r"imprimer|stampa|tisk|drukuj|skriv-ut)"
)
_PRINT_PATH = re.compile(
    rf"(?:^|/){_PRINT_WORD}(?:/|\.\w+$|$)|[/_.-]{_PRINT_WORD}(?:\.\w{{2,5}})?/?$", re.IGNORECASE
)
_PRINT_KEYS = frozenset((
    "print", "printable", "printer", "printview", "printmode", "print_view", "pf", "drucken", "imprimir",
))  # fmt: skip
_PRINT_VALUES = frozenset(("print", "printable", "printer", "print-friendly", "druck", "drucken"))
_LAST_BLOCKS = 3
_LONGEST_ASKING = 300  # characters of a block that asks for a subscription


def is_live(url: str, types: Iterable[str]) -> bool:
    """Whether the article grows while something happens."""
    return any("LiveBlog" in name for name in types) or bool(_LIVE.search(_path(url)))


def is_opinion(url: str, *, types: Iterable[str], sections: Sequence[str]) -> bool:
    """Whether the article says what somebody thinks: by its type, its address, its section."""
    if any("Opinion" in name for name in types) or _OPINION.search(_path(url)):
        return True
    return any(typography.fold(name) in _OPINION_SECTIONS for name in sections[:3])


def is_paywalled(*, is_free: bool | None, blocks: Sequence[Block]) -> bool:
    """Whether the whole text is for those who pay: stated so, or asked for where the text ends."""
    if is_free is not None:
        return not is_free
    last = [b.text for b in blocks[-_LAST_BLOCKS:] if len(b.text) <= _LONGEST_ASKING]
    said = walls.in_text(last, wanted=Reason.LOGIN) if last else None
    return said is not None and said.reason is Reason.LOGIN


def is_amp(page: Page) -> bool:
    """Whether the page is the AMP copy of another."""
    if any(name in page.root.attrib for name in ("amp", "⚡")):
        return True
    own = _without_scheme(page.url)
    paired = any(_without_scheme(link) == own for link in page.links.get("amphtml", ()))
    named = bool(_AMP_PATH.search(_path(page.url))) or any(
        key.lower() in _AMP_KEYS and value.lower() in ("", "1", "amp", "true")
        and "amp" in (key.lower(), value.lower())
        for key, value in _query(page.url)
    )  # fmt: skip
    return (paired or named) and _is_copy(page)


def is_print(page: Page) -> bool:
    """Whether the page is the copy of another that is made for paper."""
    if "print()" in (page.body.get("onload") or "").replace(" ", "").replace("window.", ""):
        return True
    asked = any(
        (key.lower() in _PRINT_KEYS and value.lower() not in ("0", "false", "no"))
        or value.lower() in _PRINT_VALUES
        for key, value in _query(page.url)
    )
    return (asked or bool(_PRINT_PATH.search(_path(page.url)))) and _is_copy(page)


def _is_copy(page: Page) -> bool:
    """Whether the page names another address as its own, or none."""
    stated = page.links.get("canonical", ())
    return not stated or _without_scheme(stated[0]) != _without_scheme(page.url)


def _without_scheme(url: str) -> str:
    return url.partition("#")[0].rpartition("://")[2].removeprefix("www.").rstrip("/")


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _query(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query[:2000], keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return []
