"""The words that say what the date beside them is: when a text was published, when it was changed, or something else.

Knows the words of news sites in many languages and the names that their markup uses. Must not know dates.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

Label = Literal["published", "modified", "other", ""]

# How words begin, in small letters; those of languages with prefixes or without spaces stand anywhere.
_MODIFIED = (
    "updat", "modif", "edited", "revised", "reviewed", "amended", "aktuali", "geändert", "bearbeitet",
    "zuletzt", "änderung", "actuali", "atuali", "editad", "aggiorn", "bijgewerkt", "gewijzigd", "opdater",
    "oppdater", "uppdater", "ändrad", "senast", "endret", "päivitet", "muokattu", "обновл", "изменен", "оновл",
    "змінен", "zaktuali", "upraven", "frissít", "módosít", "güncelle", "ενημέρωσ", "ενημερώ",
    "diperbarui", "dikemas", "cập",
    "posodob", "ažurir", "ажурир", "освеж", "atnaujin", "atjaun", "muudet", "uuendat",
)  # fmt: skip
_MODIFIED_ANYWHERE = (
    "à jour",
    "به‌روز",
    "به روز",
    "更新",
    "修改",
    "อัปเดต",
    "อัพเดต",
    "แก้ไข",
    "تحديث",
    "تعديل",
    "עודכן",
    "עדכון",
    "אחרון",
    "수정",
    "업데이트",
    "अपडेट",
    "আপডেট",
)
_PUBLISHED = (
    "publi", "pubbli", "posted", "postad", "veröffentlich", "erschienen", "erstellt", "eingestellt", "verfasst",
    "gepubliceerd", "geplaatst", "udgiv", "julkaistu", "опублик", "создан", "размещ", "дата", "opublik",
    "zveřejn", "közzé", "megjelent", "yayın", "giriş", "eklenme", "oluştur", "δημοσ",
    "diterbit", "đăng", "objavlj", "objavil", "paskelbt",
    "avaldatud", "created", "filed", "written", "datum", "fecha", "released", "issued", "submitted",
)  # fmt: skip
_PUBLISHED_ANYWHERE = (
    "发布",
    "發布",
    "發佈",
    "发表",
    "公開",
    "掲載",
    "配信",
    "投稿",
    "เผยแพร่",
    "date:",
    "date :",
    "نشر",
    "פורסם",
    "פרסום",
    "منتشر",
    "입력",
    "등록",
    "게시",
    "प्रकाशित",
    "প্রকাশ",
)
_OTHER = (
    "copyright", "expire", "expiry", "deadline", "valid", "born", "birth", "geboren", "event", "since", "seit",
    "depuis", "joined", "member", "version", "termin", "anmelde", "founded", "gegründet", "retrieved",
    "accessed", "abgerufen",
)  # fmt: skip
_OTHER_ANYWHERE = ("©", "(c)", "all rights")
_WORD = re.compile(r"[^\W\d_]{2,}")
_DIGITS = re.compile(r"\d\D{0,3}\d")
_MOST_WORDS = 40

_NAMED = (
    "date", "publi", "posted", "updat", "modif", "stamp", "datum", "fecha", "created", "byline", "pubdat", "zeit",
    "hora",
)  # fmt: skip
_NAMED_BY_REGEX = re.compile(r"time(?!line)|data(?:$|[-_ ]pub)|meta(?:$|[-_ ])")
_NAMED_PUBLISHED = (
    "publi", "posted", "created", "post-date", "postdate", "entry-date", "pubdate", "issued",
)  # fmt: skip
_NAMED_MODIFIED = ("modif", "updat", "aktuali", "edited", "revis")


def label_of(words: str) -> Label:
    """What words say of the date beside them: the first of them that says anything."""
    if not words or not (labels := list(_labels(words))):
        return ""
    return "other" if any(label == "other" for _, label in labels) else labels[0][1]


def _labels(text: str) -> Iterator[tuple[int, Label]]:
    """The words of a text that say what a date is, and where they stand."""
    low = text.casefold()
    found: list[tuple[int, Label]] = []
    for count, match in enumerate(_WORD.finditer(low)):
        word = match.group()
        if word.startswith(_MODIFIED):
            found.append((match.start(), "modified"))
        elif word.startswith(_PUBLISHED):
            found.append((match.start(), "published"))
        elif word.startswith(_OTHER):
            found.append((match.start(), "other"))
        if count > _MOST_WORDS:
            break
    anywhere: tuple[tuple[tuple[str, ...], Label], ...] = (
        (_MODIFIED_ANYWHERE, "modified"),
        (_PUBLISHED_ANYWHERE, "published"),
        (_OTHER_ANYWHERE, "other"),
    )
    for words, label in anywhere:
        found.extend((low.index(part), label) for part in words if part in low)
    return iter(sorted(found))


def parts(text: str) -> list[tuple[Label, str]]:
    """A line that tells of several dates ("Published 1 May, updated 3 May"), cut before each label that has one."""
    cuts: list[tuple[int, Label]] = [(0, "")]
    for start, label in _labels(text):
        begun, known = cuts[-1]
        is_dated = _DIGITS.search(text, begun, start) is not None
        if not is_dated and not known:
            cuts[-1] = (begun, label)
        elif is_dated and label != known:
            cuts.append((start, label))
    ends = [start for start, _ in cuts[1:]] + [len(text)]
    return [(label, text[start:end]) for (start, label), end in zip(cuts, ends, strict=True)]


@lru_cache(maxsize=5000)
def is_dated(names: str) -> bool:
    """Whether an element of this class, id or property holds a date."""
    low = names.lower()
    return any(word in low for word in _NAMED) or bool(_NAMED_BY_REGEX.search(low))


@lru_cache(maxsize=5000)
def label_named(names: str) -> Label:
    """What the name of an element says of the date in it."""
    low = names.lower()
    if any(word in low for word in _NAMED_PUBLISHED):
        return "published"
    return "modified" if any(word in low for word in _NAMED_MODIFIED) else ""
