"""Contents and headers come out of their compressed form as they went in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.archiving import contents

# text that both a header can hold and UTF-8 can say
_HEADER = st.text(
    st.characters(exclude_characters=":\r\n", exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]),
    min_size=1,
)


@given(st.binary(), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_content_comes_back_with_the_text_it_was_packed_against(
    content: bytes, text: str
) -> None:
    assert contents.unpack_content(contents.pack_content(content, text=text), text=text) == content


@given(st.lists(st.tuples(_HEADER, _HEADER)))
def test_headers_come_back_in_order_and_as_often(headers: list[tuple[str, str]]) -> None:
    assert contents.unpack_headers(contents.pack_headers(headers)) == tuple(headers)


def test_a_header_of_several_lines_becomes_one() -> None:
    packed = contents.pack_headers([("X", "a\r\n b"), ("Y", "")])
    assert contents.unpack_headers(packed) == (("X", "a  b"), ("Y", ""))


def test_usual_headers_take_a_third() -> None:
    headers = [
        ("Date", "Mon, 02 Mar 2026 09:00:00 GMT"),
        ("Server", "nginx"),
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "max-age=60"),
        ("Vary", "Accept-Encoding"),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    raw = sum(len(name) + len(value) + 4 for name, value in headers)
    assert len(contents.pack_headers(headers)) < raw / 3


def test_endless_headers_are_cut() -> None:
    packed = contents.pack_headers([("X", "abc " * 100_000)])
    assert sum(len(value) for _, value in contents.unpack_headers(packed)) < 65_536


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown form"):
        contents.unpack_headers(b"\x09abc")
