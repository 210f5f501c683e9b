"""Celery: pool solo (quicker than threads and prefork for no-op jobs), results ignored, 100 prefetched, no gossip."""

from celery import Celery

import line

PREFETCH = 100
CONNECTIONS = 64
app = Celery("bench")
app.conf.update(
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    worker_prefetch_multiplier=PREFETCH,
    worker_disable_rate_limits=True,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    broker_pool_limit=CONNECTIONS,
    broker_connection_retry_on_startup=True,
)
TALLY = None


@app.task(name="noop", ignore_result=True)
def noop(intended):
    TALLY.ended(intended)


class CeleryPeer:
    def __init__(self, redis):
        app.conf.broker_url = redis + "/0"

    def submit(self, intended):
        noop.delay(intended)

    def lanes(self, count, in_flight):
        line.in_threads(count, in_flight, self.submit)

    def work(self, tally):
        global TALLY
        TALLY = tally
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=CRITICAL"]
        app.worker_main(["worker", "--pool=solo", *quiet])


line.run(CeleryPeer)
