import { generateKeyPairSync, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, type TestContext } from "vitest";
import type { Effect, Fault } from "../../src/local/faults.ts";
import { countsOf, type Stack, type StackOptions, startStack } from "../support/stack.ts";

const UNAVAILABLE = "503 keys-unavailable";
const REFUSED = "401 token-signature";

/** A stack of a test's own: many tests run at once, since most of their time is waiting. */
async function open({ onTestFinished }: TestContext, options: StackOptions = {}): Promise<Stack> {
  const stack = await startStack(options);
  onTestFinished(() => stack.close());
  return stack;
}

/** The issuers' keys are fetched every second, whether or not a token asks for them. */
const everySecond = (yaml: string): string =>
  yaml.replace("  guests: allow", "  guests: allow\n  jwksRefresh: 1s");

/** A token that the user pool signs now. */
function newToken({ aws }: Stack): Promise<string> {
  return aws.identity.tokens.issueIdToken({ username: "analyst", clientId: "web" });
}

/** Status of the answer, and the reason of a refusal. */
async function ask({ url }: Stack, token: string): Promise<string> {
  const answer = await fetch(`${url}/s3/reports/q3.txt`, { headers: { authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  const reason = answer.headers.get("x-postern-reason");
  return reason === null ? String(answer.status) : `${answer.status} ${reason}`;
}

/** How often keys were fetched. */
function fetches({ aws }: Stack): number {
  return countsOf(aws)["user-pool:jwks.json"] ?? 0;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}

/** What is asked all the time. */
interface Load {
  readonly stack: Stack;
  /** They go round; whenever one is needed it is asked for anew. */
  readonly tokens: () => readonly string[];
  /** Requests in flight. Default 4. */
  readonly atOnce?: number;
  /** Between an answer and the next request. Default 10 ms. */
  readonly pauseMs?: number;
}

/** Begins to ask; the answer ends that, and tells every answer. */
function startLoad(
  { onTestFinished }: TestContext,
  { stack, tokens, atOnce = 4, pauseMs = 10 }: Load,
): () => Promise<readonly string[]> {
  const answers: string[] = [];
  const over = new AbortController();
  const worker = async (first: number): Promise<void> => {
    for (let at = first; !over.signal.aborted; at++) {
      const all = tokens();
      answers.push(await ask(stack, all[at % all.length] ?? ""));
      await sleep(pauseMs);
    }
  };
  const work = Promise.all(Array.from({ length: atOnce }, (_, first) => worker(first)));
  const end = async (): Promise<readonly string[]> => {
    over.abort();
    await work;
    return answers;
  };
  onTestFinished(async () => void (await end()));
  return end;
}

/**
 * Asks until the answer is a certain one. The keys have changed a moment ago: when two more fetches have begun, the first
 * of them has brought the new ones, and no answer may be as before.
 */
async function answerWithNewKeys(stack: Stack, token: string, awaited: string): Promise<string> {
  const fetched = fetches(stack);
  for (;;) {
    const isLast = fetches(stack) >= fetched + 2;
    const answer = await ask(stack, token);
    if (answer === awaited || isLast) return answer;
    await sleep(10);
  }
}

/** As good as the token but for its key id, which nobody knows, and so its signature. */
function bogus(token: string): string {
  const [, payload = ""] = token.split(".");
  const header = Buffer.from(JSON.stringify({ alg: "RS256", kid: randomUUID() })).toString("base64url");
  return `${header}.${payload}.${"A".repeat(342)}`;
}

describe.concurrent("a rotation of keys", () => {
  it("under load fails no request, with tokens of the old and of the new key", async (context) => {
    const stack = await open(context);
    const old = await Promise.all(Array.from({ length: 10 }, () => newToken(stack)));
    let tokens = old;
    const end = startLoad(context, { stack, tokens: () => tokens });
    await until(() => stack.outcomes.length > 50);
    await stack.aws.identity.tokens.rotateKeys({ keepPrevious: true });
    const renewed = await Promise.all(Array.from({ length: 10 }, () => newToken(stack)));
    tokens = old.flatMap((token, at) => [token, renewed[at] ?? ""]);
    // However many have to wait for the new key.
    stack.aws.faults.add(troubleOf({ kind: "latency", ms: 500 }));
    const first = await Promise.all(
      renewed.flatMap((token) => Array.from({ length: 10 }, () => ask(stack, token))),
    );
    expect(new Set(first)).toEqual(new Set(["200"]));
    const before = stack.outcomes.length;
    await until(() => stack.outcomes.length > before + 100);
    expect(new Set(await end())).toEqual(new Set(["200"]));
    // At start, and when the first token of the new key came.
    expect(fetches(stack)).toBe(2);
  });

  it("takes a key away with the next fetch, also from tokens that were proved by it", async (context) => {
    const stack = await open(context, { config: everySecond });
    const old = await newToken(stack);
    expect(await ask(stack, old)).toBe("200");
    await stack.aws.identity.tokens.rotateKeys();
    expect(await answerWithNewKeys(stack, old, REFUSED)).toBe(REFUSED);
    expect(await ask(stack, await newToken(stack))).toBe("200");
  });

  it("is not delayed by a flood of bogus key ids, which makes at most one call a second", async (context) => {
    const stack = await open(context);
    const old = await newToken(stack);
    const startMs = performance.now();
    const endLoad = startLoad(context, { stack, tokens: () => [old] });
    // More than the 64 who may wait for keys.
    const endFlood = startLoad(context, { stack, tokens: () => [bogus(old)], atOnce: 80, pauseMs: 100 });
    await until(() => fetches(stack) >= 2);
    await stack.aws.identity.tokens.rotateKeys({ keepPrevious: true });
    const renewed = await newToken(stack);
    expect(await answerWithNewKeys(stack, renewed, "200")).toBe("200");
    await until(() => fetches(stack) >= 4);
    const fetched = fetches(stack);
    const seconds = (performance.now() - startMs) / 1000;
    expect(fetched).toBeLessThanOrEqual(2 + seconds);
    const flood = await endFlood();
    expect(new Set(flood)).toEqual(new Set([REFUSED, UNAVAILABLE]));
    expect(new Set(await endLoad())).toEqual(new Set(["200"]));
  });
});

/** Everything that can be wrong with a place where keys should be. */
const TROUBLES: readonly (readonly [name: string, effect: Effect])[] = [
  // First, since it takes longest.
  ["answers a byte a second", { kind: "drip", ms: 1000 }],
  ["is away", { kind: "cut" }],
  ["breaks off", { kind: "cut", afterBytes: 50 }],
  ["has a fault", { kind: "error", status: 500 }],
  ["has nothing that can be read", { kind: "malformed" }],
  ["has a set without keys", setOf({ keys: [] })],
  ["has keys that are too weak", setOf({ keys: [weakKey()] })],
  ["has 10 MB of white space", { kind: "big", bytes: 10_000_000 }],
  ["moved elsewhere", moved()],
];

/** At start a few of them are enough. */
const AT_START = new Set(["is away", "has nothing that can be read"]);

function setOf(keys: object): Effect {
  const headers = { "content-type": "application/json" };
  return { kind: "answer", answer: { status: 200, headers, body: JSON.stringify(keys) } };
}

function weakKey(): object {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
  return { ...publicKey.export({ format: "jwk" }), kid: "weak", use: "sig", alg: "RS256" };
}

function moved(): Effect {
  return { kind: "answer", answer: { status: 302, headers: { location: "https://elsewhere.example/" } } };
}

const troubleOf = (effect: Effect): Fault => ({ service: "user-pool", operation: "jwks.json", effect });

async function readiness({
  ports,
}: Stack): Promise<{ readonly status: number; readonly waitingFor: unknown }> {
  const answer = await fetch(`http://127.0.0.1:${ports.probes}/readyz`);
  const { waitingFor } = (await answer.json()) as { waitingFor: unknown };
  return { status: answer.status, waitingFor };
}

describe.concurrent("where the place of the keys", () => {
  it.for(TROUBLES.filter(([name]) => AT_START.has(name)))(
    "%s at start, nothing is listened to for the time being",
    async ([, effect], context) => {
      const faults = [troubleOf(effect)];
      const stack = await open(context, { config: everySecond, faults, waits: true });
      const token = await newToken(stack);
      const waitingFor = ["keys of user pool local", "the data listener"];
      expect(await readiness(stack)).toEqual({ status: 503, waitingFor });
      await expect(ask(stack, token)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
      stack.aws.faults.clear();
      // Nobody has to ask for it.
      await until(async () => (await readiness(stack)).status === 200);
      expect(await ask(stack, token)).toBe("200");
    },
  );

  it.for(TROUBLES)("%s later, good tokens go on", async ([, effect], context) => {
    const stack = await open(context, { config: everySecond });
    const seen = await newToken(stack);
    const unseen = await newToken(stack);
    expect(await ask(stack, seen)).toBe("200");
    stack.aws.faults.add(troubleOf(effect));
    await stack.aws.identity.tokens.rotateKeys({ keepPrevious: true });
    const renewed = await newToken(stack);
    // It may be good: whether its key is published cannot be told.
    expect(await ask(stack, renewed)).toBe(UNAVAILABLE);
    expect(await ask(stack, seen)).toBe("200");
    expect(await ask(stack, unseen)).toBe("200");
    expect(await readiness(stack)).toMatchObject({ status: 200 });
    stack.aws.faults.clear();
    await until(async () => (await ask(stack, renewed)) === "200");
  });
});
