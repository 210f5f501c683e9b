//! What the page says beside its numbers.

pub(super) const HEAD: &str = "# Benchmarks

Made by `make bench` from `tests/benches/results/compare.json`; do not edit it. Absolute figures belong to the machine, and
the load, the workers and Redis share its cores. Compare the ratios: each is taken within a round, in which all systems
run one after the other, and the medians of the rounds are shown with the least and the most.

";

pub(super) const QUICK: &str =
    "**This is a quick trial on a busy machine: one small round. Its figures mean little.**

";

pub(super) const PROMISES: &str = "The figures that offstage was built for. A rate that was promised to stay the same as the queue grows has done so at 90 % or
more: two measurements of the same thing differ by as much here (see the least and the most below).

";

pub(super) const MISSED: &str = "
Why rates are missed: Redis is what limits them (its core is busy, the worker is at a quarter of one), and most of its time is
not its commands'. `INFO commandstats` around a drain, taken by hand at commit e0f11c6 on two cores of an AMD EPYC: of a
thousand tasks, each has 37 us in scripts, and 11 of them are the commands'. The rest is Lua's, which reads, joins and hands
over short strings, and that of calling a command from it; the profile is flat, no function has a tenth. Beside a bare queue's hash and list, a deletion keeps
a record after its end, a history, three indexes and events, reads the user in the step in which he goes, and takes him out of
five places. And a submit is an HTTP request, whose server has no core of its own here. Its profile under 64 callers (at
f8a12b1, there too) is as flat: a sixth is the allocator's (another one, mimalloc, was no faster and took half as much memory
again), an eighth the kernel's for waking threads up, and none of our functions has more than 2 %. With a million tasks the
commands are the same (a test counts them) and take 25 us instead of 11: that is memory, which no longer fits into the caches,
and sorted sets that are deeper. What would help next: history lines that follow from the record, no index of states that last
for milliseconds, fewer keys a task.
";

pub(super) const RATES: &str = "Tasks a second; Redis with `appendonly yes`, `appendfsync everysec`, which is what every system here is used with, and
what lets the queues be compared instead of the disk (the other setting is below), and with no automatic rewrite of
the file, which would fall into one system's round and not into another's. offstage's submits are HTTP requests to its
API, 1 or 64 connections, one task each; in bulk they are `POST /ops/v1/deletions` with 1,000 users. The peers'
submits are calls of their own client in the caller's process, without a server between; it opens its connections while it
submits, where offstage's callers have theirs before. A drain goes from the first
job's start to the last one's end, with the start of the worker left out; one worker process each. *Submit to
terminal* is both at once: 64 in flight into a queue that is being worked off, from the first submit to the last end.
";

pub(super) const RATIOS: &str = "
Above 1 offstage is faster:

";

pub(super) const LATENCY: &str = "From the moment a submit was due (open loop) to the end of the task, at a steady rate to an idle worker. offstage's time ends
when a caller hears of COMPLETED from the API's stream of events; a peer's ends inside the job, before anything is written
down. *Cancel* goes from the request to CANCELLED for a running task; in BullMQ that works inside the worker's own process
only, in offstage from anywhere; the others have none in this setting. p99.9 at 50/s is the slowest of a round. What has not
ended three seconds after the last submit was due took longest: where a percentile falls among those, there is a dash.

";

pub(super) const COSTS: &str = "Microseconds of Redis's processor and commands (those inside scripts, and the scripts themselves, included) for a task;
bytes in Redis for a queued one, and for one that has ended; the most memory that the processes held. The drain is
everything after the submit. offstage keeps the record and the history of a finished task until its retention ends, and
apalis-redis its jobs for ever; the others keep nothing of a job, and what is left of them is the same however many there
were (scripts, a bounded stream of events).

";

pub(super) const GROWTH: &str = "offstage with so many users in the directory and all their deletions queued, submitted in bulk on two connections. The others
are measured with what they can hold and do not appear: apalis-redis stops for good at 8,000 queued jobs.

";

pub(super) const LIMIT: &str = "Each kind of command that offstage's scripts give, read with MONITOR, and given by redis-benchmark with as many arguments (64
in a pipeline, 50 connections), times how often a task needs it. Numbers in keys, members and scores are drawn anew for each
request, and before a command is measured Redis is given what the command found when it was read: records and members that
are asked for or taken away are there (of those taken away, at most one in eight has gone before). Scripts themselves, their
arguments and decisions are left out, so a queue that decides anything cannot reach it.

";

pub(super) const ALWAYS: &str = "Redis answers only after its disk has the write: what offstage's promise that an accepted task is kept needs against a power
failure. One round. Where many tasks share a script, they share the wait for the disk.

";

pub(super) const COMPARED: &str = "The peers run an empty function. offstage deletes a user for each task, over HTTP:

- it authenticates and authorizes the caller, finds the user, and answers with a task; the same user's second request joins
  the first one, and a repeated one (Idempotency-Key) finds its task;
- it checks what depends on the user, and looks again in the same step in which he is deleted, with his indexes, his
  dependents' records and his place among the administrators;
- every write of a worker carries a fence; a crash of anything loses no task and deletes nobody twice;
- it keeps the record, the history of every transition and the counters, and tells listeners.

So the ratios say what that costs beside a bare queue, not which queue runs an empty function fastest. Not compared: jobs
that take time (all systems then wait for the job), several worker processes (Python's would scale with more cores), other
languages' Sidekiq, queues on other databases, networks with a delay.

";
