import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  type Answer,
  type Client,
  createClient,
  crowdOf,
  exchangesAt,
  holdUp,
  homeOf,
  inTurns,
  type Person,
  type Question,
  signIn,
} from "../support/crowd.ts";
import { scrape } from "../support/scrape.ts";
import { type Stack, type StackOptions, startStack } from "../support/stack.ts";

const MINUTE = 60_000;

let stack: Stack;
let client: Client;

async function start(options: StackOptions = {}): Promise<void> {
  stack = await startStack(options);
  client = createClient(stack.url);
}

async function stop(): Promise<void> {
  await client.close();
  await stack.close();
}

const measured = async (metric: string): Promise<number> => (await scrape(stack.ports.probes))(metric);
const lookups = (result: string): Promise<number> =>
  measured(`postern_credential_lookups_total{result="${result}"}`);
/** Until so many requests have looked for credentials in vain, and wait. */
const waiting = (count: number) => expect.poll(() => lookups("miss"), { timeout: 20_000 }).toBe(count);

/** Quotas as wide as can be: how fast exchanges may follow each other is not what is asked here. */
const RATES = "  rates: { GetId: 10000, GetCredentialsForIdentity: 10000, GetCallerIdentity: 10000 }\n";
const settings = (more: string) => (yaml: string) => yaml.replace("\nupstreams:", `${more}\nupstreams:`);

const ROLE = "arn:aws:iam::123456789012:role/";

/** The shipped rules, and before them a rule for each source that they do not use. */
function withAllSources(yaml: string): string {
  return settings(`
  basic:
    type: identity-pool
    identityPoolId: "us-east-1:00000000-0000-4000-8000-000000000002"
    flow: basic
    acceptAnyTrustingRole: true
  direct: { type: web-identity, acceptAnyTrustingRole: true }
`)(yaml).replace(
    "  rules:\n",
    `  rules:
    - name: basic flow
      who: { groups: [analysts] }
      allow: [s3:GetObject]
      on: ["arn:aws:s3:::reports/q4.txt"]
      role: ${ROLE}analyst
      credentials: basic
    - name: web identity
      who: { groups: [admins] }
      allow: [s3:GetObject]
      on: ["arn:aws:s3:::public/*"]
      role: ${ROLE}federated
      credentials: direct
`,
  );
}

interface Flow {
  readonly flow: string;
  readonly question: Omit<Question, "token">;
  /** Two tokens of one sign-in. */
  readonly tokens: () => Promise<readonly [string, string]>;
  /** The only calls that there are to be. */
  readonly calls: Readonly<Record<string, 1>>;
}

const signedInOnce = (user: "admin" | "analyst") => async (): Promise<readonly [string, string]> => {
  const claims = { sub: randomUUID(), origin_jti: randomUUID() };
  return [await signIn(stack.aws, user, claims), await signIn(stack.aws, user, claims)];
};

const FLOWS: readonly Flow[] = [
  {
    flow: "the enhanced flow",
    question: { path: "/s3/reports/q3.txt" },
    tokens: signedInOnce("analyst"),
    calls: { GetId: 1, GetCredentialsForIdentity: 1, GetCallerIdentity: 1 },
  },
  {
    flow: "the basic flow",
    question: { path: "/s3/reports/q4.txt" },
    tokens: signedInOnce("analyst"),
    calls: { GetId: 1, GetOpenIdToken: 1, AssumeRoleWithWebIdentity: 1, GetCallerIdentity: 1 },
  },
  {
    flow: "web identity",
    question: { path: "/s3/public/index.txt" },
    tokens: signedInOnce("admin"),
    calls: { AssumeRoleWithWebIdentity: 1, GetCallerIdentity: 1 },
  },
  {
    flow: "AssumeRole",
    question: {
      path: "/dynamodb/",
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "DynamoDB_20120810.GetItem",
      },
      body: '{"TableName":"Orders","Key":{"customerId":{"S":"acme"},"orderId":{"S":"2026-001"}}}',
    },
    tokens: async () => [await stack.tokenOf("service"), await stack.tokenOf("service")],
    calls: { AssumeRole: 1, GetCallerIdentity: 1 },
  },
];

