"""Single pages of the kinds that are too large, too deep or too odd to come by chance.

Knows how to make them. Must not know any reader.
"""

import random
from collections.abc import Callable
from functools import partial

from tests.hostile.mutations import END, HOSTILE_STRINGS, LD, hostile_bytes, json_ld

_P = b"<p>The pier at Larkhaven was opened again on Monday, four months after the storm had gone.</p>"
_LINE = b"<p>The pier was opened again on day %d of the storm, and most of those who live beside it came.</p>"
_PICTURE = b"<figure><img src=a.png><figcaption>Pier</figcaption></figure>"
_TIME = b"<time datetime=2026-01-01>1 Jan 2026</time>"
_TAG = b'<meta property="article:tag" content="pier">'
_LAUGHS = b'<!DOCTYPE a [<!ENTITY a "pier"><!ENTITY b "&a;&a;&a;&a;">]>'
_SURROGATES = b"<p>\xed\xa0\x80\xed\xbf\xbf&#xD800;&#xDFFF;\\ud800"


def _story(*parts: bytes, before: bytes = b"") -> bytes:
    """An article whose body is these parts."""
    head = b"<html><head><title>Pier</title></head><body><article><h1>The pier reopens</h1>"
    return before + head + b"".join(parts) + b"</article></body></html>"


def _numbered(form: bytes, count: int) -> bytes:
    return b"".join(form % number for number in range(count))


def _three_charsets() -> bytes:
    texts = (
        ("Der Hafen öffnet", "latin-1"),
        ("Порт открыт", "cp1251"),
        ("港が開いた", "shift_jis"),
    )
    return _story(*(b"<p>" + text.encode(charset) for text, charset in texts))


