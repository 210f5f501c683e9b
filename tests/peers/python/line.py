"""The command line that every peer has, and its one line of JSON; tests/peers/rust/line/src/lib.rs says what is measured.

A peer gives `run` an object with these: `submit(intended)`; `submit_many(count)` where its client can; `lanes(count,
in_flight)` submits so many with so many in flight; `work(tally)` works until the process ends, on the main thread.
"""

import argparse
import json
import os
import resource
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

COMING_UP_S = 30.0
CATCHING_UP_S = 3.0


class Tally:
    """Counts jobs that ran."""

    def __init__(self, wanted):
        self.wanted = wanted
        self.done = 0
        self.first_start = self.last_end = None
        self.latencies_us = []
        self.started, self.all_done = threading.Event(), threading.Event()

    def ended(self, intended):
        """A job runs; with another moment than 0 its latency is kept."""
        self.last_end = time.time()
        if self.first_start is None:
            self.first_start = self.last_end
            self.started.set()
        if intended > 0:
            self.latencies_us.append(max(0, round((self.last_end - intended) * 1e6)))
        self.done += 1
        if self.done == self.wanted:
            self.all_done.set()


def in_threads(count, in_flight, submit):
    """So many in flight, for clients that block."""

    def lane(number):
        for _ in range(number, count, in_flight):
            submit(0)

    with ThreadPoolExecutor(in_flight) as threads:
        for ended in [threads.submit(lane, number) for number in range(in_flight)]:
            ended.result()


def say(line):
    """Prints a line, past workers that take standard output over."""
    os.write(1, line.encode() + b"\n")


def finish(answer):
    """Prints the answer, and ends the process, whatever still runs."""
    say(json.dumps(answer))
    os._exit(0)


def watch(tally, window):
    """Says when the first job runs, and what was done once all is, or the window is over; goes on until it is told to end."""
    tally.started.wait()
    say("begun")
    tally.all_done.wait(window)
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = {"done": tally.done, "first_start": tally.first_start, "last_end": tally.last_end, "peak_kib": peak_kib}
    say(json.dumps(answer))
    # The bench lets the queue write off what ran, and closes standard input then.
    sys.stdin.buffer.read()
    os._exit(0)


def submit(queue, count, in_flight, bulk):
    begun = time.time()
    if bulk:
        for first in range(0, count, bulk):
            queue.submit_many(min(bulk, count - first))
    else:
        queue.lanes(count, in_flight)
    finish({"count": count, "begun": begun, "ended": time.time()})


def send_steadily(queue, rate, jobs, begun):
    """Open loop: a job that is submitted late is late. One goes before the others, uncounted; the worker says when it ran."""
    queue.submit(0)
    os.read(begun, 1)
    began = time.time()
    for job in range(jobs):
        intended = began + job / rate
        time.sleep(max(0.0, intended - time.time()))
        queue.submit(intended)


def latency(open_queue, rate, seconds):
    """The sender is a process of its own, so that it does not hold the worker's interpreter."""
    jobs = rate * seconds
    begun, say_begun = os.pipe()
    if os.fork() == 0:
        os.close(say_begun)
        send_steadily(open_queue(), rate, jobs, begun)
        os._exit(0)
    tally = Tally(jobs + 1)

    def tell():
        if not tally.started.wait(COMING_UP_S):
            os.write(2, b"the worker did not begin\n")
            os._exit(1)
        os.write(say_begun, b".")
        tally.all_done.wait(seconds + CATCHING_UP_S)
        finish({"sent": jobs, "latencies_us": tally.latencies_us})

    threading.Thread(target=tell, daemon=True).start()
    open_queue().work(tally)


def run(open_queue):
    """Does what the command line says; `open_queue(redis)` gives the peer's object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--redis", required=True)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, options in {
        "submit": ["count", "in-flight", "bulk"],
        "work": ["count", "seconds"],
        "latency": ["rate", "seconds"],
    }.items():
        command = commands.add_parser(name)
        for option in options:
            command.add_argument(f"--{option}", type=int, default=1 if option == "in-flight" else 0)
    asked = parser.parse_args()

    def opened():
        return open_queue(asked.redis)

    if asked.command == "submit":
        submit(opened(), asked.count, asked.in_flight, asked.bulk)
    elif asked.command == "work":
        tally = Tally(asked.count)
        threading.Thread(target=watch, args=(tally, asked.seconds), daemon=True).start()
        opened().work(tally)
    else:
        latency(opened, asked.rate, asked.seconds)
