import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import decode
from pipeline.encodings import alphabets, charsets, mojibake

WORDS = "Der Hafen öffnet, sagt die Bürgermeisterin; größere Schiffe müssen draußen bleiben. "
PAGE = f"<html><head><title>Häfen</title></head><body><p>{WORDS * 4}</p></body></html>"


def text_of(body: bytes, content_type: str | None = None) -> str:
    return decode.decode(body, content_type=content_type).text


@pytest.mark.parametrize(
    "body",
    [
        PAGE.encode(),
        PAGE.encode("cp1252"),
        PAGE.encode().replace(b"<p>", b"<p>\x00\x1f{~"),
        b"<p>" + "Hafenöffnung".encode().decode("cp1252").encode() * 4,
        PAGE.encode() + b"\xff",
    ],
)
def test_bytes_handed_on_for_the_parser_are_the_text(body: bytes) -> None:
    decoded = decode.decode(body, content_type=None)
    assert decoded.utf8 in (None, decoded.text.encode())


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


SENTENCES = {
    "cp1250": "Přístav se znovu otevírá, řekla starostka města; větší lodě musí zůstat venku až do jara. ",
    "iso8859_2": "Port został ponownie otwarty, powiedziała burmistrz; większe statki muszą zostać na zewnątrz. ",
    "cp1251": "Порт открывается снова, сообщила мэр города; большие корабли останутся снаружи до весны. ",
    "koi8_r": "Порт открывается снова, сообщила мэр города; большие корабли останутся снаружи до весны. ",
    "koi8_u": "Порт знову відкривається, повідомила міська голова; великі кораблі чекатимуть її рішення. ",
    "iso8859_5": "Порт открывается снова, сообщила мэр города; большие корабли останутся снаружи до весны. ",
    "cp866": "Порт открывается снова, сообщила мэр города; большие корабли останутся снаружи до весны. ",
    "mac_cyrillic": "Порт открывается снова, сообщила мэр города; Большие корабли останутся снаружи. ",
    "cp1252": "Le port rouvre, a déclaré la maire ; les grands navires resteront à l'extérieur jusqu'à l'été, où ça ? ",
    "cp1253": "Το λιμάνι ανοίγει ξανά, είπε η δήμαρχος της πόλης· τα μεγάλα πλοία πρέπει να μείνουν έξω. ",
    "iso8859_7": "Το λιμάνι ανοίγει ξανά, είπε η δήμαρχος της πόλης· τα μεγάλα πλοία πρέπει να μείνουν έξω. ",
    "cp1254": "Liman yeniden açılıyor, dedi belediye başkanı; büyük gemiler ilkbahara kadar dışarıda kalmalı. ",
    "cp1255": "הנמל נפתח מחדש, אמרה ראשת העיר; ספינות גדולות חייבות להישאר בחוץ עד האביב. ",
    "iso8859_8": "הנמל נפתח מחדש, אמרה ראשת העיר; ספינות גדולות חייבות להישאר בחוץ עד האביב. ",
    "cp1256": "الميناء يفتح من جديد، قالت رئيسة البلدية؛ يجب على السفن الكبيرة البقاء في الخارج حتى الربيع. ",
    "iso8859_6": "الميناء يفتح من جديد، قالت رئيسة البلدية؛ يجب على السفن الكبيرة البقاء في الخارج حتى الربيع. ",
    "cp1257": "Uostas vėl atidaromas, sakė miesto merė; didesni laivai turi likti lauke, nes žiemą čia šąla. ",
    "cp1258": "Bến cảng mở cửa trở lại, thị trưởng nói; tàu lớn phải ở ngoài cho đến mùa xuân. ",
    "cp874": "ท่าเรือเปิดอีกครั้ง นายกเทศมนตรีกล่าวว่าเรือขนาดใหญ่ต้องรออยู่ข้างนอกจนถึงฤดูใบไม้ผลิ ",
    "gb18030": "港口重新开放，市长说，大型船只必须留在外面直到春天。这是我们的国家，人们在这里生活了很长时间。",
    "big5hkscs": "港口重新開放，市長說，大型船隻必須留在外面直到春天。這是我們的國家，人們在這裡生活了很長時間。",
    "cp932": "港が再開した、と市長は述べた。大型船は春まで外で待たなければならない。これは私たちの町です。",
    "euc_jp": "港が再開した、と市長は述べた。大型船は春まで外で待たなければならない。これは私たちの町です。",
    "cp949": "항구가 다시 열렸다고 시장이 말했다. 큰 배는 봄까지 밖에 머물러야 한다. 시민들은 기다리고 있다. ",
    "mac_roman": "Le port rouvre, a déclaré la maire ; les grands navires resteront à l'extérieur jusqu'à l'été, où ça ? ",
}


