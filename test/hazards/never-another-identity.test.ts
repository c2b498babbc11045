import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { RefusalCode } from "../../src/domain/refusal.ts";
import type { Effect } from "../../src/local/faults.ts";
import { type Stack, startStack } from "../support/stack.ts";

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});

afterEach(() => stack.aws.faults.clear());

afterAll(() => stack.close());

/** An ID token of an analyst whom nobody has seen before: nothing of theirs is cached anywhere. */
function newcomer(): Promise<string> {
  const claims = { sub: randomUUID() };
  return stack.aws.identity.tokens.issueIdToken({ username: "analyst", clientId: "web", claims });
}

function getObject(token: string, path = "/s3/reports/q3.txt", id?: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, ...(id !== undefined && { "x-request-id": id }) };
  return fetch(`${stack.url}${path}`, { headers });
}

function getItem(token: string): Promise<Response> {
  return fetch(`${stack.url}/dynamodb/`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "DynamoDB_20120810.GetItem",
    },
    body: '{"TableName":"Orders","Key":{"customerId":{"S":"acme"},"orderId":{"S":"2026-001"}}}',
  });
}

const EXCHANGES = [
  ["cognito-identity", "GetId"],
  ["cognito-identity", "GetCredentialsForIdentity"],
  ["sts", "GetCallerIdentity"],
] as const;

const EFFECTS: readonly (readonly [name: string, effect: Effect, reason: RefusalCode])[] = [
  ["throttles", { kind: "throttle" }, "credentials-throttled"],
  ["has a fault of its own", { kind: "error", status: 500 }, "credentials-unavailable"],
  ["is not there", { kind: "error", status: 503 }, "credentials-unavailable"],
  ["cuts the connection", { kind: "cut" }, "credentials-unavailable"],
  ["breaks off its answer", { kind: "cut", afterBytes: 10 }, "credentials-unavailable"],
  ["answers what nobody can read", { kind: "malformed" }, "credentials-unavailable"],
  ["refuses", { kind: "error", status: 400, code: "NotAuthorizedException" }, "credentials-refused"],
];

describe.each(EXCHANGES)("when %s %s", (service, operation) => {
  it.each(EFFECTS)("%s, nothing is sent as anybody else, and the next request is fine", async (...fault) => {
    const [, effect, reason] = fault;
    // A pool that refuses speaks of the caller or of the role; STS of the credentials alone.
    const refused = service === "sts" ? /^credentials-/ : /^(?:credentials-refused|role-not-granted)$/;
    const expected = reason === "credentials-refused" ? refused : reason;
    // One request at a time: its three attempts do not open the breaker, and a good one closes the count.
    for (const ask of [getObject, getItem]) {
      const token = await newcomer();
      const before = stack.arrived();
      stack.aws.faults.add({ service, operation, effect });
      const answer = await ask(token);
      expect(answer.headers.get("x-postern-reason")).toMatch(expected);
      expect(answer.headers.has("www-authenticate")).toBe(false);
      const body = await answer.text();
      expect(body).toMatch(/<Code>(?:AccessDenied|ServiceUnavailable|SlowDown)<|"__type":"com.amazon/);
      expect(stack.arrived()).toBe(before);
      stack.aws.faults.clear();
      if (reason === "credentials-refused") continue;
      expect(await (await getObject(token)).text()).toMatch(/^Third quarter/);
      expect((await getItem(token)).status).toBe(200);
    }
  });
});

it("a role that the pool gives instead of the rule's is refused", async () => {
  // Nobody's token prefers the analyst's role here, and the pool gives what it likes.
  const claims = { sub: randomUUID(), "cognito:roles": [], "cognito:preferred_role": undefined };
  const token = await stack.aws.identity.tokens.issueIdToken({
    username: "analyst",
    clientId: "web",
    claims,
  });
  const before = stack.arrived();
  const answer = await getObject(token);
  expect(answer.status).toBe(403);
  expect(answer.headers.get("x-postern-reason")).toMatch(/^role-/);
  expect(stack.arrived()).toBe(before);
});

const SUBS = {
  admin: "00000000-aaaa-4000-8000-000000000001",
  analyst: "00000000-aaaa-4000-8000-000000000002",
  editor: "00000000-aaaa-4000-8000-000000000003",
  member: "00000000-aaaa-4000-8000-000000000004",
} as const;
type User = keyof typeof SUBS;

/** Who may see what: by the rules and by IAM together. */
const SIGHTS: readonly (readonly [path: string, start: string, seers: readonly User[]])[] = [
  ["/s3/reports/q3.txt", "Third quarter", ["admin", "analyst", "editor"]],
  [`/s3/home/${SUBS.member}/notes.txt`, "Notes of the member", ["admin", "member"]],
  [`/s3/home/${SUBS.analyst}/notes.txt`, "Notes of the analyst", ["admin"]],
  ["/s3/audit/2026/log.txt", "09:00", ["admin"]],
];

it("S1.6 200 interleaved requests of four callers each see what that caller may see, and nothing else", async () => {
  const users = Object.keys(SUBS) as User[];
  const tokens = new Map(
    await Promise.all(users.map(async (user) => [user, await stack.tokenOf(user)] as const)),
  );
  const ask = async (i: number): Promise<void> => {
    const user = users[i % users.length]!;
    const id = `interleaved-${i}`;
    if (i % 5 === 4) {
      const me = (await (await getObject(tokens.get(user)!, "/.postern/whoami", id)).json()) as object;
      expect(me).toMatchObject({ subject: SUBS[user], username: user });
      return;
    }
    const [path, start, seers] = SIGHTS[Math.floor(i / users.length) % SIGHTS.length]!;
    const answer = await getObject(tokens.get(user)!, path, id);
    const body = await answer.text();
    expect([user, path, answer.status]).toEqual([user, path, seers.includes(user) ? 200 : 403]);
    expect(body.startsWith(start)).toBe(seers.includes(user));
  };
  await Promise.all(Array.from({ length: 200 }, (_, i) => ask(i)));
  // Each request was recorded as its own caller's, and with a role that this caller has.
  const namesOf = new Map<string, Set<string | undefined>>(users.map((user) => [user, new Set()]));
  const rolesOf = new Map<string, Set<string | undefined>>(users.map((user) => [user, new Set()]));
  for (const { requestId, caller, role } of stack.outcomes) {
    const i = Number(/^interleaved-(\d+)$/.exec(requestId)?.[1] ?? Number.NaN);
    if (Number.isNaN(i)) continue;
    const user = users[i % users.length]!;
    namesOf.get(user)!.add(caller);
    if (role !== undefined) rolesOf.get(user)!.add(role.split("/").at(-1));
  }
  expect([...namesOf.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1]);
  expect(new Set([...namesOf.values()].flatMap((names) => [...names])).size).toBe(4);
  expect([...rolesOf].map(([user, roles]) => [user, roles])).toEqual([
    ["admin", new Set(["admin"])],
    ["analyst", new Set(["analyst", "pool"])],
    ["editor", new Set(["analyst"])],
    ["member", new Set(["pool"])],
  ]);
}, 30_000);
