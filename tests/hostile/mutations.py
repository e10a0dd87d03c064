"""Pages that were never meant to be read: what a page becomes when bytes, tags, charsets and authors go wrong.

Knows how to spoil a page, the same way for the same dice. Must not know any reader.
"""

import json
import random
import re
from collections.abc import Callable, Sequence

LD = b'<script type="application/ld+json">'
END = b"</script>"
Mutation = Callable[[bytes, random.Random, Sequence[bytes]], bytes]

_TAG = re.compile(rb"<[^>]{1,2000}>")
_ATTRIBUTE = re.compile(rb'="[^"]{0,2000}"')
_TEXT = re.compile(rb">[^<]{1,5000}<")
_MARKS = re.compile(rb"</(?:p|h1|h2|li|time|figcaption|title|a|span|div|td)>")
_CHARSETS = (
    *("utf-8", "windows-1252", "iso-8859-2", "windows-1251", "koi8-r", "shift_jis", "euc-jp", "gb18030"),
    *("big5", "euc-kr", "iso-2022-jp", "utf-16le", "utf-16be", "utf-7", "x-user-defined", "no-such", ""),
)  # fmt: skip

_ODD_VALUES: tuple[object, ...] = (
    *(None, True, 1e308, -1, [], {}, "", [[[]]], {"@type": {"@type": []}}, "\ud800"),
)
_STATED = (
    *("@type", "@graph", "@id", "headline", "author", "datePublished", "dateModified", "image"),
    *("publisher", "articleBody", "keywords", "articleSection", "isAccessibleForFree"),
)

HOSTILE_STRINGS: dict[str, str] = {
    "spaces": " " * 100_000,
    "no-break spaces": "\u00a0" * 50_000,
    "line ends": "\n" * 100_000,
    "tabs and line ends": "\t\n" * 40_000,
    "open brackets": "(" * 60_000,
    "nested brackets": "([{" * 20_000 + ")]}" * 20_000,
    "by by by": "by " * 30_000,
    "names": "By Ada Lund and " * 6_000,
    "commas": "Ada Lund, " * 10_000,
    "name parts": "Ada-Bo O'" * 10_000,
    "dates": "1-1-1-" * 20_000,
    "digits": "1" * 100_000,
    "digits and dots": "1." * 50_000,
    "times": "2026-01-01T" * 9_000,
    "months": "Jan 1 " * 15_000,
    "clocks": "12:" * 30_000,
    "one letter": "a" * 100_000,
    "one capital": "A" * 100_000,
    "camels": "aB" * 50_000,
    "dots": "." * 100_000,
    "dashes": "-" * 100_000,
    "long dashes": "\u2014 " * 30_000,
    "bars": " | " * 30_000,
    "quotes": "\"'" * 50_000,
    "entities": "&amp;" * 20_000,
    "entities in entities": "&amp;amp;" * 12_000,
    "open entities": "&#x" * 30_000,
    "numbers of characters": "&#0;&#xD800;&#xFFFF;&#1114112;&#x80;" * 3_000,
    "angles": "<" * 60_000,
    "half tags": "<a " * 30_000,
    "ends of tags": "</p>" * 20_000,
    "addresses": "http://" * 15_000,
    "paths": "/a" * 50_000,
    "at signs": "a@" * 40_000,
    "hashes": "#a " * 30_000,
    "marks on a letter": "a" + "\u0301" * 60_000,
    "joiners": "\U0001f468\u200d" * 15_000,
    "right to left": "\u202e\u05d0" * 20_000,
    "soft hyphens": "a\u00ad" * 30_000,
    "nothing to see": "\u200b" * 60_000,
    "unspaced": "新" * 40_000,
    "thai": "ก" * 40_000,
    "hangul parts": "\u1100\u1161\u11a8" * 15_000,
    "ligature": "\ufdfa" * 8_000,
    "surrogates": "\udcff\ud800" * 10_000,
    "not characters": "\ufffe\uffff\U0010ffff" * 10_000,
    "controls": "\x00\x01\x08\x0b\x7f\x85" * 10_000,
    "json": '{"a":' * 20_000,
    "sources": "Source: " * 10_000,
    "copyright": "© 2026 Reuters " * 5_000,
    "read more": "Read more: " * 8_000,
    "words": "the harbour was opened again " * 4_000,
}
"""Texts for scans to stumble over: long runs, near-misses of what names, dates and credits look like."""


