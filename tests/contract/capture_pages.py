"""Pages of an invented newspaper, like real ones in what matters to a capture store.

One template around other words, and ids and a clock that change with every look.
"""

import random

_WORDS = (
    *("harbour", "council", "ferry", "pilot", "winter", "budget", "lantern", "bridge", "orchard"),
    *("mayor", "signal", "copper", "museum", "ticket", "shelter", "quarry", "violin", "tunnel"),
)


def page(article: int, *, look: int = 0, size: int = 40_000) -> bytes:
    """An article's page at its n-th look: the same text but for one paragraph, with other ids."""
    words = random.Random(article)
    churn = random.Random(article * 1000 + look)
    template = random.Random(0)
    parts = [f"<!doctype html><title>{_words(words, 6)}</title><time>{look:04}:00Z</time>"]
    length = 0
    while length < size:
        block = (
            f'<div class="c-{template.getrandbits(64):016x}" data-slot="{template.getrandbits(80)}">'
            f"<p>{_words(words, 25)}</p></div>"
        )
        if template.random() < 0.1:
            block += f'<ins id="ad-{churn.getrandbits(64):016x}"></ins>'
        parts.append(block)
        length += len(block)
    parts[len(parts) // 2] = f"<p>{_words(random.Random(article + look), 40)}</p>"
    return "\n".join(parts).encode()


def _words(source: random.Random, count: int) -> str:
    return " ".join(f"{source.choice(_WORDS)}{source.randrange(90)}" for _ in range(count))
