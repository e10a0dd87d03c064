"""The names of charsets, as browsers know them, and the codecs that read them.

Knows the labels of the WHATWG Encoding Standard. Must not know pages. A label that browsers do not know names nothing:
Python's own names would let a page be read as UTF-7 or as escapes.
"""

import codecs
import re
from collections.abc import Callable

_LABELS = {
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
    "cp866": "866 cp866 csibm866 ibm866",
    "iso8859_2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2",
    "iso8859_3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3",
    "iso8859_4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4",
    "iso8859_5": "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988",
    "iso8859_6": (
        "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e "
        "iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987"
    ),
    "iso8859_7": (
        "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7 "
        "iso_8859-7:1987 sun_eu_greek"
    ),
    "iso8859_8": (
        "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 "
        "iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical"
    ),
    "iso8859_10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso8859_13": "iso-8859-13 iso8859-13 iso885913",
    "iso8859_14": "iso-8859-14 iso8859-14 iso885914",
    "iso8859_15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9",
    "iso8859_16": "iso-8859-16",
    "koi8_r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8_u": "koi8-ru koi8-u",
    "mac_roman": "csmacintosh mac macintosh x-mac-roman",
    "cp874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "cp1250": "cp1250 windows-1250 x-cp1250",
    "cp1251": "cp1251 windows-1251 x-cp1251",
    "cp1252": (
        "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 "
        "iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252"
    ),
    "cp1253": "cp1253 windows-1253 x-cp1253",
    "cp1254": (
        "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 "
        "windows-1254 x-cp1254"
    ),
    "cp1255": "cp1255 windows-1255 x-cp1255",
    "cp1256": "cp1256 windows-1256 x-cp1256",
    "cp1257": "cp1257 windows-1257 x-cp1257",
    "cp1258": "cp1258 windows-1258 x-cp1258",
    "mac_cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc_jp": "cseucpkdfmtjapanese euc-jp x-euc-jp",
    "iso2022_jp_ext": "csiso2022jp iso-2022-jp",
    "cp932": "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis",
    "cp949": (
        "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 "
        "windows-949"
    ),
    # Browsers refuse these for the sake of scripts; to a text they are harmless.
    "iso2022_kr": "csiso2022kr iso-2022-kr",
    "hz": "hz-gb-2312",
}
# Declared by a page that ASCII can be read from, UTF-16 is not what it is written in.
_WIDE = "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff unicodefffe utf-16 utf-16be utf-16le"
CODECS = {label: name for name, labels in _LABELS.items() for label in labels.split()} | {
    **dict.fromkeys(_WIDE.split(), "utf-8"),
    "x-user-defined": "cp1252",
}
"""What each label that browsers know is read by."""

_IN_HEADER = re.compile(r"""(?:^|;)\s*charset\s*=\s*["']?\s*([\w.:+-]{1,40})""", re.IGNORECASE)
_DECLARATION = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(?:script|style|noscript|title)[\s>].*?(?:</|\Z)|"
    rb"<meta[\s/]([^<>]{0,2000})|<\?xml\s([^<>]{0,300})|<body",
    re.IGNORECASE | re.DOTALL,
)
_IN_META = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:+-]{1,40})""", re.IGNORECASE)
_IN_XML = re.compile(rb"""encoding\s*=\s*["']\s*([\w.:+-]{1,40})""", re.IGNORECASE)
_C1 = re.compile("[\x80-\x84\x86-\x9f]")
_DECLARED_BYTES = 100_000  # browsers read 1,024, then change their mind at a later declaration

LATIN = frozenset((
    "cp1250", "cp1252", "cp1254", "cp1257", "cp1258", "iso8859_2", "iso8859_3", "iso8859_4", "iso8859_10", "iso8859_13",
    "iso8859_14", "iso8859_15", "iso8859_16", "mac_roman",
))  # fmt: skip
"""Codecs of alphabets that add marked letters to ASCII's own."""

WIDE = frozenset(
    ("gb18030", "big5hkscs", "euc_jp", "iso2022_jp_ext", "cp932", "cp949", "iso2022_kr", "hz")
)
"""Codecs of scripts that need several bytes a character."""


def codec(label: str) -> str | None:
    """The codec for a label, as browsers take it: `gb2312` is its superset. None for what they do not know."""
    return CODECS.get(label.strip().lower())


def of_header(content_type: str | None) -> str | None:
    """The codec that a Content-Type header names."""
    match = _IN_HEADER.search(content_type[:1000]) if content_type else None
    return codec(match[1]) if match else None


def declared(body: bytes) -> str | None:
    """The codec that the page itself declares, in a meta element or an XML declaration; comments declare nothing."""
    for match in _DECLARATION.finditer(body[:_DECLARED_BYTES]):
        found = None
        if match[1] is not None:
            found = _IN_META.search(match[1])
        elif match[2] is not None:
            found = _IN_XML.search(match[2])
        if found and (name := codec(found[1].decode("ascii", "replace"))):
            return name
    return None


def decoded(body: bytes, name: str) -> tuple[str, int]:
    """The text, and how many bytes make no sense in this charset; they read U+FFFD or are dropped as controls."""
    text = body.decode(name, _FORGIVING.get(name, "replace"))
    errors = text.count("\ufffd")
    if name in LATIN and _C1.search(text):
        text, controls = _C1.subn("", text)
        errors += controls
    return text, errors


def _forgiving(
    more: Callable[[bytes], tuple[str, int]],
) -> Callable[[UnicodeError], tuple[str, int]]:
    def handle(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        text, size = more(error.object[error.start : error.start + 2])
        return text, error.start + size

    return handle


def _row_13(pair: bytes) -> tuple[str, int]:
    """EUC-JP as browsers read it has the circled numbers and units that Python leaves to Windows' charset."""
    if len(pair) == 2 and pair[0] == 0xAD and 0xA1 <= pair[1] <= 0xFC:
        trail = pair[1] - 0xA1
        shifted = bytes((0x87, 0x40 + trail + (trail >= 0x3F)))
        return shifted.decode("cp932", "replace"), 2
    return "\ufffd", 1


def _c1(pair: bytes) -> tuple[str, int]:
    """Bytes without a character are controls to browsers."""
    return (chr(pair[0]), 1) if pair[0] < 0xA0 else ("\ufffd", 1)


def _euro(pair: bytes) -> tuple[str, int]:
    return ("€", 1) if pair[0] == 0x80 else ("\ufffd", 1)


codecs.register_error("morgue-row-13", _forgiving(_row_13))
codecs.register_error("morgue-c1", _forgiving(_c1))
codecs.register_error("morgue-euro", _forgiving(_euro))
_FORGIVING = {"euc_jp": "morgue-row-13", "gb18030": "morgue-euro"} | dict.fromkeys(
    (name for name in LATIN if name.startswith("cp")), "morgue-c1"
)
