"""Which address is the same picture: in another size, from another server of the same site.

Knows how sites name renditions of a picture. Must not know pictures.
"""

import re
from urllib.parse import unquote, urlsplit

_SIZES = re.compile(
    r"[-_=/,]?(?:\d{2,4}x\d{2,4}|[wh](?:idth|eight)?[-_=]?\d{2,4}|\d{2,4}[wpx]{1,2})(?=[-_./,]|$)",
    re.IGNORECASE,
)
_ENDING = re.compile(r"\.(?:jpe?g|png|webp|avif|gif)$", re.IGNORECASE)


def name(url: str) -> str:
    """What of an address names the picture: its path without sizes and kind of file, no server, no query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    path = unquote(parts.path)
    inner = max(
        path.rfind("http:/"), path.rfind("https:/")
    )  # a server that scales pictures of another
    if inner > 0:
        path = "/" + path[inner:].split("/", 3)[-1]
    bare = _SIZES.sub("", _ENDING.sub("", path))
    return bare if bare.strip("/") else f"{path}?{parts.query}"
