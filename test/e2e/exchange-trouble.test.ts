import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Exchange } from "../../src/domain/exchange.ts";
import type { Operation as Asked } from "../../src/credentials/quotas.ts";
import type { RefusalCode } from "../../src/domain/refusal.ts";
import type { Effect } from "../../src/local/faults.ts";
import { countsOf, type Stack, startStack } from "../support/stack.ts";

/** What is asked for credentials. */
type Operation = Exclude<Asked, "GetPolicy" | "AttachPolicy">;

const ACCOUNT = "123456789012";
const IDENTITY = "us-east-1:00000000-1111-4222-8333-444444444444";

/** Stands in everything that AWS says wrongly, where a parser or a log could repeat it. */
const MARK = "never-to-be-repeated";

/** A source, who uses it, and the calls that it makes in order. */
interface Source {
  readonly user: string;
  readonly calls: readonly Operation[];
  readonly service: "s3" | "dynamodb";
  readonly path: string;
}

const POOLS_CHOICE = "the enhanced flow, where the pool chooses the role";

const SOURCES = {
  "the enhanced flow": {
    user: "analyst",
    calls: ["GetId", "GetCredentialsForIdentity", "GetCallerIdentity"],
    service: "s3",
    path: "/s3/reports/q3.txt",
  },
  [POOLS_CHOICE]: {
    user: "member",
    calls: ["GetId", "GetCredentialsForIdentity", "GetCallerIdentity"],
    service: "s3",
    path: "/s3/home/${sub}/new.txt",
  },
  "the basic flow": {
    user: "analyst",
    calls: ["GetId", "GetOpenIdToken", "AssumeRoleWithWebIdentity", "GetCallerIdentity"],
    service: "s3",
    path: "/s3/reports/q4.txt",
  },
  "web identity": {
    user: "admin",
    calls: ["AssumeRoleWithWebIdentity", "GetCallerIdentity"],
    service: "s3",
    path: "/s3/public/index.txt",
  },
  "an assumed role": {
    user: "editor",
    calls: ["AssumeRole", "GetCallerIdentity"],
    service: "dynamodb",
    path: "/dynamodb/",
  },
} as const satisfies Readonly<Record<string, Source>>;
type SourceName = keyof typeof SOURCES;
const NAMES = Object.keys(SOURCES) as SourceName[];

/** The shipped rules, and before them one for each source that they do not use so. */
function withAllSources(yaml: string): string {
  const sources = `
  basic:
    type: identity-pool
    identityPoolId: "us-east-1:00000000-0000-4000-8000-000000000002"
    flow: basic
    acceptAnyTrustingRole: true
  direct: { type: web-identity, acceptAnyTrustingRole: true }
  own: { type: assume-role }

upstreams:`;
  const rules = `  rules:
    - name: basic flow
      who: { groups: [analysts] }
      allow: [s3:GetObject]
      on: ["arn:aws:s3:::reports/q4.txt"]
      role: arn:aws:iam::${ACCOUNT}:role/analyst
      credentials: basic
    - name: web identity
      who: { groups: [admins] }
      allow: [s3:GetObject]
      on: ["arn:aws:s3:::public/*"]
      role: arn:aws:iam::${ACCOUNT}:role/federated
      credentials: direct
    - name: assumed role
      who: { groups: [editors] }
      allow: [dynamodb:GetItem]
      on: ["arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/Orders"]
      role: arn:aws:iam::${ACCOUNT}:role/service
      credentials: own
`;
  return yaml.replace("\nupstreams:", sources).replace("  rules:\n", rules);
}

/** How the metrics call the end of an exchange. */
type Outcome = Exchange["outcome"];

/** Something that goes wrong with a call, and how the metrics name it. */
interface Trouble {
  readonly name: string;
  readonly effect: Effect;
  readonly outcome: Outcome;
  /** The code, where the outcome does not tell it. */
  readonly reason?: RefusalCode;
}

const error = (
  code: string,
  outcome: Outcome,
  more: { status?: number; reason?: RefusalCode } = {},
): Trouble => {
  const { status = 400, reason } = more;
  return {
    name: `${code} with ${status}`,
    effect: { kind: "error", status, code, message: `Invalid: ${MARK}` },
    outcome,
    ...(reason !== undefined && { reason }),
  };
};

const answered = (name: string, outcome: Outcome, body: string, status = 200): Trouble => ({
  name,
  effect: { kind: "answer", answer: { status, headers: { "content-type": "text/html" }, body } },
  outcome,
});

