import pytest

from pipeline import decode

WORDS = "Der Hafen öffnet, sagt die Bürgermeisterin; größere Schiffe müssen draußen bleiben. "
PAGE = f"<html><head><title>Häfen</title></head><body><p>{WORDS * 4}</p></body></html>"


def text_of(body: bytes, content_type: str | None = None) -> str:
    return decode.decode(body, content_type=content_type).text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_or_wide_markup_decides(encoding: str) -> None:
    assert text_of(PAGE.encode(encoding), "text/html; charset=iso-8859-1") == PAGE


def test_the_header_decides_before_the_declaration() -> None:
    page = PAGE.replace("<head>", '<head><meta charset="koi8-r">')
    decoded = decode.decode(page.encode("cp1252"), content_type="text/html; charset=windows-1252")
    assert (decoded.text, decoded.evidence) == (page, "header")


def test_latin_1_is_read_as_browsers_read_it() -> None:
    page = '<meta charset="iso-8859-1"><p>“Quoted” – for 5 €</p>'
    assert text_of(page.encode("cp1252")) == page


def test_gb2312_is_read_as_its_superset() -> None:
    page = '<html><meta charset="gb2312"><p>港口镕基说：“重新开放”</p></html>'
    assert text_of(page.encode("gb18030")) == page


def test_utf_8_declared_as_something_else_is_utf_8() -> None:
    assert text_of(PAGE.encode(), "text/html; charset=iso-8859-1") == PAGE


def test_a_declared_utf_8_that_is_not_gives_way_to_detection() -> None:
    russian = "Порт открывается снова, сообщила мэр города; большие корабли останутся снаружи. " * 5
    page = f'<html><meta charset="utf-8"><p>{russian}</p></html>'
    decoded = decode.decode(page.encode("cp1251"), content_type="text/html; charset=utf-8")
    assert (decoded.text, decoded.evidence) == (page, "detected")


def test_few_foreign_bytes_are_western_europe() -> None:
    assert text_of("<html><p>The café reopened.</p></html>".encode("latin-1")).endswith(
        "café reopened.</p></html>"
    )


def test_one_cut_character_does_not_change_the_charset() -> None:
    body = PAGE.encode()[:-20] + "ö".encode()[:1]
    decoded = decode.decode(body, content_type=None)
    assert decoded.encoding == "utf-8"
    assert "größere Schiffe" in decoded.text


def test_iso_2022_jp_is_not_taken_for_ascii() -> None:
    page = '<html><meta charset="iso-2022-jp"><p>港が再開した</p></html>'
    assert text_of(page.encode("iso-2022-jp")) == page


def test_nulls_and_controls_are_dropped() -> None:
    assert text_of(b"<p>ha\x00rb\x01our\x0b</p>") == "<p>harbour</p>"


def test_any_bytes_become_text() -> None:
    decoded = decode.decode(bytes(range(256)) * 20, content_type="text/html; charset=no-such-thing")
    assert decoded.text.encode()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"%PDF-1.7", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\x1f\x8b\x08\x00", "archive"),
        (b"\x00\x00\x00\x18ftypmp42", "media"),
        (b'<?xml version="1.0"?><rss version="2.0"></rss>', "xml"),
        (b"\n<urlset xmlns='x'></urlset>", "xml"),
        (b'{"items": [1]}', "json"),
        (b"The harbour reopened.", "text"),
        (b"\x00\x01\x02\x03\x04" * 50, "binary"),
        (b"<!doctype html><p>x", "html"),
        (b"\xef\xbb\xbf<html>", "html"),
        (
            b'<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml">',
            "html",
        ),
        (b"<!-- " + b"long " * 2000 + b"--><html>", "html"),
        ("<html><p>wide</p></html>".encode("utf-16-le"), "html"),
    ],
)
def test_the_bytes_tell_what_they_are(body: bytes, kind: str) -> None:
    assert decode.sniff(body, "text/html") == kind