def spelled(codec: str) -> str:
    """The sentence in letters that the charset has: Vietnamese writes its tones apart there."""
    sentence = SENTENCES[codec]
    if codec != "cp1258":
        return sentence
    tones = "\u0300\u0301\u0303\u0309\u0323"
    whole = unicodedata.normalize("NFD", sentence)
    letters = "".join(c if c in tones else c + "" for c in whole)
    for plain, marked in {
        "a\u0306": "ă",
        "a\u0302": "â",
        "e\u0302": "ê",
        "o\u0302": "ô",
        "o\u031b": "ơ",
        "u\u031b": "ư",
    }.items():
        letters = letters.replace(plain, marked)
    return letters.encode("cp1258", "ignore").decode("cp1258")


@pytest.mark.parametrize("codec", SENTENCES)
def test_a_charset_that_nobody_declared_is_told_by_its_letters(codec: str) -> None:
    page = f"<html><body><p>{spelled(codec) * 6}</p></body></html>"
    assert text_of(page.encode(codec)) == page


@pytest.mark.parametrize("codec", SENTENCES)
def test_a_declared_charset_round_trips(codec: str) -> None:
    label = next(label for label, name in charsets.CODECS.items() if name == codec)
    page = (
        f"<html><head><meta charset={label}></head><body><p>{spelled(codec) * 6}</p></body></html>"
    )
    decoded = decode.decode(page.encode(codec), content_type=None)
    assert (decoded.text, decoded.evidence) == (page, "declared")


@pytest.mark.parametrize(
    ("stated", "codec"),
    [
        ("iso-8859-1", "cp1251"),
        ("windows-1252", "cp1253"),
        ("windows-1251", "cp1252"),
        ("iso-8859-1", "gb18030"),
        ("gb2312", "big5hkscs"),
        ("shift_jis", "euc_jp"),
        ("euc-kr", "cp932"),
        ("windows-1252", "cp874"),
        ("utf-8", "cp1256"),
        ("utf-16", "cp1255"),
    ],
)
def test_a_stated_charset_in_which_no_language_writes_so_loses(stated: str, codec: str) -> None:
    page = f"<html><p>{SENTENCES[codec] * 6}</p></html>"
    assert text_of(page.encode(codec), f"text/html; charset={stated}") == page


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("x-sjis", "cp932"),
        ("Shift_JIS", "cp932"),
        ("gb2312", "gb18030"),
        ("x-gbk", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("euc-kr", "cp949"),
        ("iso-8859-8-i", "iso8859_8"),
        ("logical", "iso8859_8"),
        ("windows-874", "cp874"),
        ("tis-620", "cp874"),
        ("x-mac-cyrillic", "mac_cyrillic"),
        ("macintosh", "mac_roman"),
        ("latin1", "cp1252"),
        ("us-ascii", "cp1252"),
        ("iso-8859-9", "cp1254"),
        ("x-user-defined", "cp1252"),
        ("unicode", "utf-8"),
        ("utf-16le", "utf-8"),
        (" UTF8 ", "utf-8"),
        ("utf-7", None),
        ("unicode_escape", None),
        ("idna", None),
        ("rot13", None),
        ("cp037", None),
        ("", None),
    ],
)
def test_labels_mean_what_they_mean_to_browsers(label: str, codec: str | None) -> None:
    assert charsets.codec(label) == codec


