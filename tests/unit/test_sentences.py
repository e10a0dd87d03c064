import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.sentences import sentences


def texts(line: str) -> list[str]:
    return [sentence.text for sentence in sentences(line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("One came. Two went!  Three?", ["One came.", "Two went!", "Three?"]),
        ("Mr. Smith met Dr. J. R. Jones. They spoke.", ["Mr. Smith met Dr. J. R. Jones.", "They spoke."]),
        ("It rose 3.5 percent, the U.S. agency said. Then it fell.", ["It rose 3.5 percent, the U.S. agency said.", "Then it fell."]),
        ("“Stop!” he said. “We must go.” She left.", ["“Stop!” he said.", "“We must go.”", "She left."]),
        ("Sie kam am 3. Oktober. Im Jahr 2020. Er blieb z.B. hier.", ["Sie kam am 3. Oktober.", "Im Jahr 2020.", "Er blieb z.B. hier."]),
        ("«Non», dit M. Dupont. Il part.", ["«Non», dit M. Dupont.", "Il part."]),
        ("Это стоит 5 тыс. руб. в день. Он ушёл.", ["Это стоит 5 тыс. руб. в день.", "Он ушёл."]),
        ("他说：“你好。”然后走了。今天下雨！", ["他说：“你好。”", "然后走了。", "今天下雨！"]),
        ("彼は「行く」と言った。雨だ。", ["彼は「行く」と言った。", "雨だ。"]),
        ("이것은 책이다. 저것은 연필이다.", ["이것은 책이다.", "저것은 연필이다."]),
        ("هل جاء؟ نعم. ذهب أمس.", ["هل جاء؟", "نعم.", "ذهب أمس."]),
        ("यह किताब है। वह कलम है।", ["यह किताब है।", "वह कलम है।"]),
        ("¿Qué pasó? El Sr. García no vino.", ["¿Qué pasó?", "El Sr. García no vino."]),
        ("And so on… he said. Wait... What?", ["And so on… he said.", "Wait...", "What?"]),
        ("No end", ["No end"]),
        ("  ", []),
    ],
)  # fmt: skip
def test_a_line_falls_into_its_sentences(line: str, expected: list[str]) -> None:
    assert texts(line) == expected


def test_thai_sentences_end_where_long_runs_meet() -> None:
    one, two = "นายกรัฐมนตรีกล่าวว่าเศรษฐกิจไทยดีขึ้น", "ประชาชนจำนวนมากออกมาชุมนุมเมื่อวานนี้"
    assert texts(f"{one} {two}") == [one, two]
    assert texts("นาย สมชาย มา") == ["นาย สมชาย มา"]


@given(st.text(alphabet='ab AB.!?。"”“ 1\t', max_size=60))
def test_the_sentences_are_the_line(line: str) -> None:
    assert "".join("".join(texts(line)).split()) == "".join(line.split())
    for sentence in sentences(line):
        assert line.startswith(sentence.text, sentence.start)


@pytest.mark.parametrize(
    "line", ["." * 200_000, "A. " * 100_000, "a" * 500_000 + ". B", '."' * 100_000, "ก" * 300_000]
)
def test_hostile_lines_are_split_before_the_test_times_out(line: str) -> None:
    assert "".join("".join(texts(line)).split()) == "".join(line.split())