describe("S2.5 a thousand cold requests of one caller at once, with two tokens of one sign-in", () => {
  beforeAll(() => start({ config: withAllSources }));
  afterAll(stop);

  it.each(FLOWS)(
    "make one exchange by $flow, though the first of them and others leave",
    async ({ question, tokens: signInOnce, calls }) => {
      stack.aws.calls.reset();
      const before = await lookups("miss");
      const tokens = await signInOnce();
      const letGo = holdUp(stack.aws, "GetCallerIdentity");
      const leaving = new AbortController();
      const ask = (i: number): Promise<Answer> =>
        client.ask({
          ...question,
          token: tokens[i % 2]!,
          ...(i % 100 === 0 && { signal: leaving.signal }),
        });
      const first = ask(0);
      await waiting(before + 1);
      const asked = [first, ...Array.from({ length: 999 }, (_, i) => ask(i + 1))];
      const settled = Promise.allSettled(asked);
      await waiting(before + 1000);
      leaving.abort();
      letGo();

      const outcomes = (await settled).map((end) => (end.status === "fulfilled" ? end.value.status : "left"));
      expect(outcomes.filter((outcome) => outcome === "left")).toHaveLength(10);
      expect(outcomes.filter((outcome) => outcome === 200)).toHaveLength(990);
      expect(exchangesAt(stack.aws)).toEqual(calls);
    },
  );
});

/** Each writes their name where nobody else may, and so has credentials from then on. */
const settle = (people: readonly Person[]) =>
  inTurns(people, 100, async (person) => {
    const { status } = await client.ask({
      ...person,
      path: homeOf(person),
      method: "PUT",
      body: person.sub,
    });
    expect(status).toBe(200);
  });

/** So many requests, those of each person in between everybody else's; all are answered with the asker's own name. */
const readNames = (people: readonly Person[], requests: number, atOnce = 100) =>
  inTurns(
    Array.from({ length: requests }, (_, i) => people[(Math.imul(i, 2_654_435_761) >>> 0) % people.length]!),
    atOnce,
    async (person) => {
      const { status, body } = await client.ask({ ...person, path: homeOf(person) });
      expect([status, body]).toEqual([200, person.sub]);
    },
  );

describe("many callers", () => {
  afterEach(stop);

  it("make no exchange at all once each has credentials", async () => {
    await start({ config: settings(RATES) });
    const people = await crowdOf(stack.aws, 200);
    await settle(people);
    const before = exchangesAt(stack.aws);
    expect(before).toEqual({ GetId: 200, GetCredentialsForIdentity: 200, GetCallerIdentity: 200 });
    await readNames(people, 5000);
    expect(exchangesAt(stack.aws)).toEqual(before);
    expect([await lookups("hit"), await lookups("miss")]).toEqual([5000, 200]);
  });

  it("are served as themselves where the cache holds a quarter of them, and keep their identities", async () => {
    await start({ config: settings(`  cache: { maxCallers: 25 }\n${RATES}`) });
    const people = await crowdOf(stack.aws, 100);
    await settle(people);
    await readNames(people, 500);
    const { GetId, GetCredentialsForIdentity } = exchangesAt(stack.aws);
    expect(GetId).toBe(100);
    expect(GetCredentialsForIdentity).toBeGreaterThan(200);
    expect(await lookups("hit")).toBeGreaterThan(0);
  });

  it("have their credentials renewed ahead of time, once each, while nobody waits or fails", async () => {
    let ahead = 0;
    const now = () => Date.now() + ahead;
    await start({ config: settings(RATES), aws: { now }, now });
    const people = await crowdOf(stack.aws, 100);
    await settle(people);

    // Due for everybody, wherever in the spread: that begins five and a half minutes before the hour is over.
    ahead = 56 * MINUTE;
    const letGo = holdUp(stack.aws, "GetCredentialsForIdentity");
    await readNames(people, 1000);
    expect([await lookups("refresh"), await lookups("miss")]).toEqual([100, 100]);
    letGo();
    const renewed = { GetId: 100, GetCredentialsForIdentity: 200, GetCallerIdentity: 200 };
    await expect.poll(() => exchangesAt(stack.aws), { timeout: 10_000 }).toEqual(renewed);

    // What was got first has ended.
    ahead = 61 * MINUTE;
    await readNames(people, 1000);
    expect(exchangesAt(stack.aws)).toEqual(renewed);
    expect(await lookups("miss")).toBe(100);
  });
});
