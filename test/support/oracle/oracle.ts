import { setTimeout as sleep } from "node:timers/promises";
import * as fc from "fast-check";
import type { Outcome } from "../../../src/telemetry/outcome.ts";
import { scrape } from "../scrape.ts";
import { type Stack, startStack } from "../stack.ts";
import { type Arrival, type Arrivals, startArrivals } from "./arrivals.ts";
import { CORPUS } from "./corpus.ts";
import { type Fault, faultOf, type Trace } from "./judge.ts";
import { SERVICE_CORPUS } from "./service-corpus.ts";
import { type Shot, writeShot } from "./shot.ts";
import { shots } from "./shots.ts";
import { withApis, withUpstreams } from "./surroundings.ts";
import { createWireClient, type WireClient } from "./wire-client.ts";

/** The real pipeline, and what AWS's side reads of what it sends. */
export interface Oracle {
  /** Sends the corpus and so many requests, many at a time, and judges each; the same seed makes the same requests. */
  readonly run: (count: number, seed: number) => Promise<Judged>;
  readonly close: () => Promise<void>;
}

/** What came of a run. */
export interface Judged {
  /** A request each, as small as it could be made, with its raw bytes. */
  readonly differences: readonly string[];
  /** Requests that reached AWS's side. */
  readonly arrived: number;
  /** Of those, such as the stand-in read. */
  readonly compared: number;
  /** `s3:GetObject` → how often it was sent and read alike. */
  readonly operations: ReadonlyMap<string, number>;
  /** `s3:GetObject denied-no-rule` → how often. */
  readonly verdicts: ReadonlyMap<string, number>;
  /** The stand-in's own refusals: code → how often. */
  readonly refusals: ReadonlyMap<string, number>;
}

const BATCH = 500;
const AT_ONCE = 32;
/** Kinds of differences that are told. */
const MAX_DIFFERENCES = 60;

/** The users of the shipped world. */
const USERS: readonly string[] = ["admin", "analyst", "editor", "member"];

/** The `sub` of each, by what they present. */
const SUBJECTS: ReadonlyMap<string, string> = new Map(
  USERS.flatMap((name, i) => {
    const subject = `00000000-aaaa-4000-8000-00000000000${i + 1}`;
    return [
      [name, subject],
      [`${name}'s access`, subject],
    ] as const;
  }),
);

/** Starts Postern with rules that let some callers do everything and others little, before a stand-in that only reads. */
export async function startOracle(): Promise<Oracle> {
  const arrivals = await startArrivals();
  const stack = await startStack({
    config: (yaml) => withUpstreams(yaml, arrivals.port),
    world: withApis,
    waits: true,
  });
  arrivals.guardWith(stack.aws);
  // Only now there are keys for Postern.
  while (!(await fetch(`http://127.0.0.1:${stack.ports.probes}/readyz`)).ok) await sleep(5);
  const tokens = await tokensOf(stack);
  const client = createWireClient(stack.ports.listen);
  const world = { stack, arrivals, tokens, client, next: 0 };
  return {
    run: (count, seed) => run(world, count, seed),
    close: async () => {
      client.close();
      await stack.close();
      await arrivals.close();
    },
  };
}

/** What each caller presents: a user an ID token, or the access token of the same sign-in. */
async function tokensOf({ tokenOf, tokensOf }: Stack): Promise<ReadonlyMap<string, string>> {
  const own = await Promise.all(
    [...USERS, "service"].map(async (name) => [name, await tokenOf(name)] as const),
  );
  const access = await Promise.all(
    USERS.map(async (name) => [`${name}'s access`, (await tokensOf(name)).access] as const),
  );
  return new Map([...own, ...access]);
}

interface World {
  readonly stack: Stack;
  readonly arrivals: Arrivals;
  readonly tokens: ReadonlyMap<string, string>;
  readonly client: WireClient;
  /** Number of the next request. */
  next: number;
}

interface Fired {
  readonly shot: Shot;
  /** By which it was drawn, and as which of its batch; undefined for one of the corpus. */
  readonly drawn: { readonly seed: number; readonly index: number } | undefined;
}

/** The requests of a run, a batch at a time. */
function* batches(count: number, seed: number): Generator<Fired[], void> {
  yield [...CORPUS, ...SERVICE_CORPUS].map((shot) => ({ shot, drawn: undefined }));
  for (let start = 0; start < count; start += BATCH) {
    const from = seed + start;
    const numRuns = Math.min(BATCH, count - start);
    yield fc
      .sample(shots, { seed: from, numRuns })
      .map((shot, index) => ({ shot, drawn: { seed: from, index } }));
  }
}

