/**
 * Compares two servers by the CPU time that one request costs them, paired in one run.
 *
 * Each server under test is a child process, started as `file upstreamUrl`, that
 * 1. listens on a free port of 127.0.0.1 and sends `{ ready: true, url, headers? }` over IPC: `url` whole, with the path
 *    to ask for, `headers` for every request (a token, say);
 * 2. answers each `{ ask: "cpu" }` with `{ cpuUs }`: user and system time of its whole process so far;
 * 3. exits when the IPC channel closes.
 * `announce` in subject.ts does all three. Children inherit `--expose-gc --import tsx`; a child that stands for what is
 * shipped should load it from `dist/`, since tsx names every closure as it is made, and that shows.
 *
 * Rounds go A B A B …, after two of each to warm up; a ratio is taken within each pair, so a machine that slows down
 * half-way slows both sides of it. No garbage collection is forced between rounds: it throws compiled code away as well,
 * and the next round pays a quarter of a second to compile it again (measured).
 */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import type { Delivery, Load } from "./load.ts";
import type { Question, Report, Subject } from "./subject.ts";

const WARM_UP_ROUNDS = 2;

/** How long and how hard to measure. */
export interface Effort {
  /** Pairs of rounds that count. */
  readonly rounds: number;
  /** Requests in one round. */
  readonly requests: number;
  readonly connections: number;
}

/** CPU microseconds per request, a round an entry. */
export interface Measurement {
  readonly aUs: readonly number[];
  readonly bUs: readonly number[];
}

/** Measures server `b` against server `a`, each a file of this folder. @throws when any answer is not a 200. */
export async function measure(a: string, b: string, effort: Effort): Promise<Measurement> {
  const children: ChildProcess[] = [];
  const begin = (file: string, args: readonly string[]): ChildProcess => {
    const child = fork(join(import.meta.dirname, file), args);
    children.push(child);
    return child;
  };
  try {
    const { url: upstream } = await ready(begin("upstream.ts", []));
    const load = begin("load.ts", []);
    const [sideA, sideB] = [begin(a, [upstream]), begin(b, [upstream])];
    const [subjectA, subjectB] = await Promise.all([ready(sideA), ready(sideB)]);
    const aUs: number[] = [];
    const bUs: number[] = [];
    for (let round = -WARM_UP_ROUNDS; round < effort.rounds; round++) {
      aUs.push(await costOfRound(sideA, load, { ...subjectA, ...effort }));
      bUs.push(await costOfRound(sideB, load, { ...subjectB, ...effort }));
    }
    return { aUs: aUs.slice(WARM_UP_ROUNDS), bUs: bUs.slice(WARM_UP_ROUNDS) };
  } finally {
    for (const child of children) if (child.connected) child.disconnect();
  }
}

async function costOfRound(server: ChildProcess, load: ChildProcess, order: Load): Promise<number> {
  const before = await cpuUs(server);
  const { refused } = await ask<Delivery>(load, order);
  if (Object.keys(refused).length > 0) {
    throw new Error(`${order.url} answered ${JSON.stringify(refused)} (status: how often)`);
  }
  return ((await cpuUs(server)) - before) / order.requests;
}

async function cpuUs(server: ChildProcess): Promise<number> {
  const report = await ask<Report>(server, { ask: "cpu" });
  return "cpuUs" in report ? report.cpuUs : Number.NaN;
}

async function ready(child: ChildProcess): Promise<Subject> {
  return (await heard(child)) as Subject;
}

function ask<Answer>(child: ChildProcess, question: Load | Question): Promise<Answer> {
  const answer = heard(child);
  child.send(question);
  return answer as Promise<Answer>;
}

/** The child's next message. @throws when it ends instead, which would otherwise be waited for without end. */
async function heard(child: ChildProcess): Promise<unknown> {
  const settled = new AbortController();
  const signal = settled.signal;
  const ended = once(child, "exit", { signal }).then(([code]) => {
    throw new Error(`${child.spawnargs.join(" ")} ended with ${code}`);
  });
  try {
    const [message] = await Promise.race([once(child, "message", { signal }), ended]);
    return message;
  } finally {
    ended.catch(() => undefined);
    settled.abort();
  }
}
