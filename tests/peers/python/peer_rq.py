"""RQ: SimpleWorker, which forks no process a job, and results that are not kept; bulk is enqueue_many."""

import logging

from redis import Redis
from rq import Queue, SimpleWorker

import line

QUEUE = "bench"
TALLY = None


def noop(intended):
    TALLY.ended(intended)




class Rq:
    def __init__(self, redis):
        self.redis = Redis.from_url(redis)
        self.queue = Queue(QUEUE, connection=self.redis)

    def submit(self, intended):
        self.queue.enqueue("peer_rq.noop", intended, result_ttl=0)

    def lanes(self, count, in_flight):
        line.in_threads(count, in_flight, self.submit)

    def submit_many(self, count):
        self.queue.enqueue_many([Queue.prepare_data("peer_rq.noop", (0,), result_ttl=0) for _ in range(count)])

    def work(self, tally):
        global TALLY
        TALLY = tally
        logging.disable(logging.CRITICAL)
        SimpleWorker([self.queue], connection=self.redis).work(logging_level="CRITICAL")


if __name__ == "__main__":
    import sys

    # The worker imports the job by its module's name, and shall find this one, which has the tally.
    sys.modules["peer_rq"] = sys.modules["__main__"]
    line.run(Rq)
