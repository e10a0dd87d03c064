"""Which charset bytes are written in, by the letters that languages write most.

Knows alphabets. Must not know pages, nor what they declare. Sees a bounded sample; the same bytes give the same answer.
"""

import re
from collections import Counter
from functools import cache

SAMPLE = 8_192
"""Bytes looked at: the stretches of text that are not ASCII; markup would drown them."""

_RUN = re.compile(
    rb"[\x80-\xff](?:[\x20-\x3b\x3d\x3f-\x7e]{0,2}[\x80-\xff])*[\x20-\x3b\x3d\x3f-\x7e]?"
)
_SAMPLE_WIDE = 3_000  # bytes
_IN_ROW = re.compile(rb"[\x80-\xff](?=[\x80-\xff])")
_ENOUGH = 6  # foreign bytes from which letters tell anything
_LIKELY = 0.6
_ERRORS = 0.01
_FEW = 30  # below, one of the charsets that add letters to ASCII is as likely as another: the commonest is taken
# Marks of print are no letters, but what a page without foreign letters has.
_QUOTES = frozenset("“”„‘’–—…•")
_SIGNS = frozenset("\u00a0«»‚‹›·©®™§°€£\u00ad")
_SIGN_BYTES = frozenset(
    (*range(0x91, 0x98), 0x84, 0x85, 0xA0, 0xAB, 0xBB)
)  # what most charsets of Windows write them by
_MIXED = 0.9  # of the fit, where the letters are of several languages

_WESTERN = (
    "éèêëàâçùûüôöîïœæÿ", "äöüß", "áéíóúñü¿¡ºª", "ãõáéíóúâêôàçºª", "åäöæøé", "àèéìíòóùú", "áéíóúýðþæö", "éëïóöèá",
    "àèéíïòóúüç",
)  # fmt: skip
_LATIN = {
    "cp1252": _WESTERN,
    "cp1250": (
        "ěščřžýáíéúůďťňó", "ąćęłńóśźż", "áéíóöőúüű", "ăâîșşțţ", "čćžšđ", "áäčďéíĺľňóôŕšťúýž",
    ),
    "cp1254": ("çğıİöşüâî", "əçğıİöşü"),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž"),
    "cp1258": ("ăâđêôơưáàéèíìóòúù\u0300\u0301\u0303\u0309\u0323",),
    "mac_roman": _WESTERN[:5],
    "iso8859_2": (
        "ěščřžýáíéúůďťňó", "ąćęłńóśźż", "áéíóöőúüű", "ăâîşţ", "čćžšđ", "áäčďéíĺľňóôŕšťúýž",
    ),
    "iso8859_13": ("ąčęėįšųūž", "āčēģīķļņšūž"),
    "iso8859_3": ("ċġħżàèìòù", "ĉĝĥĵŝŭ"),
    "iso8859_15": (*_WESTERN, "äöüõšž"),
}  # fmt: skip
"""Alphabets by codec, likeliest first: of two that fit alike the first is taken."""

_ALL_WESTERN = frozenset("".join(_WESTERN) + "".join(_WESTERN).upper())
_CYRILLIC = (
    "оеаинтсрвлкмдпуяыьгзбчйх",
    "оаиіентврслкмдпуязьбгїє",
    "аоиетнрвсдклпзмъугбчя",
    "аоиејнрстувкдмљњћђчшж",
)
_OTHER = {
    "cp1251": _CYRILLIC,
    "koi8_r": _CYRILLIC[:1],
    "koi8_u": _CYRILLIC[1:2],
    "iso8859_5": _CYRILLIC,
    "cp866": _CYRILLIC[:1],
    "mac_cyrillic": _CYRILLIC[:2],
    "cp1253": ("αοιετσνηυρπκμλςωόίάέήύώθδγχ",),
    "iso8859_7": ("αοιετσνηυρπκμλςωόίάέήύώθδγχ",),
    "cp1255": ("יוהלאתרבמשנעםדקחפןכצגטסז",),
    "iso8859_8": ("יוהלאתרבמשנעםדקחפןכצגטסז",),
    "cp1256": ("اليمنوترةبعدسفكقهحجشطصأىخضزإءغئثذ", "اایرندهمتوسبکشگزلخفقعحپجچطصض"),
    "iso8859_6": ("اليمنوترةبعدسفكقهحجشطصأىخضزإءغئثذ",),
    "cp874": ("านรอกเงคมยลวดทสตะปบคหแพจชขใไโ็่้์ัิีุู",),
}
_WIDE = {
    "euc_jp": "のにをはがとでしていたるなかられもすりくっまこさあ、。",
    "cp932": "のにをはがとでしていたるなかられもすりくっまこさあ、。",
    "big5hkscs": "的一是不在有人了我這中大國上個為來以和們時到說會地要出就也年對生可後能成，。",
    "gb18030": "的一是不在有人了我这中大国上个为来以和们时到说会地要出就也年对生可后能成，。",
    "cp949": "이다는에의을를가고은한하지로서도기사있대인자정시그나리것해전수",
}
_USUAL_SHARE = 0.2  # of these characters in a text of their language


