import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import {
  type Answer,
  type Client,
  createClient,
  crowdOf,
  exchangesAt,
  homeOf,
  type Person,
  signIn,
} from "../support/crowd.ts";
import { scrape } from "../support/scrape.ts";
import { type Stack, type StackOptions, startStack } from "../support/stack.ts";

let stack: Stack;
let client: Client;

async function start(options: StackOptions): Promise<void> {
  stack = await startStack(options);
  client = createClient(stack.url);
}

afterEach(async () => {
  await client.close();
  await stack.close();
});

const write = (person: Person): Promise<Answer> =>
  client.ask({ ...person, path: homeOf(person), method: "PUT", body: person.sub });
const exchanges = async (operation: string, outcome: string): Promise<number> =>
  (await scrape(stack.ports.probes))(
    `postern_credential_exchanges_total{operation="${operation}",outcome="${outcome}"}`,
  );
const settings = (more: string) => (yaml: string) => yaml.replace("\nupstreams:", `${more}\nupstreams:`);

/** All were served, or told in S3's words to come back. */
function servedOf(answers: readonly Answer[]): number {
  const refused = answers.filter(({ status }) => status !== 200);
  for (const { status, reason, body } of refused) {
    expect([status, reason]).toEqual([503, "credentials-throttled"]);
    expect(body).toContain("<Code>SlowDown</Code>");
  }
  return answers.length - refused.length;
}

describe("S2.12 two hundred new callers at once, with 25 GetId a second", () => {
  it("are served or told to slow down, and those who come back are served, without one call too many", async () => {
    await start({ aws: { quotas: { GetId: 25 } } });
    let left = await crowdOf(stack.aws, 200);
    let rounds = 0;
    for (; left.length > 0; rounds++) {
      const answers = await Promise.all(left.map(write));
      expect(servedOf(answers)).toBeGreaterThan(0);
      left = left.filter((_, i) => answers[i]?.status !== 200);
    }
    expect(rounds).toBeGreaterThan(1);
    // The account would have said so, had it been asked once more than it allows.
    expect(await exchanges("GetId", "throttled")).toBe(0);
    expect(exchangesAt(stack.aws)).toEqual({
      GetId: 200,
      GetCredentialsForIdentity: 200,
      GetCallerIdentity: 200,
    });
  });

  it("are asked for at most three times each where others of the account use up its quota", async () => {
    await start({ aws: { quotas: { GetId: 25 } }, config: settings("  rates: { GetId: 10000 }\n") });
    const people = await crowdOf(stack.aws, 200);
    const served = servedOf(await Promise.all(people.map(write)));
    expect(served).toBeGreaterThanOrEqual(25);
    const { GetId = 0 } = exchangesAt(stack.aws);
    expect(await exchanges("GetId", "ok")).toBe(served);
    expect(await exchanges("GetId", "throttled")).toBe(GetId - served);
    expect(GetId).toBeGreaterThan(200);
    expect(GetId).toBeLessThanOrEqual(600);
    // To be throttled is no fault: nothing is held back from those who come next.
    expect(await exchanges("GetId", "held-back")).toBe(0);
  });
});

/** Two issuers, whose callers all get their credentials by five AssumeRole a second. */
function withPartners(yaml: string): string {
  const partners = `  issuers:
    - name: partners
      issuer: https://partners.example.com
      audience: web
      jwksUri: "http://127.0.0.1:\${env:POSTERN_LOCAL_PORT}/us-east-1_LOCAL/.well-known/jwks.json"
  guests: deny`;
  const policy = `policy:
  rules:
    - name: everybody reads orders
      who: { authenticated: true, issuers: [local, partners] }
      allow: [dynamodb:GetItem]
      on: ["arn:aws:dynamodb:us-east-1:123456789012:table/Orders"]
      role: arn:aws:iam::123456789012:role/service
      credentials: named
`;
  const source = "  named: { type: assume-role }\n  rates: { AssumeRole: 5 }\n";
  return settings(source)(yaml)
    .replace("  guests: allow", partners)
    .replace(/policy:\n[\s\S]*$/, policy);
}

const readOrder = (token: string): Promise<Answer> =>
  client.ask({
    token,
    path: "/dynamodb/",
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "DynamoDB_20120810.GetItem",
    },
    body: '{"TableName":"Orders","Key":{"customerId":{"S":"acme"},"orderId":{"S":"2026-001"}}}',
  });

/** ID tokens of so many sign-ins: of one user, or each of a user of their own. */
const signIns = (count: number, sub?: string): Promise<readonly string[]> =>
  Promise.all(
    Array.from({ length: count }, () =>
      signIn(stack.aws, "member", { sub: sub ?? randomUUID(), origin_jti: randomUUID() }),
    ),
  );

function partner(): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: "https://partners.example.com", aud: "web", sub: randomUUID(), iat, exp: iat + 3600 };
  return stack.aws.identity.tokens.sign("id", claims);
}

describe("S2.12 two hundred sign-ins at once", () => {
  it.each([
    ["one user keep neither other users waiting behind them nor the callers of another issuer", "flooder", 2],
    ["two hundred users keep no callers of another issuer waiting behind them", undefined, 0],
  ])("of %s", async (_who, sub, neighbours) => {
    // The clock stands still, so that turns come by the timer alone, however slow the machine is.
    const atMs = Date.now();
    await start({ config: withPartners, now: () => atMs });
    const flood = await signIns(200, sub);
    const others = [...(await signIns(neighbours)), await partner(), await partner(), await partner()];

    const ended: string[] = [];
    const note = async (whose: string, asked: Promise<Answer>): Promise<Answer> => {
      const answer = await asked;
      if (answer.status === 200) ended.push(whose);
      return answer;
    };
    const flooding = Promise.all(flood.map((token) => note("the flood's", readOrder(token))));
    await expect.poll(() => exchanges("AssumeRole", "held-back")).toBeGreaterThan(0);
    const answers = await Promise.all(others.map((token) => note("another's", readOrder(token))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));

    const refused = (await flooding).find(({ status }) => status !== 200);
    expect(refused).toMatchObject({ status: 503, reason: "credentials-throttled" });
    expect(refused?.body).toContain("ThrottlingException");
    // Who came first was still waiting when the last of the others was served.
    expect(ended.at(-1)).toBe("the flood's");
  });
});
