"""The numbers in a sentence, in digits of any script and in the commonest words.

Knows how numbers are written. Must not know what they count.
"""

import re
import unicodedata

_DIGITS = re.compile(r"(?<![\w.,])\d{1,3}(?:[ ']\d{3})+(?![\w.])|\d+(?:[.,:]\d+)*")
_GROUPED = re.compile(r"(\d{1,3}(?:([.,' ])\d{3})(?:\2\d{3})*)(?:([.,])(\d+))?")
_HAN = re.compile("[〇零一二三四五六七八九十百千万萬億亿兆两]+")
_WORD = re.compile(r"[^\W\d_]+")

# 2 to 12, 100, 1000, million, billion; an x where the word says too many other things.
_WORDS = {
    "en": "two three four five six seven eight nine ten eleven twelve hundred thousand million billion",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf hundert tausend million|millionen "
    "milliarde|milliarden",
    "nl": "twee drie vier vijf zes zeven acht negen tien elf twaalf honderd duizend miljoen miljard",
    "sv": "två tre fyra fem x sju åtta nio tio elva tolv hundra tusen miljon|miljoner miljard|miljarder",
    "da": "to tre fire fem seks syv otte ni ti elleve tolv hundrede tusind million|millioner milliard|milliarder",
    "no": "to tre fire fem seks sju ot ni ti elleve tolv hundre tusen million|millioner milliard|milliarder",
    "fr": "deux trois quatre cinq six sept huit x dix onze douze cent|cents mille million|millions milliard|milliards",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce cien|ciento mil millón|millones x",
    "pt": "dois|duas três quatro cinco seis sete oito nove dez onze doze cem|cento mil "
    "milhão|milhões bilhão|bilhões",
    "it": "due tre quattro cinque x sette otto nove dieci undici dodici cento mille|mila "
    "milione|milioni miliardo|miliardi",
    "pl": "dwa|dwie|dwóch trzy|trzech cztery|czterech pięć|pięciu sześć|sześciu siedem|siedmiu osiem|ośmiu dziewięć "
    "dziesięć jedenaście dwanaście sto tysiąc|tysięcy|tysiące milion|milionów|miliony miliard|miliardów|miliardy",
    "ru": "два|две|двух три|трех|трёх четыре|четырех пять|пяти шесть|шести семь|семи восемь|восьми девять|девяти "
    "десять|десяти одиннадцать двенадцать сто|ста тысяча|тысяч|тысячи миллион|миллионов|миллиона "
    "миллиард|миллиардов|миллиарда",
    "uk": "два|дві|двох три|трьох чотири|чотирьох п'ять шість сім вісім дев'ять десять одинадцять дванадцять сто "
    "тисяча|тисяч|тисячі мільйон|мільйонів|мільйона мільярд|мільярдів|мільярда",
    "tr": "iki üç dört beş altı yedi sekiz dokuz x x x yüz bin milyon milyar",
}  # fmt: skip
_VALUES = [*map(str, range(2, 13)), "100", "1000", "1000000", "1000000000"]
_TABLES = {
    language: {
        form: value
        for forms, value in zip(words.split(), _VALUES, strict=True)
        for form in forms.split("|")
        if form != "x"
    }
    for language, words in _WORDS.items()
}


def numbers(text: str, *, language: str | None = None) -> list[str]:
    """The numbers of a normal text, in order, written alike however the text writes them."""
    found = [(match.start(), _plain(match[0])) for match in _DIGITS.finditer(text)]
    found += [(match.start(), match[0]) for match in _HAN.finditer(text)]
    table = _TABLES.get(language or "", {})
    if table:
        words = ((match.start(), match[0].casefold()) for match in _WORD.finditer(text))
        found += [(at, table[word]) for at, word in words if word in table]
    return [number for _, number in sorted(found)]


def _plain(digits: str) -> str:
    """A number in ASCII digits, without the signs that only group them."""
    if not digits.isascii():
        digits = "".join(
            str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in digits
        )
    grouped = _GROUPED.fullmatch(digits)
    if grouped and grouped[3] != grouped[2]:
        whole = grouped[1].replace(grouped[2], "")
        return f"{whole}.{grouped[4]}" if grouped[4] else whole
    return digits.replace(",", ".")
