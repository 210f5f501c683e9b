"""arq: 100 jobs at once, no results kept, uvloop, polled every 10 ms (half a second by default)."""

import asyncio

import uvloop
from arq import create_pool
from arq.connections import RedisSettings
from arq.worker import Worker, func

import line

MOST_AT_ONCE = 100
POLL_S = 0.01


class Arq:
    def __init__(self, redis):
        self.settings = RedisSettings.from_dsn(redis)
        self.loop = uvloop.new_event_loop()
        asyncio.set_event_loop(self.loop)
        self.pool = self.loop.run_until_complete(create_pool(self.settings))

    def submit(self, intended):
        self.loop.run_until_complete(self.pool.enqueue_job("noop", intended))

    def lanes(self, count, in_flight):
        async def lane(number):
            for _ in range(number, count, in_flight):
                await self.pool.enqueue_job("noop", 0)

        async def all_lanes():
            await asyncio.gather(*(lane(number) for number in range(in_flight)))

        self.loop.run_until_complete(all_lanes())

    def work(self, tally):
        async def noop(_context, intended):
            tally.ended(intended)

        worker = Worker(
            functions=[func(noop, name="noop")],
            redis_settings=self.settings,
            max_jobs=MOST_AT_ONCE,
            keep_result=0,
            poll_delay=POLL_S,
            log_results=False,
            handle_signals=False,
        )
        worker.run()


line.run(Arq)