async function run(world: World, count: number, seed: number): Promise<Judged> {
  const fired = new Map<string, Fired>();
  const from = { outcomes: world.stack.outcomes.length, arrivals: world.arrivals.all.length };
  for (const batch of batches(count, seed)) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let one = batch.pop(); one !== undefined; one = batch.pop())
          fired.set(await fire(world, one.shot), one);
      }),
    );
  }
  await settled(world);
  const outcomes = world.stack.outcomes.slice(from.outcomes);
  const arrivals = world.arrivals.all.slice(from.arrivals);
  const differences = new Map<string, string>();
  for (const [tag, trace] of tracesOf(outcomes, arrivals)) {
    const one = fired.get(tag);
    const fault = faultOf(trace, one && subjectOf(one.shot));
    if (fault === undefined || differences.has(fault.kind)) continue;
    if (differences.size >= MAX_DIFFERENCES) break;
    differences.set(
      fault.kind,
      one === undefined ? `untraced: ${fault.told}` : await smallest(world, one, fault),
    );
  }
  return { differences: [...differences.values()], ...counted(outcomes, arrivals) };
}

/** Sends a request and gives the tag by which it is found again. */
async function fire(world: World, shot: Shot): Promise<string> {
  const { tokens, client } = world;
  const tag = `oracle-${String(world.next++).padStart(7, "0")}`;
  await client.send(writeShot(shot, tag, tokens), shot.method === "HEAD");
  return tag;
}

/** Waits until nothing is under way on either side. */
async function settled({ stack, arrivals }: World): Promise<void> {
  for (let quiet = 0; quiet < 2;) {
    const measured = await scrape(stack.ports.probes);
    quiet = measured("postern_in_flight_requests") === 0 && arrivals.open() === 0 ? quiet + 1 : 0;
    await sleep(5);
  }
}

function tracesOf(outcomes: readonly Outcome[], arrivals: readonly Arrival[]): ReadonlyMap<string, Trace> {
  const traces = new Map<string, { outcomes: Outcome[]; arrivals: Arrival[] }>();
  const traceOf = (tag: string) => {
    const trace = traces.get(tag) ?? { outcomes: [], arrivals: [] };
    traces.set(tag, trace);
    return trace;
  };
  for (const outcome of outcomes) traceOf(outcome.requestId).outcomes.push(outcome);
  for (const arrival of arrivals) traceOf(arrival.tag).arrivals.push(arrival);
  return traces;
}

/** The `sub` that a request should be signed for. */
function subjectOf({ caller, place }: Shot): string | undefined {
  return place === "none" || place === "cookie" ? undefined : SUBJECTS.get(caller);
}

/** Sends one request by itself and judges it. */
async function judge(world: World, shot: Shot): Promise<Fault | undefined> {
  const from = { outcomes: world.stack.outcomes.length, arrivals: world.arrivals.all.length };
  await fire(world, shot);
  await settled(world);
  const outcomes = world.stack.outcomes.slice(from.outcomes);
  const arrivals = world.arrivals.all.slice(from.arrivals);
  for (const trace of tracesOf(outcomes, arrivals).values()) {
    const fault = faultOf(trace, subjectOf(shot));
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** The same fault, in as small a request as can be found. */
async function smallest(world: World, { shot, drawn }: Fired, found: Fault): Promise<string> {
  const names = new Map([...world.tokens.keys()].map((name) => [name, `<${name}>`]));
  const tell = (fault: Fault, shot: Shot): string =>
    `${fault.told}\n${JSON.stringify(writeShot(shot, "oracle", names).bytes.toString("latin1"))}`;
  let told = tell(found, shot);
  if (drawn === undefined) return told;
  const property = fc.asyncProperty(shots, async (shot) => {
    const fault = await judge(world, shot);
    if (fault?.kind !== found.kind) return;
    told = tell(fault, shot);
    throw new Error(fault.kind);
  });
  const { seed, index } = drawn;
  await fc.check(property, { seed, path: String(index), numRuns: 1, interruptAfterTimeLimit: SHRINK_MS });
  return told;
}

const SHRINK_MS = 5000;

function counted(outcomes: readonly Outcome[], arrivals: readonly Arrival[]): Omit<Judged, "differences"> {
  const operations = new Map<string, number>();
  const verdicts = new Map<string, number>();
  const refusals = new Map<string, number>();
  const read = new Set(arrivals.filter(({ seen }) => seen !== undefined).map(({ tag }) => tag));
  for (const { service, operation, reason, requestId } of outcomes) {
    const name = `${service}:${operation ?? "unknown"}`;
    count(verdicts, `${name} ${reason ?? "passed"}`);
    if (reason === undefined && read.has(requestId)) count(operations, name);
  }
  for (const { refused, seen } of arrivals)
    if (refused !== undefined) count(refusals, `${refused}${seen === undefined ? " unread" : ""}`);
  return { arrived: arrivals.length, compared: read.size, operations, verdicts, refusals };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