/** What can befall any call. */
const ANY: readonly Trouble[] = [
  { name: "a throttle", effect: { kind: "throttle" }, outcome: "throttled" },
  { name: "a connection cut at once", effect: { kind: "cut" }, outcome: "unavailable" },
  { name: "a connection cut in the answer", effect: { kind: "cut", afterBytes: 20 }, outcome: "unavailable" },
  { name: "a 200 that nobody can read", effect: { kind: "malformed" }, outcome: "malformed" },
  { name: "10 MB of white space", effect: { kind: "big", bytes: 10_000_000 }, outcome: "too-large" },
  {
    name: "10 MB of junk",
    effect: { kind: "big", bytes: 10_000_000, filler: "junk" },
    outcome: "too-large",
  },
  answered("an empty 200", "malformed", ""),
  answered("a gateway's page with 200", "malformed", `<html>${MARK}</html>`),
  answered("a gateway's page with 502", "unavailable", `<html>${MARK}</html>`, 502),
  answered("a gateway's page with 429", "throttled", `<html>${MARK}</html>`, 429),
  {
    name: "a redirect",
    effect: {
      kind: "answer",
      answer: { status: 307, headers: { location: `http://127.0.0.1:1/${MARK}` } },
    },
    outcome: "unavailable",
  },
];

/** Errors of the identity pool's API (Amazon Cognito Federated Identities API reference), and two that are none of it. */
const COGNITO: readonly Trouble[] = [
  error("NotAuthorizedException", "refused"),
  error("ResourceConflictException", "refused"),
  error("ResourceNotFoundException", "misconfigured"),
  error("InvalidIdentityPoolConfigurationException", "misconfigured"),
  error("DeveloperUserAlreadyRegisteredException", "misconfigured"),
  error("ConcurrentModificationException", "misconfigured"),
  error("TooManyRequestsException", "throttled"),
  error("TooManyRequestsException", "throttled", { status: 429 }),
  error("LimitExceededException", "throttled"),
  error("ExternalServiceException", "unavailable"),
  error("InternalErrorException", "unavailable", { status: 500 }),
];

/** Errors of STS in which it speaks of what it was asked (AWS STS API reference). */
const STS: readonly Trouble[] = [
  error("AccessDenied", "refused", { status: 403, reason: "role-not-granted" }),
  error("MalformedPolicyDocument", "misconfigured"),
  error("PackedPolicyTooLarge", "misconfigured"),
  error("RegionDisabledException", "misconfigured", { status: 403 }),
  error("ValidationError", "misconfigured"),
];

/** Errors of STS in which it speaks of itself. */
const STS_ITSELF: readonly Trouble[] = [
  error("InternalFailure", "unavailable", { status: 500 }),
  error("ServiceUnavailable", "unavailable", { status: 503 }),
];

/** Errors of STS about a web identity. */
const WEB_IDENTITY: readonly Trouble[] = [
  error("ExpiredTokenException", "refused"),
  error("InvalidIdentityToken", "refused"),
  error("IDPRejectedClaim", "refused", { status: 403 }),
  error("IDPCommunicationError", "unavailable"),
];

/** Errors of STS about who has signed. Nobody but Postern can have signed wrongly. */
const SIGNED: readonly Trouble[] = [
  error("ExpiredToken", "misconfigured", { status: 403 }),
  error("InvalidClientTokenId", "misconfigured", { status: 403 }),
];

/** Credentials that are none. */
const CREDENTIALS: readonly Trouble[] = [
  { name: "empty credentials", effect: { kind: "empty-credentials" }, outcome: "malformed" },
  { name: "credentials that ended long ago", effect: { kind: "expired-credentials" }, outcome: "malformed" },
];

const json = (name: string, content: object): Trouble => answered(name, "malformed", JSON.stringify(content));

const xml = (name: string, action: string, result: string): Trouble =>
  answered(
    name,
    "malformed",
    `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result></${action}Response>`,
  );

const GIVEN = { AccessKeyId: "ASIAX", SecretKey: MARK, SessionToken: MARK };
const GIVEN_XML = `<AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>${MARK}</SecretAccessKey><SessionToken>${MARK}</SessionToken>`;

const assumeRoleTroubles = (action: Operation): readonly Trouble[] => [
  ...CREDENTIALS,
  xml("a result without credentials", action, ""),
  xml("credentials without an end", action, `<Credentials>${GIVEN_XML}</Credentials>`),
  xml(
    "credentials that end on no day",
    action,
    `<Credentials>${GIVEN_XML}<Expiration>2999-02-30T00:00:00Z</Expiration></Credentials>`,
  ),
  xml("the answer to another question", "GetSessionToken", `<Credentials>${GIVEN_XML}</Credentials>`),
];