@pytest.mark.parametrize(
    ("head", "codec"),
    [
        ('<meta charset="koi8-r">', "koi8_r"),
        ("<META CHARSET=koi8-r>", "koi8_r"),
        ("<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>", "koi8_r"),
        ('<meta content="text/html;charset=koi8-r" http-equiv="content-type" />', "koi8_r"),
        ('<?xml version="1.0" encoding="koi8-r"?>', "koi8_r"),
        ('<!-- <meta charset="big5"> --><meta charset="koi8-r">', "koi8_r"),
        ("<script>'<meta charset=big5>'</script><meta charset=koi8-r>", "koi8_r"),
        ("<style>" + "x" * 20_000 + "</style><meta charset=koi8-r>", "koi8_r"),
        ('<meta charset="no-such"><meta charset="koi8-r">', "koi8_r"),
        ("<body><meta charset=koi8-r>", "koi8_r"),
        ("<meta name=x content='nothing'>", None),
        ("<!-- <meta charset=koi8-r>", None),
    ],
)
def test_a_declaration_is_found_where_browsers_find_it(head: str, codec: str | None) -> None:
    assert charsets.declared(head.encode()) == codec


@pytest.mark.parametrize(
    "header",
    ["text/html; charset=koi8-r", 'text/html;charset="KOI8-R"', "text/html; a=b ;CHARSET = koi8-r"],
)
def test_a_header_names_a_charset(header: str) -> None:
    assert charsets.of_header(header) == "koi8_r"
    assert charsets.of_header("text/html") is None


def test_japanese_signs_that_only_browsers_read_are_read() -> None:
    assert charsets.decoded(b"\xad\xa1\xad\xea\xa4\xa2", "euc_jp") == ("①㈱あ", 0)


def test_a_text_of_another_charset_inside_utf_8_is_read_as_what_it_is() -> None:
    words = "Mit größter Mühe öffnet der Hafen für Schiffe. "
    body = f"<p>{words * 3}</p><p>".encode() + words.encode("cp1252") + b"</p>"
    decoded = decode.decode(body, content_type="text/html; charset=utf-8")
    assert (decoded.text, decoded.evidence) == (f"<p>{words * 3}</p><p>{words}</p>", "mixed")
    russian = SENTENCES["cp1251"]
    body = f"<p>{russian * 3}</p><p>".encode() + russian.encode("cp1251") + b"</p>"
    assert text_of(body) == f"<p>{russian * 3}</p><p>{russian}</p>"


def test_text_that_was_encoded_twice_is_read_once() -> None:
    text = "Der Hafen „öffnet“ größere Tore – für 5 € über die Brücke, señor."
    twice = text.encode().decode("cp1252", "replace")
    page = "<p>" + "".join(c.encode().decode("latin-1") if c == "”" else c for c in twice) + "</p>"
    assert text_of(page.replace("\ufffd", "\x9d").encode()) == f"<p>{text}</p>"
    raw = "<p>" + SENTENCES["cp1251"].encode().decode("latin-1") + "</p>"
    assert text_of(raw.encode()) == f"<p>{SENTENCES['cp1251']}</p>"


@pytest.mark.parametrize(
    "text",
    [
        "IRMÃ E SÃO JOÃO, À « CAFÉ » DE L’ÉTÉ – ÉTÉ »",
        "Aus „Ã¼“ wird „ü“, wenn man es richtig liest.",
        "ÉTÉ » et « À ». BÖ“ Ä“ Ü– Â£",
        "Đường phố Hà Nội, ÃÁ",
    ],
)
def test_letters_that_mean_themselves_stay(text: str) -> None:
    assert mojibake.repaired(text) == text


@given(
    st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cc", "Cs")), max_size=200)
)
def test_a_text_in_utf_8_is_itself(text: str) -> None:
    assert decode.decode(f"<p>{text}".encode(), content_type=None).text == mojibake.repaired(
        f"<p>{text}"
    )


@given(
    st.binary(max_size=300),
    st.sampled_from(["", *charsets.CODECS, "utf-7"]),
    st.sampled_from(["", *charsets.CODECS]),
)
def test_any_bytes_with_any_label_become_text_that_can_be_written(
    body: bytes, header: str, meta: str
) -> None:
    page = f"<meta charset={meta}>".encode() + body
    for candidate in (body, page):
        decode.decode(candidate, content_type=f"text/html; charset={header}").text.encode()
    assert (
        0.0
        <= max(
            alphabets.fit(alphabets.sample_of(body), name)
            for name in ("cp1252", "cp1251", "gb18030")
        )
        <= 1.0
    )


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
