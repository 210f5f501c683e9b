// BullMQ, spoken to through the command line that every peer has (tests/peers/rust/line/src/lib.rs says what is measured).
//
// Concurrency 100 and removeOnComplete, as its documentation advises for many short jobs; bulk is addBulk. Its jobs can be
// cancelled from the worker's own process only.

import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';

const NAME = 'bench';
const CONCURRENCY = 100;
const COMING_UP_MS = 30_000;
const CATCHING_UP_MS = 3000;

// The machine's clock with the precision of the monotonic one.
const now = () => (performance.timeOrigin + performance.now()) / 1000;
const option = (name) => ({ [name]: { type: 'string' } });

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: Object.assign({}, ...['redis', 'count', 'in-flight', 'bulk', 'seconds', 'rate', 'times'].map(option)),
});
const number = (name, otherwise) => Number(values[name] ?? otherwise);
const address = new URL(values.redis);
const connection = { host: address.hostname, port: Number(address.port), maxRetriesPerRequest: null };
const removal = { removeOnComplete: true, removeOnFail: true };

const queue = new Queue(NAME, { connection, defaultJobOptions: removal });
await queue.waitUntilReady();

// Whether it comes within that time.
async function within(ms, promise) {
  const over = new AbortController();
  const deadline = sleep(ms, false, { signal: over.signal }).catch(() => false);
  const came = await Promise.race([promise.then(() => true), deadline]);
  over.abort();
  return came;
}

class Tally {
  constructor(wanted) {
    this.wanted = wanted;
    this.done = 0;
    this.latencies = [];
    this.started = new Promise((resolve) => (this.start = resolve));
    this.allDone = new Promise((resolve) => (this.finish = resolve));
  }

  ended(intended) {
    const at = now();
    this.firstStart ??= (this.start(), at);
    this.lastEnd = at;
    if (intended > 0) this.latencies.push(Math.max(0, Math.round((at - intended) * 1e6)));
    if (++this.done === this.wanted) this.finish();
  }
}

async function work(tally) {
  const worker = new Worker(NAME, async (job) => tally.ended(job.data.intended), { connection, concurrency: CONCURRENCY });
  await worker.waitUntilReady();
}

const commands = {
  async submit() {
    const [count, inFlight, bulk] = [number('count'), number('in-flight', 1), number('bulk', 0)];
    const begun = now();
    if (bulk) {
      for (let first = 0; first < count; first += bulk) {
        const jobs = Array.from({ length: Math.min(bulk, count - first) }, () => ({ name: 'noop', data: { intended: 0 } }));
        await queue.addBulk(jobs);
      }
    } else {
      let next = 0;
      const lane = async () => {
        while (next++ < count) await queue.add('noop', { intended: 0 });
      };
      await Promise.all(Array.from({ length: inFlight }, lane));
    }
    return { count, begun, ended: now() };
  },

  async work() {
    const tally = new Tally(number('count'));
    await work(tally);
    await tally.started;
    say('begun');
    await within(number('seconds') * 1000, tally.allDone);
    return { done: tally.done, first_start: tally.firstStart, last_end: tally.lastEnd, peak_kib: process.resourceUsage().maxRSS };
  },

  async latency() {
    const [rate, sent] = [number('rate'), number('rate') * number('seconds')];
    // One job goes before the others, uncounted: what comes up with the first is no latency.
    const tally = new Tally(sent + 1);
    await work(tally);
    await queue.add('noop', { intended: 0 });
    if (!(await within(COMING_UP_MS, tally.started))) throw new Error('the worker did not begin');
    const began = now();
    for (let job = 0; job < sent; job++) {
      const intended = began + job / rate;
      // A timer may go off up to a millisecond early.
      for (let early; (early = intended - now()) > 0; ) await sleep(Math.ceil(early * 1000));
      queue.add('noop', { intended }).catch((error) => console.error(error));
    }
    await within(CATCHING_UP_MS, tally.allDone);
    return { sent, latencies_us: tally.latencies };
  },

  async cancel() {
    let running, ended;
    const processor = async (job, token, signal) => {
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true });
        running(job.id);
      });
      ended(now());
    };
    const worker = new Worker(NAME, processor, { connection, concurrency: CONCURRENCY });
    const latencies_us = [];
    for (let time = 0; time < number('times'); time++) {
      const id = new Promise((resolve) => (running = resolve));
      const end = new Promise((resolve) => (ended = resolve));
      await queue.add('noop', { intended: 0 });
      const job = await id;
      const begun = now();
      if (!worker.cancelJob(job)) throw new Error(`job ${job} is not running`);
      latencies_us.push(Math.round(((await end) - begun) * 1e6));
    }
    return { latencies_us };
  },
};

const say = (line) => new Promise((resolve) => process.stdout.write(`${line}\n`, resolve));

const answer = await commands[positionals[0]]();
await say(JSON.stringify(answer));
// The bench lets the queue write off what ran, and closes standard input then.
if (positionals[0] === 'work') await new Promise((resolve) => process.stdin.once('end', resolve).resume());
process.exit(0);
