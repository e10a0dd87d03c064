"""The daemon is asked whether it works, whatever answers at its address."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from morgue.cli import answering


class Page(BaseHTTPRequestHandler):
    """Answers as it is told."""

    status, body = 200, b"{}"

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, b"{}", None),
        (503, b'{"status": "ill", "trouble": "it hangs"}', "it hangs"),
        (503, b"[]", "HTTP 503"),
        (404, b"not ours", "HTTP 404"),
    ],
)
def test_what_is_wrong_is_said_in_its_words(
    port: int, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, words: str | None
) -> None:
    monkeypatch.setattr(Page, "status", status)
    monkeypatch.setattr(Page, "body", body)
    for host in ("127.0.0.1", "0.0.0.0"):
        assert answering.trouble(f"{host}:{port}") == words


def test_where_nobody_listens_it_does_not_work() -> None:
    assert "no daemon answers at 127.0.0.1:9" in str(answering.trouble("127.0.0.1:9"))