/** What can befall each call besides. */
const OWN: Readonly<Record<Operation, readonly Trouble[]>> = {
  GetId: [
    ...COGNITO,
    error("InvalidParameterException", "refused"),
    json("no identity", {}),
    json("an identity that is none", { IdentityId: MARK }),
  ],
  GetCredentialsForIdentity: [
    ...COGNITO,
    error("InvalidParameterException", "refused"),
    ...CREDENTIALS,
    json("an identity without credentials", { IdentityId: IDENTITY }),
    json("credentials of an identity that is none", {
      IdentityId: MARK,
      Credentials: { ...GIVEN, Expiration: 4e9 },
    }),
    answered("two identities", "malformed", `{"IdentityId":"${IDENTITY}","IdentityId":"${IDENTITY}"}`),
    json("credentials without an end", { IdentityId: IDENTITY, Credentials: GIVEN }),
    json("credentials whose end is a text", {
      IdentityId: IDENTITY,
      Credentials: { ...GIVEN, Expiration: "4000000000" },
    }),
    answered("half of a secret", "malformed", `{"Credentials":{"SecretKey":"${MARK}`),
  ],
  GetOpenIdToken: [
    ...COGNITO,
    error("InvalidParameterException", "misconfigured"),
    json("an identity without a token", { IdentityId: IDENTITY }),
    json("an empty token", { IdentityId: IDENTITY, Token: "" }),
  ],
  AssumeRoleWithWebIdentity: [
    ...STS,
    ...STS_ITSELF,
    ...WEB_IDENTITY,
    ...assumeRoleTroubles("AssumeRoleWithWebIdentity"),
  ],
  AssumeRole: [...STS, ...STS_ITSELF, ...SIGNED, ...assumeRoleTroubles("AssumeRole")],
  GetCallerIdentity: [
    ...STS_ITSELF,
    ...SIGNED,
    error("AccessDenied", "misconfigured", { status: 403 }),
    xml("nobody named", "GetCallerIdentity", `<Account>${ACCOUNT}</Account>`),
    {
      ...xml(
        "another role named",
        "GetCallerIdentity",
        `<Arn>arn:aws:sts::${ACCOUNT}:assumed-role/other/somebody</Arn>`,
      ),
      outcome: "ok",
      reason: "role-mismatch",
    },
  ],
};

/** A byte a second: none of the answers would be whole within an hour. */
const SLOW: Trouble = {
  name: "an answer of a byte a second",
  effect: { kind: "drip", ms: 1000 },
  outcome: "timeout",
};

/** One trouble of one call of one source. */
interface Row {
  readonly source: SourceName;
  readonly operation: Operation;
  readonly trouble: Trouble;
}

/** Every trouble of every call; where the pool chooses the role, only another code is to be shown. */
const ROWS: readonly Row[] = NAMES.flatMap((source) =>
  SOURCES[source].calls.flatMap((operation) =>
    [...ANY, ...OWN[operation], SLOW]
      .filter(({ outcome }) => source !== POOLS_CHOICE || outcome === "refused")
      .map((trouble) => ({ source, operation, trouble })),
  ),
);

/** What is seen of a request that meets a trouble, and of the same caller's next ones. */
interface Seen {
  readonly reason: string | null;
  readonly status: number;
  /** The service's own word for it. */
  readonly code: string | undefined;
  /** Calls that the metrics counted, by operation and outcome. */
  readonly exchanges: Readonly<Record<string, number>>;
  /** At once after the trouble: the code of a refusal for which AWS was not asked, or the status. */
  readonly next: string | number;
  /** Five seconds after it. */
  readonly later: number;
}

const REASONS: Readonly<Record<Outcome, RefusalCode | undefined>> = {
  ok: undefined,
  refused: "credentials-refused",
  misconfigured: "credentials-unavailable",
  throttled: "credentials-throttled",
  unavailable: "credentials-unavailable",
  timeout: "credentials-unavailable",
  malformed: "credentials-unavailable",
  "too-large": "credentials-unavailable",
  "held-back": undefined,
};

/** What may end better is asked again, as often as eight seconds allow. */
const ATTEMPTS: Readonly<Partial<Record<Outcome, number>>> = { throttled: 3, unavailable: 3, timeout: 2 };