def mutated(pages: Sequence[bytes], dice: random.Random) -> tuple[bytes, str]:
    """A spoilt page and how it was spoilt; the same dice spoil alike."""
    page = dice.choice(pages)
    names = dice.sample(list(MUTATIONS), k=dice.choice((1, 1, 2, 3, 5)))
    for name in names:
        page = MUTATIONS[name](page, dice, pages)
    return page, ", ".join(names)


def _flip_bytes(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    spoilt = bytearray(page)
    for _ in range(min(dice.choice((1, 10, 300)), len(spoilt))):
        spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
    return bytes(spoilt)


def _cut(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    return page[: dice.randrange(len(page) + 1)]


def _behead(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    return page[dice.randrange(len(page) + 1) :]


def _delete_tags(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    share = dice.choice((0.01, 0.1, 0.5))
    return _TAG.sub(lambda tag: b"" if dice.random() < share else tag[0], page)


def _double_tags(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    share = dice.choice((0.01, 0.1))
    return _TAG.sub(
        lambda tag: tag[0] * dice.choice((1, 2, 9)) if dice.random() < share else tag[0], page
    )


def _swap_tags(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    names = (
        b"p div table td tr ul li h1 article section svg math template noscript select form".split()
    )
    names += (
        b"style textarea title iframe frameset plaintext script button a b br hr body html".split()
    )
    old = b"<" + dice.choice(b"p div h1 a span article li td time figure".split())
    return page.replace(old, b"<" + dice.choice(names), dice.choice((1, 5, -1)))


def _splice(page: bytes, dice: random.Random, pages: Sequence[bytes]) -> bytes:
    other = dice.choice(pages)
    at, begin = dice.randrange(len(page) + 1), dice.randrange(len(other) + 1)
    return page[:at] + other[begin : begin + dice.randrange(len(other) + 1)] + page[at:]


def _repeat(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    begin = dice.randrange(len(page) + 1)
    part = page[begin : begin + dice.choice((100, 2_000, 20_000))]
    return page[:begin] + part * dice.choice((2, 10, 50)) + page[begin:]


def _nest(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    tag = dice.choice(
        (b"<div>", b"<span>", b"<b>", b"<table><tr><td>", b"<ul><li>", b"<a>", b"<p>", b"<svg>")
    )
    return _insert(page, tag * dice.choice((30, 240, 1_900, 10_000)), dice)


def _put_string(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    text = hostile_bytes(dice.choice(list(HOSTILE_STRINGS)))
    place = dice.choice(("text", "attribute", "after", "script", "anywhere"))
    if place == "text":
        return _replace_one(_TEXT, page, b">" + text + b"<", dice)
    if place == "attribute":
        return _replace_one(_ATTRIBUTE, page, b'="' + text.replace(b'"', b"") + b'"', dice)
    if place == "after":
        return _replace_one(_MARKS, page, text + b"</p>", dice)
    if place == "script":
        words = text.decode("utf-8", "replace")
        stated = {"@type": "NewsArticle", "headline": words, "author": words}
        return _insert(page, json_ld(stated | {"datePublished": words}), dice)
    return _insert(page, text, dice)


def _break_quotes(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    share = dice.choice((0.01, 0.2))
    return re.sub(rb"[\"']", lambda mark: b"" if dice.random() < share else mark[0], page)


def _unclose(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    openings = (
        *(b"<!--", b"<![CDATA[", b"<script>", b"<style>", b"<textarea>", b"<title>", b"<!DOCTYPE"),
        *(b"<?", b"<a href='", b'<p class="', b"<plaintext>", b"<select>", b"<template>"),
    )
    return _insert(page, dice.choice(openings), dice)


def _charset(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    named = dice.choice(_CHARSETS).encode()
    page = re.sub(rb"charset=[\"']?[\w-]+", b"charset=" + named, page, count=1)
    return dice.choice((b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) + page


def _charsets(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    parts = [
        page[: len(page) // 3],
        page[len(page) // 3 : 2 * len(page) // 3],
        page[2 * len(page) // 3 :],
    ]
    for number, part in enumerate(parts):
        charset = dice.choice(("utf-8", "cp1251", "shift_jis", "utf-16le", "gb18030", "latin-1"))
        parts[number] = part.decode("utf-8", "replace").encode(charset, "replace")
    return b"".join(parts)


def _attributes(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    kind = dice.randrange(4)
    if kind == 0:
        extra = b" ".join(b"a%d=x" % number for number in range(dice.choice((10, 400, 6_000))))
    elif kind == 1:
        extra = b'class="' + b" ".join(b"c%d" % n for n in range(dice.choice((100, 20_000)))) + b'"'
    elif kind == 2:
        extra = b'class="' + dice.choice((b"article-body ", b"comment ", b"share ")) * 20_000 + b'"'
    else:
        extra = b'style="' + dice.choice((b"display:", b"display:none;", b"a:b;")) * 20_000 + b'"'
    old = dice.choice((b"<p", b"<div", b"<h1", b"<a", b"<body", b"<html", b"<meta", b"<time"))
    return page.replace(old, old + b" " + extra + b" ", 1)


def _json_ld(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    kind = dice.randrange(8)
    if kind == 0:
        part = LD + b'{"@graph":[' * dice.choice((50, 900, 20_000)) + END
    elif kind == 1:
        part = LD + b"[" * 50_000 + b"]" * 50_000 + END
    elif kind == 2:
        part = json_ld([{"@type": "NewsArticle", "headline": f"h{n}"} for n in range(10_000)])
    elif kind == 3:
        people = [{"@type": "Person", "name": f"Ada Lund{n}"} for n in range(5_000)]
        part = json_ld({"@type": "NewsArticle", "author": people})
    elif kind == 4:
        part = json_ld({key: dice.choice(_ODD_VALUES) for key in _STATED})
    elif kind == 5:
        part = json_ld({"@type": "NewsArticle", "articleBody": "The pier. " * 100_000})
    elif kind == 6:
        part = LD + b'{"@type":"NewsArticle","headline":"' + b"\\u" * 30_000 + END
    else:
        odd = dice.choice((b'"@type', b"'@type'", b'"@type":[],"@type"'))
        return page.replace(b'"@type"', odd)
    return _insert(page, part, dice)


def _links(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    count = dice.choice((50, 2_000, 20_000))
    return _insert(page, b"".join(b"<a href=/%d>Pier %d</a> " % (n, n) for n in range(count)), dice)


def _squeeze(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    return re.sub(rb"\s+", dice.choice((b"", b" ", b"\x00", b"\xa0")), page)


def _shuffle(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    parts = page.split(b"<div")
    dice.shuffle(parts)
    return b"<div".join(parts)


MUTATIONS: dict[str, Mutation] = {
    "bytes flipped": _flip_bytes,
    "cut": _cut,
    "beheaded": _behead,
    "tags deleted": _delete_tags,
    "tags doubled": _double_tags,
    "tags swapped": _swap_tags,
    "spliced": _splice,
    "repeated": _repeat,
    "nested": _nest,
    "hostile string": _put_string,
    "quotes broken": _break_quotes,
    "unclosed": _unclose,
    "charset": _charset,
    "three charsets": _charsets,
    "attributes": _attributes,
    "json-ld": _json_ld,
    "links": _links,
    "squeezed": _squeeze,
    "shuffled": _shuffle,
}


def hostile_bytes(name: str) -> bytes:
    """A hostile string as it would come over the wire."""
    return HOSTILE_STRINGS[name].encode("utf-8", "surrogatepass")


def json_ld(value: object) -> bytes:
    """A value as a page states it."""
    return LD + json.dumps(value).encode() + END


def _insert(page: bytes, part: bytes, dice: random.Random) -> bytes:
    """Put a part behind some tag, or anywhere in a page without tags."""
    ends = [match.end() for match in _TAG.finditer(page)]
    at = dice.choice(ends) if ends else dice.randrange(len(page) + 1)
    return page[:at] + part + page[at:]


def _replace_one(
    pattern: re.Pattern[bytes], page: bytes, part: bytes, dice: random.Random
) -> bytes:
    spans = [match.span() for match in pattern.finditer(page)]
    if not spans:
        return page + part
    begin, end = dice.choice(spans)
    return page[:begin] + part + page[end:]