class Sample:
    """Stretches of text that are not ASCII, counted once for all charsets."""

    def __init__(self, stretches: bytes) -> None:
        self.bytes = stretches[:SAMPLE]
        self.counts = [(byte, count) for byte, count in Counter(self.bytes).items() if byte > 0x7F]
        self.foreign = sum(count for _, count in self.counts)
        self.letters = sum(count for byte, count in self.counts if byte not in _SIGN_BYTES)
        self.in_rows = len(_IN_ROW.findall(self.bytes)) / max(self.foreign, 1)


def sample_of(body: bytes) -> Sample:
    """The first stretches of a body that are not ASCII."""
    runs: list[bytes] = []
    size = 0
    for match in _RUN.finditer(body):
        runs.append(match.group())
        size += len(runs[-1]) + 1
        if size > SAMPLE:
            break
    return Sample(b" ".join(runs))


def likeliest(sample: Sample) -> str | None:
    """The codec in which the sample reads as some language; None where none is likely."""
    if sample.foreign < _ENOUGH:
        return None
    best, best_fit = None, 0.0
    for name in (*_WIDE, *_OTHER, *_LATIN):
        if sample.letters < _FEW and name in _LATIN and name != "cp1252":
            continue
        found = fit(sample, name)
        if found > best_fit + 0.005:
            best, best_fit = name, found
    return best if best_fit >= _LIKELY else None


def is_known(name: str) -> bool:
    """Whether there are letters to judge this charset by."""
    return name in _WIDE or name in _OTHER or name in _LATIN


def fit(sample: Sample, name: str) -> float:
    """How well the sample reads in this charset: 1 where every letter is of one language, 0 where none is."""
    if name in _WIDE:
        return _fit_wide(sample, name)
    table = _table(name)
    letters: Counter[str] = Counter()
    for byte, count in sample.counts:
        letters[table[byte - 0x80]] += count
    for sign in _SIGNS.intersection(letters):
        del letters[sign]
    quotes = sum(letters.pop(sign) for sign in _QUOTES.intersection(letters))
    total = letters.total() + quotes
    if not total:
        return 0.0
    usual = [
        sum(count for letter, count in letters.items() if letter in alphabet)
        for alphabet in _alphabets(name)
    ]
    if name == "cp1252":
        usual.append(
            int(_MIXED * sum(letters[letter] for letter in _ALL_WESTERN.intersection(letters)))
        )
    # Letters that are added to ASCII's stand alone among these; those of another script stand in rows.
    neighbours = 1.7 - 2 * sample.in_rows if name in _LATIN else 2 * sample.in_rows
    return (max(usual) + quotes) / total * min(1.0, max(0.0, neighbours))


@cache
def _table(name: str) -> str:
    return "".join(bytes((byte,)).decode(name, "replace") for byte in range(0x80, 0x100))


@cache
def _alphabets(name: str) -> tuple[frozenset[str], ...]:
    # Capitals are rare where a whole alphabet is foreign: there, many of them are another charset's small letters.
    if name in _LATIN:
        return tuple(frozenset(letters + letters.upper()) for letters in _LATIN[name])
    return tuple(frozenset(letters) for letters in _OTHER[name])


def _fit_wide(sample: Sample, name: str) -> float:
    counts = Counter(sample.bytes[:_SAMPLE_WIDE].decode(name, "replace"))
    foreign = sum(count for char, count in counts.items() if char > "\x7f")
    if counts["\ufffd"] > 2 + foreign * _ERRORS or not foreign:
        return 0.0
    usual = sum(counts[char] for char in _WIDE[name])
    return min(1.0, usual / foreign / _USUAL_SHARE)