MONSTERS: dict[str, Callable[[], bytes]] = {
    "10,000 nested tags": lambda: _story(b"<div>" * 10_000, _P),
    "1,900 nested tags": lambda: _story(b"<div>" * 1_900, _P * 5),
    "100,000 nested inline tags": lambda: _story(b"<b><i>" * 50_000, _P),
    "nested tables": lambda: _story(b"<table><tr><td>" * 600, _P * 5),
    "nested lists": lambda: _story(b"<ul><li>x" * 900, _P * 5),
    "a text of 50 MB": lambda: _story(b"<p>", b"the pier " * 5_600_000),
    "a text of 19 MB": lambda: _story(b"<p>", b"the pier " * 2_100_000),
    "one word of 19 MB": lambda: _story(b"<p>", b"a" * 19_000_000),
    "spaces of 19 MB": lambda: _story(b"<p>a", b" " * 19_000_000, b"b"),
    "a million links": lambda: _story(_numbered(b"<a href=/%d>x</a>", 1_000_000)),
    "90,000 links": lambda: _story(_numbered(b"<a href=/%d>x y</a>", 90_000)),
    "20,000 links": lambda: _story(_numbered(b"<a href=/%d>The pier</a> ", 20_000), _P * 5),
    "90,000 short paragraphs": lambda: _story(b"<p>A word or two." * 90_000),
    "30,000 paragraphs": lambda: _story(_P * 30_000),
    "30,000 bylines": lambda: _story(b"<p class=byline>By Ada Lund</p>" * 30_000),
    "30,000 times": lambda: _story(_TIME * 30_000),
    "30,000 headings": lambda: _story(b"<h1>The pier reopens</h1>" * 30_000),
    "30,000 pictures": lambda: _story(_PICTURE * 30_000),
    "90,000 line breaks": lambda: _story(b"a pier<br>" * 90_000),
    "30,000 cells": lambda: _story(b"<table>", b"<tr><td>a pier" * 30_000),
    "90,000 classes": lambda: _story(
        b"<i class=x>no</i>" * 90_000, b"<p class=d-none>no</p>", _P * 5
    ),
    "90,000 properties": lambda: _story(b"<i itemprop=keywords>no</i>" * 90_000, _P * 5),
    "90,000 hidden elements": lambda: _story(b"<i hidden>no</i>" * 90_000, _P * 5),
    "50,000 metas": lambda: _story(_P, before=b"<head>" + _TAG * 50_000),
    "a million attributes": lambda: _story(b"<p ", _numbered(b"a%d=1 ", 1_000_000), b">"),
    "an attribute of 19 MB": lambda: _story(b'<p title="', b"pier " * 3_800_000, b'">x', _P * 5),
    "a class of 5 MB": lambda: _story(b'<p class="', b"body " * 1_000_000, b'">x', _P * 5),
    "a style of 5 MB": lambda: _story(b'<p style="', b"display:" * 600_000, b'">x', _P * 5),
    "entities of 10 MB": lambda: _story(b"<p>", b"&nbsp;" * 1_700_000),
    "an unclosed comment of 19 MB": lambda: _story(b"<!--", _P * 200_000),
    "an unclosed script of 19 MB": lambda: _story(b"<script>", _P * 200_000),
    "a JSON-LD of 19 MB": lambda: _story(
        _P, before=LD + b'{"articleBody":"' + b"pier " * 3_800_000 + b'"}' + END
    ),
    "deep JSON-LD": lambda: _story(_P, before=LD + b'{"@graph":[' * 100_000 + END),
    "1,000 JSON-LD scripts": lambda: _story(
        _P, before=json_ld({"@type": "NewsArticle", "headline": "Pier"}) * 1_000
    ),
    "an unclosed string of 200,000 quotes": lambda: _story(
        _P * 5, before=LD + b'{"headline":' + b'\\"a\\":' * 100_000 + END
    ),
    "90,000 comments never closed": lambda: _story(
        _P * 5, before=LD + b"{" + b"/* // a\n" * 90_000 + END
    ),
    "an author behind 90,000 spaces": lambda: _story(
        _P * 5, before=LD + b'{"author":' + b" " * 90_000 + b"," + END
    ),
    "20,000 links in a class of 40,000 letters": lambda: _story(
        b'<div class="', b"body " * 8_000, b'">', b"<a href=/a>a</a>" * 20_000, b"</div>", _P * 5
    ),
    "90,000 unclosed scripts": lambda: _story(_P * 5, b"<script>" * 90_000),
    "a word of 30,000 letters": lambda: _story(_P * 5, b"<p>The pier a.b", b"a" * 30_000, b".", _P),
    "an unspaced text of 90,000 characters": lambda: _story(
        b"<p>", "\u6e2f\u53e3\u5f00\u653e\u4e86".encode() * 18_000, _P
    ),
    "4,000 headlines in each other": lambda: _story(b"<div><h1>The pier" * 4_000, _P * 5),
    "1,000 figures in each other": lambda: _story(b"<figure><p>The pier" * 1_000, _P * 20_000),
    "10,000 lines of an article": lambda: _story(_numbered(_LINE, 10_000)),
    "10,000 lines below an article": lambda: _story(
        _P * 20,
        b"</article><ul>",
        _numbered(b"<li><a href=/%d>a pier</a>", 10_000),
        b"</ul><article>",
    ),
    "NULs before": lambda: _story(_P, before=b"\x00" * 1_000_000),
    "NULs between": lambda: _story(_P * 5).replace(b"e", b"\x00e"),
    "lone surrogates": lambda: _story(_SURROGATES * 1_000, _P * 5),
    "three charsets": _three_charsets,
    "UTF-16 without a mark": lambda: _story(_P * 5).decode().encode("utf-16le"),
    "nothing but doctypes": lambda: b"<!DOCTYPE html>" * 100_000,
    "nothing but ends": lambda: b"</p></div></b>" * 100_000,
    "random bytes": lambda: random.Random(7).randbytes(1_000_000),
    "a frameset": lambda: b"<frameset>" * 1_000 + b"<frame src=a>" * 1_000,
    "templates": lambda: _story(b"<template>" * 1_000, _P * 5),
    "billion laughs": lambda: _story(b"&b;" * 10_000, before=_LAUGHS),
}
"""How each is made, by name; they take up to 50 MB, so that each is made when it is wanted."""


def everywhere(name: str) -> bytes:
    """A page that says a hostile string wherever something may be read."""
    text = hostile_bytes(name)
    plain = text.replace(b'"', b"").replace(b"<", b"")
    words = plain.decode("utf-8", "replace")
    stated = {"@type": "NewsArticle", "headline": words, "author": {"name": words}}
    stated |= {"datePublished": words, "articleSection": words, "keywords": words}
    properties = (
        b"og:title og:description article:published_time article:author author date".split()
    )
    meta = b'<meta name="%s" property="%s" content="%s">'
    metas = b"".join(meta % (each, each, plain) for each in properties)
    picture = b'<figure><img src="a.png" alt="%s"><figcaption>%s</figcaption></figure>'
    return (
        b"<html><head><title>" + plain + b"</title>" + metas + json_ld(stated) + b"</head><body>"
        b'<nav class="' + plain + b'">' + text + b"</nav><article><h1>" + text + b"</h1>"
        b'<p class="standfirst">' + text + b'</p><p class="byline">By ' + text + b"</p>"
        b'<time datetime="' + plain + b'">' + text + b"</time>"
        + picture % (plain, text)
        + _P * 5 + b"<p>" + text + b"</p>" + _P + b'<p class="source">Source: ' + text + b"</p>"
        b'<ul><li><a href="' + plain + b'">' + text + b"</a></li></ul></article></body></html>"
    )  # fmt: skip


MONSTERS |= {f"{name} everywhere": partial(everywhere, name) for name in HOSTILE_STRINGS}
