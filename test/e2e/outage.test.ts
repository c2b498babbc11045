import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.ts";

const MINUTE = 60_000;

/** Short lives for what both kinds of source give: 15 minutes, of which the last three are for renewal. */
const LIFE_MS = 15 * MINUTE;

/** The shipped rules, and before them one for editors, in whose name Postern itself assumes a role. */
function withOwnIdentity(yaml: string): string {
  return yaml
    .replace("\nupstreams:", "\n  own: { type: assume-role, sessionDuration: 15m }\n\nupstreams:")
    .replace(
      "  rules:\n",
      `  rules:
    - name: editors look up orders
      who: { groups: [editors] }
      allow: [dynamodb:GetItem]
      on: ["arn:aws:dynamodb:us-east-1:123456789012:table/Orders"]
      role: arn:aws:iam::123456789012:role/service
      credentials: own
`,
    );
}

/** Readers get their credentials from Cognito, and have STS prove them; keepers get theirs from STS alone. */
type Trade = "reader" | "keeper";

/** Asks as one person; the answer is its status, with the reason and the service's own word where it is a refusal. */
type Person = () => Promise<string>;

/** A stack whose two clocks are one, and can be put forward. */
interface Scene {
  readonly stack: Stack;
  readonly wait: (ms: number) => void;
  /** Somebody whom nobody has seen before. */
  readonly newcomer: (trade: Trade) => Promise<Person>;
  /** A metric by its name and labels; nothing counted is zero. */
  readonly metric: (name: string) => Promise<number>;
  /** Calls that reached Cognito and STS. */
  readonly exchanges: () => number;
}

const stacks: Stack[] = [];

async function openScene(): Promise<Scene> {
  let aheadMs = 0;
  const now = (): number => Date.now() + aheadMs;
  const stack = await startStack({
    now,
    config: withOwnIdentity,
    aws: { now, lifetimes: { credentialsMs: LIFE_MS } },
  });
  stacks.push(stack);
  return {
    stack,
    wait: (ms) => {
      aheadMs += ms;
    },
    newcomer: async (trade) => {
      const token = await stack.aws.identity.tokens.issueIdToken({
        username: trade === "reader" ? "analyst" : "editor",
        clientId: "web",
        claims: { sub: randomUUID() },
      });
      return () => ask(stack, trade, token);
    },
    metric: async (name) => {
      const text = await (await fetch(`http://127.0.0.1:${stack.ports.probes}/metrics`)).text();
      const line = text.split("\n").find((one) => one.startsWith(`${name} `));
      return Number(line?.slice(name.length) ?? 0);
    },
    exchanges: () => ["cognito-identity", "sts"].reduce((sum, service) => sum + arrived(stack, service), 0),
  };
}

async function ask({ url }: Stack, trade: Trade, token: string): Promise<string> {
  const authorization = `Bearer ${token}`;
  const answer =
    trade === "reader"
      ? await fetch(`${url}/s3/reports/q3.txt`, { headers: { authorization } })
      : await fetch(`${url}/dynamodb/`, {
          method: "POST",
          headers: {
            authorization,
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": "DynamoDB_20120810.GetItem",
          },
          body: '{"TableName":"Orders","Key":{"customerId":{"S":"acme"},"orderId":{"S":"2026-001"}}}',
        });
  const body = await answer.text();
  if (answer.status === 200) return "200";
  const word = /<Code>(\w+)|"__type":"[\w.]+#(\w+)"/.exec(body);
  return `${answer.status} ${answer.headers.get("x-postern-reason")} ${word?.[1] ?? word?.[2]}`;
}

function arrived({ aws }: Stack, service: string): number {
  return [...aws.calls.all()].reduce((sum, [call, n]) => (call.startsWith(`${service}:`) ? sum + n : sum), 0);
}

const AWAY: Readonly<Record<Trade, string>> = {
  reader: "503 credentials-unavailable ServiceUnavailable",
  keeper: "503 credentials-unavailable ServiceUnavailableException",
};
const TRADES = ["reader", "keeper"] as const;

