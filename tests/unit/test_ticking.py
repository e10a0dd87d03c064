import asyncio
from datetime import timedelta

import structlog

from config.clock import SystemClock
from morgue.ticking import Ticker


def test_ticks_go_on_although_the_clock_was_set_back_by_a_day() -> None:
    ticks: list[int] = []

    async def body() -> None:
        ticker = Ticker()

        async def tick() -> None:
            ticks.append(1)
            if len(ticks) == 2:  # to APScheduler, this is what a clock set back looks like
                ahead = SystemClock().now() + timedelta(days=1)
                asyncio.get_running_loop().call_soon(
                    lambda: ticker.scheduler.get_jobs()[0].modify(next_run_time=ahead)
                )
            if len(ticks) == 4:
                done.set()

        done = asyncio.Event()
        ticker.add(tick, every=timedelta(seconds=0.05))
        ticker.start()
        async with asyncio.timeout(30):
            await done.wait()
        ticker.stop()

    with structlog.testing.capture_logs() as events:
        asyncio.run(body())
    assert [event["event"] for event in events] == ["clock_set_back"]
