"""Asks the daemon that runs on this machine whether it works. Knows its address and HTTP; must not know the archive."""

import http.client
import json

PATIENCE_S = 10.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  an address that somebody listens at
_MOST = 10_000


def trouble(listen: str) -> str | None:
    """What keeps the daemon that listens there from its work, in words; None: it works."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    host = _ANYWHERE.get(host, host)
    connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE_S)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        body = answer.read(_MOST)
    except (OSError, http.client.HTTPException) as error:
        return f"no daemon answers at {listen}: {error or type(error).__name__}"
    finally:
        connection.close()
    return None if answer.status == http.HTTPStatus.OK else _words(body, status=answer.status)


def _words(body: bytes, *, status: int) -> str:
    try:
        return str(json.loads(body)["trouble"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {status}"