async function newcomers({ newcomer }: Scene, trade: Trade, count: number): Promise<readonly Person[]> {
  return Promise.all(Array.from({ length: count }, () => newcomer(trade)));
}

/** What a crowd is answered when all of it asks at once. */
function answersOf(crowd: readonly Person[]): Promise<readonly string[]> {
  return Promise.all(crowd.map((person) => person()));
}

/** Newcomers of both trades try until they are served; nobody restarts anything. */
async function recovered(scene: Scene): Promise<readonly string[]> {
  return Promise.all(
    TRADES.map(async (trade) => {
      const person = await scene.newcomer(trade);
      let answer = await person();
      while (answer === AWAY[trade]) {
        await sleep(50);
        answer = await person();
      }
      return answer;
    }),
  );
}

afterAll(async () => {
  await Promise.all(stacks.map((stack) => stack.close()));
});

/** What was seen of two minutes in which Cognito and STS were away. */
interface Outage {
  /** Of those with credentials that were due for renewal within the outage, and of those with newer ones. */
  readonly known: readonly string[];
  /** Renewals that failed meanwhile. */
  readonly stale: number;
  readonly newcomers: Readonly<Record<Trade, readonly string[]>>;
  /** Fifty more of each trade, all at once, when the first had failed; and the calls that were made for them. */
  readonly crowd: Readonly<Record<Trade, readonly string[]>>;
  readonly callsForCrowd: number;
  readonly heldBack: number;
  /** Calls that reached Cognito and STS in all of the two minutes. */
  readonly calls: number;
  /** When it was over: of newcomers, and of those whose old credentials have ended by then. */
  readonly after: readonly string[];
  readonly renewed: readonly string[];
}

async function playOutage(): Promise<Outage> {
  const scene = await openScene();
  const { stack, wait, newcomer, metric, exchanges } = scene;
  const crowdOf = async (count: number): Promise<readonly Person[]> =>
    (await Promise.all(TRADES.map((trade) => newcomers(scene, trade, count)))).flat();

  const old = await crowdOf(10);
  const known = [...(await answersOf(old))];
  wait(11 * MINUTE);
  const young = await crowdOf(5);
  known.push(...(await answersOf(young)));

  const end = stack.aws.faults.down("cognito-identity", "sts");
  const before = exchanges();
  const seen: Record<Trade, string[]> = { reader: [], keeper: [] };
  for (let step = 0; step < 24; step++) {
    wait(5000);
    const load = answersOf([...old, ...young]);
    for (const trade of TRADES) seen[trade].push(await (await newcomer(trade))());
    known.push(...(await load));
  }
  const crowds = {
    reader: await newcomers(scene, "reader", 50),
    keeper: await newcomers(scene, "keeper", 50),
  };
  const beforeCrowd = exchanges();
  const [reader, keeper] = await Promise.all(TRADES.map((trade) => answersOf(crowds[trade])));
  const callsForCrowd = exchanges() - beforeCrowd;
  const calls = exchanges() - before;
  const stale = await metric('postern_credential_lookups_total{result="stale"}');
  const heldBack =
    (await metric('postern_credential_exchanges_total{operation="GetId",outcome="held-back"}')) +
    (await metric('postern_credential_exchanges_total{operation="AssumeRole",outcome="held-back"}'));
  end();

  const after = await recovered(scene);
  const refreshed = arrived(stack, "cognito-identity") + arrived(stack, "sts");
  wait(5000); // as long as a renewal that failed is not tried again
  known.push(...(await answersOf(old)));
  // A reader's takes two calls, and so does a keeper's.
  while (exchanges() < refreshed + 2 * old.length) await sleep(10);
  wait(LIFE_MS - 13 * MINUTE);
  const renewed = await answersOf(old);
  return {
    known,
    stale,
    newcomers: seen,
    crowd: { reader: reader ?? [], keeper: keeper ?? [] },
    callsForCrowd,
    heldBack,
    calls,
    after,
    renewed,
  };
}

/** Longer than any deadline of an exchange. */
const SILENCE_MS = 12_000;