/** In the words and with the status of each service. */
const WORDS: Readonly<Record<Source["service"], Readonly<Partial<Record<RefusalCode, [number, string]>>>>> = {
  s3: {
    "credentials-refused": [403, "AccessDenied"],
    "role-not-granted": [403, "AccessDenied"],
    "role-mismatch": [403, "AccessDenied"],
    "credentials-unavailable": [503, "ServiceUnavailable"],
    "credentials-throttled": [503, "SlowDown"],
  },
  dynamodb: {
    "credentials-refused": [400, "AccessDeniedException"],
    "role-not-granted": [400, "AccessDeniedException"],
    "role-mismatch": [400, "AccessDeniedException"],
    "credentials-unavailable": [503, "ServiceUnavailableException"],
    "credentials-throttled": [503, "ThrottlingException"],
  },
};

function expectedOf({ source, operation, trouble }: Row): Seen {
  const { calls, service } = SOURCES[source];
  const { outcome, reason = reasonOf(source, operation, outcome) } = trouble;
  const [status, code] = WORDS[service][reason]!;
  const earlier = calls.slice(0, (calls as readonly Operation[]).indexOf(operation));
  // By AWS, or by Postern where the answer is good and names another role.
  const isDecided = outcome === "refused" || outcome === "misconfigured" || outcome === "ok";
  return {
    reason,
    status,
    code,
    exchanges: {
      ...Object.fromEntries(earlier.map((call) => [`${call} ok`, 1])),
      [`${operation} ${outcome}`]: ATTEMPTS[outcome] ?? 1,
    },
    next: isDecided ? reason : 200,
    later: 200,
  };
}

/** Where a role was named, it is the role that was denied. */
function reasonOf(source: SourceName, operation: Operation, outcome: Outcome): RefusalCode {
  const isRole =
    outcome === "refused" && operation === "GetCredentialsForIdentity" && source !== POOLS_CHOICE;
  return isRole ? "role-not-granted" : REASONS[outcome]!;
}

/** A stack whose two clocks are one, and can be put forward. */
interface Scene {
  readonly stack: Stack;
  readonly wait: (ms: number) => void;
  /** Signs somebody in whom nobody has seen before; the answer asks with the token. */
  readonly signIn: () => Promise<() => Promise<Response>>;
  readonly exchanges: () => Promise<Readonly<Record<string, number>>>;
}

const stacks: Stack[] = [];
/** Whatever was answered, and what must be in none of it. */
const told: string[] = [];
const tokens: string[] = [];

async function openScene(source: SourceName): Promise<Scene> {
  let aheadMs = 0;
  const now = (): number => Date.now() + aheadMs;
  const stack = await startStack({ config: withAllSources, now, aws: { now } });
  stacks.push(stack);
  const { user, path } = SOURCES[source];
  return {
    stack,
    wait: (ms) => {
      aheadMs += ms;
    },
    signIn: async () => {
      const sub = randomUUID();
      const token = await stack.aws.identity.tokens.issueIdToken({
        username: user,
        clientId: "web",
        claims: { sub },
      });
      tokens.push(token);
      const url = `${stack.url}${path.replace("${sub}", sub)}`;
      return () => fetch(url, requestOf(SOURCES[source], token));
    },
    exchanges: () => countExchanges(stack),
  };
}

function requestOf({ service, path }: Source, token: string): RequestInit {
  const authorization = `Bearer ${token}`;
  // A home that is new has nothing to read.
  if (path.startsWith("/s3/home/")) return { method: "PUT", headers: { authorization }, body: "first" };
  if (service === "s3") return { headers: { authorization } };
  return {
    method: "POST",
    headers: {
      authorization,
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "DynamoDB_20120810.GetItem",
    },
    body: JSON.stringify({
      TableName: "Orders",
      Key: { customerId: { S: "acme" }, orderId: { S: "2026-001" } },
    }),
  };
}

async function countExchanges({ ports }: Stack): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`http://127.0.0.1:${ports.probes}/metrics`)).text();
  const lines = text.matchAll(
    /^postern_credential_exchanges_total\{operation="(\w+)",outcome="([\w-]+)"\} (\d+)$/gm,
  );
  return Object.fromEntries(
    Array.from(lines, ([, operation, outcome, count]) => [`${operation} ${outcome}`, Number(count)]),
  );
}

function difference(
  after: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(after)
      .map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}

/** Reads an answer to its end, and remembers every word of it. */
async function read(answer: Response): Promise<Pick<Seen, "reason" | "status" | "code">> {
  const body = await answer.text();
  told.push(JSON.stringify([...answer.headers]), body);
  const isXml = answer.headers.get("content-type") === "application/xml";
  const code = (isXml ? /<Code>(\w+)<\/Code>/ : /"__type":"[\w.]+#(\w+)"/).exec(body)?.[1];
  return { reason: answer.headers.get("x-postern-reason"), status: answer.status, code };
}

