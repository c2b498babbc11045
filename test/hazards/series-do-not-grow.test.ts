import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Pool } from "undici";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { QUOTAS } from "../../src/credentials/quotas.ts";
import { REFUSALS } from "../../src/domain/refusal.ts";
import { STAGES } from "../../src/telemetry/outcome.ts";
import {
  type Ask,
  answerAsAsked,
  askOf,
  type Bearers,
  bearersOf,
  kindsOf,
  word,
} from "../support/odd-traffic.ts";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { exposition, type Sample, samplesIn } from "../support/scrape.ts";
import { type Stack, startStack } from "../support/stack.ts";

const CALLERS = 200;
const REQUESTS = 10_000;
const AT_A_TIME = 32;

let s3: OwnUpstream;
let stack: Stack;
let bearers: Bearers;
let pool: Pool;

beforeAll(async () => {
  s3 = await startUpstream(answerAsAsked);
  const rates = "  rates: { GetId: 10000, GetCredentialsForIdentity: 10000, GetCallerIdentity: 10000 }\n";
  const roomy = (yaml: string): string => yaml.replace("credentials:\n", `credentials:\n${rates}`);
  stack = await startStack({ config: (yaml) => roomy(s3.config(yaml)) });
  bearers = await bearersOf(stack, CALLERS);
  pool = new Pool(stack.url, { connections: AT_A_TIME });
});

afterAll(async () => {
  await pool.close();
  await stack.close();
  await s3.close();
});

const CONFIG = parse(readFileSync(join(import.meta.dirname, "../../config/dev.yaml"), "utf8")) as {
  readonly upstreams: Readonly<Record<string, { readonly service: string }>>;
  readonly policy: { readonly rules: readonly { readonly name: string }[] };
};
const CODES = Object.keys(REFUSALS);
const EXCHANGED = [
  "refused",
  "misconfigured",
  "throttled",
  "unavailable",
  "timeout",
  "malformed",
  "too-large",
];

/** All values that a label may have, of whatever metric: what is configured, and words of the code. */
const CLOSED: Readonly<Record<string, ReadonlySet<string>>> = {
  upstream: new Set(["none", ...Object.keys(CONFIG.upstreams)]),
  service: new Set(["none", ...Object.values(CONFIG.upstreams).map(({ service }) => service)]),
  outcome: new Set(["ok", "client-gone", "upstream-broken", "held-back", ...EXCHANGED]),
  reason: new Set(["", ...CODES]),
  status: new Set(["1xx", "2xx", "3xx", "4xx", "5xx", "other"]),
  kind: new Set(["broken", "unreachable", "timeout"]),
  verdict: new Set(["permit", "denial"]),
  rule: new Set(["", ...CONFIG.policy.rules.map(({ name }) => name)]),
  result: new Set(["accepted", ...CODES, "hit", "miss", "refresh", "stale", "shared_hit"]),
  operation: new Set(Object.keys(QUOTAS)),
  stage: new Set(STAGES),
  issuer: new Set(["local"]),
  mode: new Set(["enforce", "record"]),
  version: new Set(["0.0.0-test"]),
};
/** Of a histogram's bounds there are so many. */
const BOUNDS = 21;

const samples = async (): Promise<readonly Sample[]> => samplesIn(await exposition(stack.ports.probes));
const seriesOf = (all: readonly Sample[]): readonly string[] =>
  all.map(({ series }) => series).filter((series) => series.startsWith("postern_"));

/** Sends some at a time, and reads each answer to its end. */
async function send(asks: Iterable<Ask>): Promise<void> {
  const left = asks[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) {
      const { body } = await pool.request(next.value);
      await body.dump();
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
}

function* asksOf(count: number): Generator<Ask> {
  const kinds = kindsOf(bearers);
  for (let i = 0; i < count; i++) {
    const kind = kinds[Math.floor(Math.random() * kinds.length)];
    if (kind === undefined) continue;
    yield i % 10 === 0 ? oddlyAnswered(200 + (i % 800)) : askOf(kind, bearers);
  }
}

/** An answer of S3's by a status that HTTP has a class for, or none. */
function oddlyAnswered(status: number): Ask {
  const ask = askOf({ place: "report", method: "GET", bearer: "analyst" }, bearers);
  return { ...ask, path: `/s3/reports/${word()}/status-${status}` };
}

function* oneOfEach(): Generator<Ask> {
  for (const kind of kindsOf(bearers)) yield askOf(kind, bearers);
  for (let status = 200; status < 1000; status++) yield oddlyAnswered(status);
}

it("ten thousand requests with paths, queries, callers, groups, buckets and answers of their own add no series", async () => {
  await send(oneOfEach());
  const before = await samples();
  await send(asksOf(REQUESTS));
  const after = await samples();
  expect(seriesOf(after)).toEqual(seriesOf(before));
  expect(requestsIn(after) - requestsIn(before)).toBe(REQUESTS);
  // Node's own come and go with what the process uses at a time: of one kind or another, and not with requests.
  expect(Math.abs(ofNode(after).length - ofNode(before).length)).toBeLessThan(20);
}, 180_000);

it("every label has its value from a closed set, and their number bounds that of the series", async () => {
  const all = await samples();
  const own = all.filter(({ name }) => name.startsWith("postern_"));
  for (const { series, labels } of own)
    for (const [label, value] of Object.entries(labels))
      if (label !== "le") expect(CLOSED[label]?.has(value), `${label} of ${series}`).toBe(true);
  const counts = new Map<string, number>();
  for (const { name } of own) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const [name, count] of counts) expect(count, name).toBeLessThanOrEqual(boundOf(name, own));
  // What Node uses at a time comes and goes, of few kinds.
  expect(ofNode(all).length).toBeLessThanOrEqual(150);
  expect(all.length).toBeLessThanOrEqual(1500);
});

/** The product of the sets that its labels are from. */
function boundOf(metric: string, all: readonly Sample[]): number {
  const labels = all.find(({ name }) => name === metric)?.labels ?? {};
  const sizes = Object.keys(labels).map((label) => (label === "le" ? BOUNDS : (CLOSED[label]?.size ?? 0)));
  return sizes.reduce((product, size) => product * size, 1);
}

/** All that are not Postern's: of the process, and of Node. */
const ofNode = (all: readonly Sample[]): readonly Sample[] =>
  all.filter(({ name }) => !name.startsWith("postern_"));

const requestsIn = (all: readonly Sample[]): number =>
  all.filter(({ name }) => name === "postern_requests_total").reduce((sum, { value }) => sum + value, 0);