/** What was seen while Cognito and STS took calls and did not answer. */
interface Silence {
  /** Of those with credentials, asking all the time until the newcomers have their answers. */
  readonly known: readonly string[];
  readonly newcomers: readonly string[];
  /** Of those who came when the newcomers had waited in vain. */
  readonly crowd: readonly string[];
  readonly callsForCrowd: number;
  readonly after: readonly string[];
}

async function playSilence(): Promise<Silence> {
  const scene = await openScene();
  const { stack, exchanges } = scene;
  const old = await newcomers(scene, "reader", 5);
  const known = [...(await answersOf(old))];
  for (const service of ["cognito-identity", "sts"])
    stack.aws.faults.add({ service, effect: { kind: "latency", ms: SILENCE_MS } });

  const first = (await Promise.all(TRADES.map((trade) => newcomers(scene, trade, 3)))).flat();
  const over = new AbortController();
  const waiting = answersOf(first).finally(() => over.abort());
  while (!over.signal.aborted) {
    known.push(...(await answersOf(old)));
    await sleep(20);
  }
  const before = exchanges();
  const crowd = await answersOf(
    (await Promise.all(TRADES.map((trade) => newcomers(scene, trade, 20)))).flat(),
  );
  const callsForCrowd = exchanges() - before;
  stack.aws.faults.clear();
  const after = await recovered(scene);
  return { known, newcomers: await waiting, crowd, callsForCrowd, after };
}

let outage: Outage;
let silence: Silence;

beforeAll(async () => {
  [outage, silence] = await Promise.all([playOutage(), playSilence()]);
});

/** Breakers try a call now and then, which may fall into any moment. */
const TRIALS = 2;

describe("while Cognito and STS are away for two minutes", () => {
  it("whoever has credentials is served, also where they are due for renewal", () => {
    expect(outage.known.length).toBeGreaterThan(20 + 24 * 30);
    expect(new Set(outage.known)).toEqual(new Set(["200"]));
    expect(outage.stale).toBeGreaterThanOrEqual(20);
  });

  it.each(TRADES)("a new %s is refused in the words of the service", (trade) => {
    expect(outage.newcomers[trade].length).toBe(24);
    expect(new Set([...outage.newcomers[trade], ...outage.crowd[trade]])).toEqual(new Set([AWAY[trade]]));
  });

  it("a crowd of newcomers is refused without a call", () => {
    expect(outage.crowd.reader.length + outage.crowd.keeper.length).toBe(100);
    expect(outage.callsForCrowd).toBeLessThanOrEqual(TRIALS);
    expect(outage.heldBack).toBeGreaterThanOrEqual(100 - TRIALS);
  });

  it("they are asked next to nothing, so that they can recover", () => {
    // Five faults open each of the two breakers, and all who were under way by then fail with them.
    expect(outage.calls).toBeLessThan(40);
  });
});

describe("when Cognito and STS are back", () => {
  it("newcomers are served again, without a restart", () => {
    expect(outage.after).toEqual(["200", "200"]);
  });

  it("what was due is renewed, so that nobody sees the old credentials end", () => {
    expect(new Set(outage.renewed)).toEqual(new Set(["200"]));
  });
});

describe("while Cognito and STS take calls and do not answer", () => {
  it("whoever has credentials is served, while newcomers wait", () => {
    expect(silence.known.length).toBeGreaterThan(100);
    expect(new Set(silence.known)).toEqual(new Set(["200"]));
  });

  it("newcomers do not wait for the answers, but are refused at a deadline of Postern's own", () => {
    expect(silence.newcomers).toEqual(TRADES.flatMap((trade) => Array<string>(3).fill(AWAY[trade])));
  });

  it("and from then on at once, until there are answers again", () => {
    expect(silence.crowd).toEqual(TRADES.flatMap((trade) => Array<string>(20).fill(AWAY[trade])));
    expect(silence.callsForCrowd).toBeLessThanOrEqual(TRIALS);
    expect(silence.after).toEqual(["200", "200"]);
  });
});