/** What comes of a caller's next requests, when the trouble is over. */
async function lookAgain({ stack, wait }: Scene, ask: () => Promise<Response>) {
  const sum = (): number => Object.values(countsOf(stack.aws)).reduce((all, count) => all + count, 0);
  const before = sum();
  const again = await read(await ask());
  const next = again.reason !== null && sum() === before ? again.reason : again.status;
  wait(5000);
  return { next, later: (await read(await ask())).status };
}

/** A new caller meets a trouble. */
async function observe(scene: Scene, { operation, trouble }: Row): Promise<Seen> {
  const { aws } = scene.stack;
  const ask = await scene.signIn();
  const before = await scene.exchanges();
  const end = aws.faults.add({ operation, effect: trouble.effect });
  const seen = await read(await ask());
  end();
  const exchanges = difference(await scene.exchanges(), before);
  return { ...seen, exchanges, ...(await lookAgain(scene, ask)) };
}

/**
 * A new caller for each call that drips, all at once, since each takes the whole deadline. The last call drips first:
 * whoever waits for it has the earlier ones behind.
 */
async function observeSlow(scene: Scene, rows: readonly Row[]): Promise<readonly Seen[]> {
  const { aws } = scene.stack;
  const started = [];
  for (const { operation, trouble } of rows.toReversed()) {
    const ask = await scene.signIn();
    const before = await scene.exchanges();
    aws.faults.add({ operation, effect: trouble.effect });
    const asked = arrivals(scene, operation);
    const seen = ask().then(read);
    while (arrivals(scene, operation) === asked) await sleep(5);
    const earlier = difference(await scene.exchanges(), before);
    started.push({ ask, seen, operation, earlier });
  }
  await Promise.all(started.map(({ seen }) => seen));
  aws.faults.clear();
  const all = await scene.exchanges();
  const ends: Seen[] = [];
  for (const { ask, seen, operation, earlier } of started.toReversed()) {
    const late = `${operation} timeout`;
    const exchanges = { ...earlier, [late]: all[late] ?? 0 };
    ends.push({ ...(await seen), exchanges, ...(await lookAgain(scene, ask)) });
  }
  return ends;
}

function arrivals({ stack }: Scene, operation: Operation): number {
  return stack.aws.identity.calls.of(operation);
}

const observed = new Map<Row, Promise<Seen>>();

/** Everything begins at once, source by source, and mostly waits; the tests then look at what came of it. */
beforeAll(async () => {
  await Promise.all(NAMES.map(begin));
});

async function begin(source: SourceName): Promise<void> {
  const own = ROWS.filter((row) => row.source === source);
  const slow = own.filter(({ trouble }) => trouble === SLOW);
  const scene = await openScene(source);
  let previous: Promise<unknown> = Promise.resolve();
  for (const row of own.filter(({ trouble }) => trouble !== SLOW)) {
    const seen = previous.then(() => observe(scene, row));
    observed.set(row, seen);
    previous = seen.catch(() => undefined);
  }
  if (slow.length === 0) return;
  const ends = openScene(source).then((other) => observeSlow(other, slow));
  for (const [at, row] of slow.entries()) {
    const seen = ends.then((all) => all[at]!);
    seen.catch(() => undefined);
    observed.set(row, seen);
  }
}

afterAll(async () => {
  await Promise.all(stacks.map((stack) => stack.close()));
});

describe.each(NAMES)("%s", (source) => {
  it.each(
    ROWS.filter((row) => row.source === source).map((row) => [row.operation, row.trouble.name, row] as const),
  )("%s meets %s", async (_operation, _trouble, row) => {
    expect(await observed.get(row)).toEqual(expectedOf(row));
  });
});

it("a secret never reaches a log or an answer", async () => {
  await Promise.allSettled(observed.values());
  const sessions = stacks.flatMap((stack) => stack.aws.sessions.all());
  const logged = stacks.map((stack) => stack.logged());
  const all = [...told, ...logged].join("\n");
  expect(logged.join("").split("\n").length).toBeGreaterThan(3 * ROWS.length);
  expect(sessions.length).toBeGreaterThan(ROWS.length);
  const secrets = [MARK, ...tokens, ...sessions.flatMap((one) => [one.secretAccessKey, one.sessionToken])];
  const parts = new Set(secrets.flatMap((secret) => secret.split(".")).filter(({ length }) => length > 8));
  expect([...parts].filter((part) => all.includes(part))).toEqual([]);
  // Nor one that only passed through, such as the token that an identity pool gives for STS.
  expect(/eyJ[\w-]+\.eyJ/.exec(all)).toBe(null);
});
