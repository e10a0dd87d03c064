"""/healthz, /readyz and /metrics. Knows HTTP; what is asked of the daemon and the archive is handed in."""

import asyncio
from collections.abc import Callable

from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ANSWER_S = 10.0
"""Seconds after which an archive that does not answer counts as one that cannot be asked."""


def application(
    *,
    is_working: Callable[[], str | None],
    is_ready: Callable[[], str | None],
    metrics: Callable[[], bytes],
) -> Starlette:
    """The pages.

    Args:
        is_working: what is wrong with the daemon itself, if anything; called in the loop, at once.
        is_ready: what keeps it from its work, if anything; called in a thread.
        metrics: the page of metrics; called in a thread.
    """

    async def healthz(_request: Request) -> Response:
        return _answer(is_working())

    async def readyz(_request: Request) -> Response:
        try:
            trouble = await asyncio.wait_for(asyncio.to_thread(is_ready), ANSWER_S)
        except TimeoutError:
            trouble = f"the archive has not answered for {ANSWER_S:.0f} seconds"
        return _answer(trouble)

    async def numbers(_request: Request) -> Response:
        page = await asyncio.to_thread(metrics)
        return Response(page, media_type=CONTENT_TYPE_LATEST)

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", numbers),
        ]
    )


def _answer(trouble: str | None) -> Response:
    headers = {"Cache-Control": "no-store"}
    if trouble is None:
        return JSONResponse({"status": "ok"}, headers=headers)
    return JSONResponse({"status": "ill", "trouble": trouble}, status_code=503, headers=headers)
