import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { wordsFor } from "../../src/cli/explained.ts";
import { DEFAULT_PORTS } from "../../src/cli/ports.ts";
import { readConfig } from "../../src/config/read.ts";
import type {
  Explained,
  PacketQuestion,
  Question,
  Stage,
  SupposedCaller,
} from "../../src/proxy/explain/question.ts";
import { createRehearsal, type Rehearsal } from "../../src/sidecar/rehearsal.ts";
import { canonicalRequest } from "../../src/signing/canonical.ts";
import { hashPayload } from "../../src/signing/payload.ts";
import { accessClaims, encode, idClaims, NOW } from "../support/signed-tokens.ts";
import { readTree } from "../support/architecture/read-tree.ts";

const ROLE = "arn:aws:iam::123456789012:role/";
const MEMBER = "00000000-aaaa-4000-8000-000000000004";

const ANALYST = { "cognito:groups": ["analysts"], "custom:tenant": "acme", sub: "anna" };
const SERVICE = { claims: { token_use: "access", sub: "service", client_id: "service" } };

/** The development configuration, changed where a test says so. */
function rehearse(change: (yaml: string) => string = (yaml) => yaml): Rehearsal {
  const yaml = readFileSync(join(import.meta.dirname, "../../config/dev.yaml"), "utf8");
  const { config, problems } = readConfig(change(yaml), {
    env: (name) => (DEFAULT_PORTS as Readonly<Record<string, string>>)[name],
    file: () => undefined,
    now: () => NOW,
  });
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return createRehearsal(config, { now: () => NOW });
}

/** What is asked, in few words: headers by name, a body as text. */
interface Asking extends Partial<Omit<Question, "headers" | "body" | "caller">> {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function question(caller: SupposedCaller, line: string, more: Asking = {}): Question {
  const [method = "", target = ""] = line.split(" ");
  const { headers = {}, body, ...rest } = more;
  return {
    caller,
    method,
    target,
    headers: Object.entries(headers),
    ...(body !== undefined && { body: Buffer.from(body) }),
    ...rest,
  };
}

const dev = rehearse();
const ask = (...asked: Parameters<typeof question>): Promise<Explained> => dev(question(...asked));
const outcome = async (...asked: Parameters<typeof question>) => {
  const { verdict, refusal, refusedBy } = await ask(...asked);
  return [verdict, refusal?.code, refusedBy];
};

const query = (name: string) => ({
  headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `DynamoDB_20120810.${name}` },
  body: JSON.stringify({
    TableName: "Orders",
    KeyConditionExpression: "customerId = :c",
    ExpressionAttributeValues: { ":c": { S: "acme" } },
  }),
});

const upload = (headers: Record<string, string>) =>
  ask({ claims: { sub: MEMBER } }, `PUT /s3/home/${MEMBER}/a`, { headers });
const ownFile = (claims: object, headers = {}) =>
  ask({ claims: { sub: MEMBER, ...claims } }, `GET /s3/home/${MEMBER}/a`, { headers });

describe("a request that is let through", () => {
  it("tells the operation, the rule, the role and why, and the request that would be signed", async () => {
    const told = await ask({ claims: ANALYST }, "GET /s3/reports/q3.txt");
    expect(told).toMatchObject({
      verdict: "permit",
      refusedBy: undefined,
      refusal: undefined,
      caller: { kind: "user", issuer: "local", subject: "anna", clientId: "web", groups: ["analysts"] },
      operation: {
        upstream: "s3",
        service: "s3",
        region: "us-east-1",
        name: "GetObject",
        requirements: [{ action: "s3:GetObject", resource: "arn:aws:s3:::reports/q3.txt" }],
      },
      decision: { verdict: "permit", rule: "analysts read reports", role: `${ROLE}analyst`, source: "pool" },
      role: { role: `${ROLE}analyst`, source: "pool", why: "the rule names it" },
    });
    expect(told.rules.find(({ verdict }) => verdict === "decides")?.rule).toBe("analysts read reports");
    expect(told.canonicalRequest).toBe(
      canonicalRequest({
        method: "GET",
        path: "/reports/q3.txt",
        query: "",
        headers: {
          lines: [
            "host:127.0.0.1:4483",
            "x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "x-amz-date:20260115T120000Z",
            "x-amz-security-token:PLACEHOLDER",
            "",
          ].join("\n"),
          names: "host;x-amz-content-sha256;x-amz-date;x-amz-security-token",
        },
        payloadHash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      }),
    );
  });

  it("is read with its body where that decides", async () => {
    const told = await ask({ claims: ANALYST }, "POST /dynamodb/", query("Query"));
    expect([told.verdict, told.operation?.name]).toEqual(["permit", "Query"]);
    expect(told.canonicalRequest).toContain("x-amz-target:DynamoDB_20120810.Query");
  });

  it("shows a streamed body in the form in which it would be signed, without the body", async () => {
    expect((await upload({ "content-length": "5" })).canonicalRequest).toMatch(/\nUNSIGNED-PAYLOAD$/);
    const digest = "a".repeat(64);
    const exact = await upload({ "content-length": "5", "x-amz-content-sha256": digest });
    expect(exact.canonicalRequest).toMatch(new RegExp(`\n${digest}$`));
  });

  it("hashes the body for an API, and shows an API that looks at the token itself no signature", async () => {
    const body = '{"a":1}';
    const asked = { headers: { "content-type": "application/json" }, body };
    const admin = { ...ANALYST, "cognito:groups": ["admins"] };
    const told = await ask({ claims: admin }, "POST /orders/orders?b=2&b=1", asked);
    expect(told.operation?.requirements).toMatchObject([
      { resource: "arn:aws:execute-api:us-east-1:123456789012:ordersapi1/prod/POST/orders" },
    ]);
    expect(told.canonicalRequest).toMatch(/^POST\n\/prod\/orders\nb=1&b=2\n/);
    expect(told.canonicalRequest).toMatch(new RegExp(`\n${hashPayload(Buffer.from(body))}$`));
    const user = { token_use: "access", sub: "anna" };
    expect(await ask({ claims: user }, "GET /profiles/me")).toMatchObject({ verdict: "permit" });
    expect((await ask({ claims: user }, "GET /profiles/me")).canonicalRequest).toBeUndefined();
    expect(await outcome({ claims: ANALYST }, "GET /profiles/me")).toEqual([
      "refusal",
      "token-use",
      "credentials",
    ]);
  });

  it("tells at which time it would be signed", async () => {
    const atMs = Date.UTC(2030, 1, 2, 3, 4, 5);
    const told = await ask({ claims: ANALYST }, "GET /s3/reports/q3.txt", { atMs });
    expect(told.canonicalRequest).toContain("x-amz-date:20300202T030405Z");
  });
});

describe("the role", () => {
  const roles = { "cognito:roles": [`${ROLE}analyst`, `${ROLE}editor`] };
  it.each<[string, object, Record<string, string>, string]>([
    [
      "one that the token prefers",
      { "cognito:preferred_role": `${ROLE}editor` },
      {},
      "cognito:preferred_role",
    ],
    ["one that is the token's only one", { "cognito:roles": [`${ROLE}analyst`] }, {}, "the only one"],
    ["none that the token prefers", roles, {}, "the token prefers none"],
    ["one that is wished for", roles, { "x-postern-role": `${ROLE}editor` }, "X-Postern-Role asks for it"],
  ])("says why it is %s", async (_what, claims, headers, why) => {
    expect((await ownFile(claims, headers)).role?.why).toContain(why);
  });

  it("is the wished one where the token grants it, and a refusal where not", async () => {
    expect((await ownFile(roles, { "x-postern-role": `${ROLE}editor` })).role?.role).toBe(`${ROLE}editor`);
    const told = await ownFile(roles, { "x-postern-role": `${ROLE}admin` });
    expect([told.verdict, told.refusal?.code, told.refusedBy]).toEqual([
      "refusal",
      "role-not-granted",
      "credentials",
    ]);
  });
});

describe("a request that is refused", () => {
  const claims = ANALYST;
  it.each<[string, SupposedCaller, string, Asking, readonly [string, string, Stage]]>([
    ["by no rule", { claims }, "DELETE /s3/reports/q3.txt", {}, ["denial", "denied-no-rule", "policy"]],
    [
      "by a deny",
      { claims: { "cognito:groups": ["admins"] } },
      "DELETE /s3/audit/a",
      {},
      ["denial", "denied-by-rule", "policy"],
    ],
    [
      "by every rule for its service",
      { claims: { sub: "x" } },
      "POST /dynamodb/",
      query("Query"),
      ["denial", "denied-no-rule", "policy"],
    ],
    ["for its method", { claims }, "TRACE /s3/a", {}, ["refusal", "method-not-allowed", "door"]],
    ["for a method of nobody", { claims }, "FETCH /s3/a", {}, ["refusal", "target-malformed", "door"]],
    ["for a fragment", { claims }, "GET /s3/a#b", {}, ["refusal", "target-malformed", "door"]],
    ["for a target that is no path", { claims }, "GET s3/a", {}, ["refusal", "target-malformed", "door"]],
    [
      "for a host of two readings",
      { claims },
      "GET /s3/a",
      { headers: { host: "a@b" } },
      ["refusal", "target-malformed", "door"],
    ],
    [
      "for a header within a header",
      { claims },
      "GET /s3/a",
      { headers: { a: "b\r\nc: d" } },
      ["refusal", "target-malformed", "door"],
    ],
    [
      "for a header of no name",
      { claims },
      "GET /s3/a",
      { headers: { "a b": "c" } },
      ["refusal", "target-malformed", "door"],
    ],
    [
      "for two lengths",
      { claims },
      "PUT /s3/a/b",
      { headers: { "content-length": "1", "transfer-encoding": "chunked" } },
      ["refusal", "target-ambiguous", "door"],
    ],
    [
      "for a length that is none",
      { claims },
      "PUT /s3/a/b",
      { headers: { "content-length": "-1" } },
      ["refusal", "target-ambiguous", "door"],
    ],
    [
      "for an unknown expectation",
      { claims },
      "PUT /s3/a/b",
      { headers: { expect: "200-ok" } },
      ["refusal", "header-not-allowed", "door"],
    ],
    [
      "for a signed query",
      { claims },
      "GET /s3/a/b?X-Amz-Signature=1",
      {},
      ["refusal", "presigned-not-accepted", "door"],
    ],
    ["without an upstream", { claims }, "GET /glacier/a", {}, ["refusal", "upstream-unknown", "route"]],
    [
      "as a page of Postern's own",
      { claims },
      "GET /.postern/whoami",
      {},
      ["refusal", "upstream-unknown", "route"],
    ],
    [
      "as a page of Postern's own, signed or not",
      { claims },
      "GET /.postern/a",
      {
        headers: {
          authorization:
            "AWS4-HMAC-SHA256 Credential=a/20260115/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0",
        },
      },
      ["refusal", "upstream-unknown", "route"],
    ],
    [
      "for an expired token",
      { token: tokenOf(idClaims({ aud: "web", exp: NOW / 1000 })) },
      "GET /s3/a/b",
      {},
      ["refusal", "token-expired", "identity"],
    ],
    [
      "for another issuer's token",
      { token: tokenOf(idClaims({ iss: "https://evil.example" })) },
      "GET /s3/a/b",
      {},
      ["refusal", "token-issuer", "identity"],
    ],
    [
      "for no token at all",
      { token: "Bearer" },
      "GET /s3/a/b",
      {},
      ["refusal", "token-malformed", "identity"],
    ],
    [
      "for two tokens",
      { token: tokenOf(idClaims()) },
      "GET /s3/a/b",
      { headers: { authorization: "Bearer a.b.c" } },
      ["refusal", "two-tokens", "identity"],
    ],
    [
      "for claims and a token",
      { claims },
      "GET /s3/a/b",
      { headers: { authorization: "Bearer a.b.c" } },
      ["refusal", "two-tokens", "identity"],
    ],
    [
      "for an issuer that is not there",
      { claims, issuer: "staff" },
      "GET /s3/a/b",
      {},
      ["refusal", "token-issuer", "identity"],
    ],
    [
      "as a guest's from a foreign page",
      "guest",
      "GET /s3/public/a",
      { headers: { origin: "https://evil.example" } },
      ["refusal", "origin-not-allowed", "identity"],
    ],
    [
      "as a guest's at another host",
      "guest",
      "GET /s3/public/a",
      { headers: { host: "evil.example" } },
      ["refusal", "origin-not-allowed", "identity"],
    ],
    [
      "as a guest's that writes",
      "guest",
      "PUT /s3/public/a",
      {},
      ["refusal", "origin-not-allowed", "identity"],
    ],
    [
      "for an unknown operation",
      { claims },
      "POST /s3/reports?website",
      {},
      ["refusal", "operation-unknown", "operation"],
    ],
    [
      "for a body that cannot be read",
      { claims },
      "POST /dynamodb/",
      { ...query("Query"), body: "{" },
      ["refusal", "body-malformed", "operation"],
    ],
    [
      "for a body of another length",
      { claims },
      "POST /dynamodb/",
      { headers: { ...query("Query").headers, "content-length": "3" }, body: "{}" },
      ["refusal", "payload-mismatch", "operation"],
    ],
    [
      "for a role that the rule names",
      { claims },
      "GET /s3/reports/q3.txt",
      { headers: { "x-postern-role": `${ROLE}analyst` } },
      ["refusal", "role-not-granted", "credentials"],
    ],
    [
      "for an access token where an ID token is needed",
      { claims: { ...claims, token_use: "access", "custom:tenant": "acme" } },
      "GET /s3/reports/q3.txt",
      {},
      ["refusal", "id-token-required", "credentials"],
    ],
    [
      "for a body whose form cannot be sent on",
      { claims: { sub: MEMBER } },
      `PUT /s3/home/${MEMBER}/a`,
      { headers: { "content-length": "5", "x-amz-content-sha256": "odd" } },
      ["refusal", "body-malformed", "signing"],
    ],
  ])("%s", async (_what, ...[caller, line, more, expected]) => {
    expect(await outcome(caller, line, more)).toEqual(expected);
  });

  it("is refused for its length as soon as that is stated", async () => {
    const { headers } = query("Query");
    const long = { headers: { ...headers, "content-length": String(64 * 1024 ** 2) } };
    expect(await outcome({ claims: ANALYST }, "POST /dynamodb/", long)).toEqual([
      "refusal",
      "body-too-large",
      "operation",
    ]);
  });

  it("tells of the rules also where nothing allows the caller the service", async () => {
    const told = await ask({ claims: { sub: "x" } }, "POST /dynamodb/", query("Query"));
    expect(told.operation?.name).toBe("Query");
    expect(told.rules.map(({ rule }) => rule)).toContain("analysts query orders");
  });

  it("tells of no rule where none was asked", async () => {
    expect((await ask({ claims: ANALYST }, "GET /sqs/a")).rules).toEqual([]);
  });
});

function tokenOf(claims: Record<string, unknown>): string {
  const iss = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL";
  const own = { ...claims, iss: claims["iss"] === idClaims()["iss"] ? iss : claims["iss"] };
  return `${encode({ kid: "k", alg: "RS256" })}.${encode(own)}.c2ln`;
}

describe("tokens without keys", () => {
  it("are read at the time that is asked about", async () => {
    const token = tokenOf(idClaims({ aud: "web", "custom:tenant": "acme", exp: NOW / 1000 + 60 }));
    const line = "GET /s3/reports/q3.txt";
    expect((await ask({ token }, line)).verdict).toBe("permit");
    expect((await ask({ token }, line, { atMs: NOW + 60_000 })).refusal?.code).toBe("token-expired");
  });

  it("may be a pair, beside an SDK's signature too", async () => {
    const sub = "anna";
    const idToken = tokenOf(idClaims({ aud: "web", sub }));
    const token = tokenOf(accessClaims({ client_id: "web", sub }));
    const authorization =
      "AWS4-HMAC-SHA256 Credential=a/20260115/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
    const told = await ask({ token, idToken }, `GET /home/${sub}/a`, { headers: { authorization } });
    expect([told.verdict, told.role?.role]).toEqual(["permit", "pool"]);
  });
});

describe("S6.1 C19 nothing that is told", () => {
  it("is a token or a value of a claim", async () => {
    const secret = "a-value-of-a-claim";
    const withSessions = rehearse((yaml) =>
      yaml
        .replace(
          'sessionName: "${claim:client_id}"',
          'sessionName: "${claim:custom:secret}", tags: { t: "${claim:custom:secret}" }',
        )
        .replace("who: { clients: [service] }", "who: { authenticated: true }"),
    );
    const token = tokenOf(idClaims({ aud: "web", "custom:secret": secret }));
    const told = await withSessions(question({ token }, "POST /dynamodb/", query("PutItem")));
    const item = {
      ...query("PutItem"),
      body: JSON.stringify({ TableName: "Orders", Item: { a: { S: "b" } } }),
    };
    const permitted = await withSessions(question({ token }, "POST /dynamodb/", item));
    expect(permitted.verdict).toBe("permit");
    for (const one of [told, permitted]) {
      const text = JSON.stringify(one);
      for (const part of [secret, token, ...token.split(".")]) expect(text).not.toContain(part);
    }
  });

  it("is a key that the client sends for S3 to encrypt with", async () => {
    const key = Buffer.alloc(32, 7).toString("base64");
    const headers = { "x-amz-server-side-encryption-customer-key": key };
    const told = await ask({ claims: { "cognito:groups": ["admins"] } }, "GET /s3/reports/q3.txt", {
      headers,
    });
    expect(JSON.stringify(told)).not.toContain(key);
  });
});

it("a machine gets what its rule gives", async () => {
  const told = await ask(SERVICE, "POST /dynamodb/", query("Query"));
  expect([told.verdict, told.caller?.kind, told.role?.source]).toEqual(["permit", "machine", "service"]);
});

it("callers whose tokens nobody proved are read for questions alone", () => {
  const users = [...readTree(join(import.meta.dirname, "../../src"))]
    .filter(([, source]) => /from ".*(?:unproved-tokens|claimed-caller)\.ts"/.test(source))
    .map(([file]) => file)
    .sort();
  expect(users).toEqual(["proxy/explain/parts.ts", "sidecar/rehearsal.ts"]);
});

it("S4.6 what is let through to be recorded says that no rule allows it", async () => {
  const recording = rehearse((yaml) =>
    yaml.replace("policy:\n", 'policy:\n  mode: record\n  until: "2026-01-20T00:00:00Z"\n'),
  );
  const asked = question({ claims: { sub: "x" } }, "GET /s3/reports/q3.txt");
  const told = await recording(asked);
  expect(told).toMatchObject({
    verdict: "permit",
    decision: { recorded: true },
    role: { role: "pool", why: "no rule allows this; it is let through to be recorded" },
  });
  expect(wordsFor(told, "GET /s3/reports/q3.txt")[0]).toBe(
    "Yes, for now: no rule allows this, and record mode lets it through.",
  );
  const after = await recording({ ...asked, atMs: Date.UTC(2026, 0, 20) });
  expect(after.refusal?.code).toBe("denied-no-rule");
});

const headOf = async (headers: Readonly<Record<string, string>>) => {
  const { refusal, refusedBy } = await ask({ claims: ANALYST }, "GET /s3/reports/q3.txt", { headers });
  return [refusal?.code, refusedBy, refusal?.detail];
};

describe("a head", () => {
  /** Bytes of the target, the host and the names of all headers. */
  const OTHERS = "/s3/reports/q3.txt".length + "host127.0.0.1:4480".length + "x".length;

  it("is refused for its length as the parser refuses it", async () => {
    const limit = 64 * 1024;
    expect((await headOf({ x: "y".repeat(limit - OTHERS) })).slice(0, 2)).toEqual([
      "header-not-allowed",
      "door",
    ]);
    expect(await headOf({ x: "y".repeat(limit - OTHERS - 1) })).toEqual([undefined, undefined, undefined]);
  });

  it("keeps what HTTP does not take for a blank: it may stand in a value", async () => {
    const host = (value: string) => ask("guest", "GET /s3/public/a", { headers: { host: value } });
    const told = await host(" \t127.0.0.1:4480\t ");
    expect(told.refusedBy).not.toBe("identity");
    expect((await host("\u00a0127.0.0.1:4480")).verdict).toBe("refusal");
    expect((await ask("guest", "GET /s3/public/a", { headers: { "x-a": "\u000b1" } })).refusedBy).toBe(
      "door",
    );
  });
});

it("S4.6 what is let through to be recorded honours no wish for a role, as no request does", async () => {
  const recording = rehearse((yaml) =>
    yaml.replace("policy:\n", 'policy:\n  mode: record\n  until: "2026-01-20T00:00:00Z"\n'),
  );
  const claims = { ...ANALYST, "cognito:roles": [`${ROLE}editor`] };
  const headers = { "x-postern-role": `${ROLE}editor` };
  const told = await recording(question({ claims }, "DELETE /s3/reports/q3.txt", { headers }));
  expect([told.refusal?.code, told.refusedBy, told.role]).toEqual([
    "role-not-granted",
    "credentials",
    undefined,
  ]);
});

const packet = (asked: Partial<PacketQuestion> & Pick<PacketQuestion, "mqtt">, rehearsal = dev) =>
  rehearsal({ caller: { claims: ANALYST }, headers: [], ...asked });
const publish = (topic: string) => ({ kind: "publish", topic, retain: false }) as const;

describe("an MQTT packet", () => {
  const things = "arn:aws:iot:us-east-1:123456789012:";
  it("tells the rule and the role, and has no signature", async () => {
    const told = await packet({ mqtt: publish("things/anna/on") });
    expect(told).toMatchObject({
      verdict: "permit",
      operation: {
        upstream: "things",
        name: "Publish",
        requirements: [{ action: "iot:Publish", resource: `${things}topic/things/anna/on` }],
      },
      decision: { rule: "everyone has things" },
      role: { role: "pool" },
      canonicalRequest: undefined,
    });
  });

  it("goes with the role of its connection's CONNECT", async () => {
    const own = `${ROLE}analyst`;
    const apart = rehearse((yaml) =>
      yaml
        .replace("allow: [iot:Connect, iot:Publish, ", "allow: [iot:Connect, ")
        .replace(
          "    - name: editors write",
          `    - { name: messages, who: { groups: [analysts] }, allow: ["iot:*"], on: ["*"], role: "${own}" }\n    - name: editors write`,
        ),
    );
    const mqtt = publish("things/anna/on");
    expect(await packet({ mqtt }, apart)).toMatchObject({ verdict: "permit", role: { role: own } });
    expect(await packet({ mqtt, clientId: "anna" }, apart)).toMatchObject({
      refusal: { code: "roles-disagree" },
      decision: { rule: "everyone has things, messages" },
    });
    expect(await packet({ mqtt, clientId: "other" }, apart)).toMatchObject({ role: { role: own } });
    const got = { kind: "receive", topic: "things/anna/on" } as const;
    expect(await packet({ mqtt: got, clientId: "anna" }, apart)).toMatchObject({ role: { role: "pool" } });
  });

  it("may wish for a role as its handshake did", async () => {
    const mqtt = publish("things/anna/on");
    const wish = async (role: string, roles = [`${ROLE}analyst`]) => {
      const caller = { claims: { ...ANALYST, "cognito:roles": roles } };
      const { role: got, refusal } = await packet({ mqtt, caller, headers: [["x-postern-role", role]] });
      return refusal?.code ?? got?.role;
    };
    expect(await wish(`${ROLE}analyst`)).toBe(`${ROLE}analyst`);
    expect(await wish(`${ROLE}admin`)).toBe("role-not-granted");
  });

  it("names the upstream where there are several that take MQTT, or none", async () => {
    const two = rehearse((yaml) =>
      yaml.replace(
        "  things: { service: iotdevicegateway }",
        "  things: { service: iotdevicegateway }\n  more: { service: iotdevicegateway, match: { pathPrefix: /more } }",
      ),
    );
    const mqtt = publish("things/anna/on");
    const whole = await packet({ mqtt }, two);
    expect([whole.refusedBy, whole.refusal?.detail]).toEqual([
      "route",
      "say which upstream that takes MQTT: things, more",
    ]);
    expect(await packet({ mqtt, upstream: "more" }, two)).toMatchObject({ operation: { upstream: "more" } });
    expect(await packet({ mqtt, upstream: "s3" })).toMatchObject({ refusal: { code: "upstream-unknown" } });
    const none = rehearse((yaml) => yaml.replace(/^ {2}things: .*$/m, ""));
    expect(await packet({ mqtt }, none)).toMatchObject({ refusal: { detail: "no upstream takes MQTT" } });
  });

  it("is refused by whom nobody knows, and where nothing may be called so", async () => {
    const headers = [["authorization", "Bearer a.b.c"]] as const;
    const foreign = await packet({ mqtt: publish("things/anna/on"), caller: "guest", headers });
    expect([foreign.refusedBy, foreign.refusal?.code]).toEqual(["identity", "token-malformed"]);
    const odd = await packet({ mqtt: publish("things/+") });
    expect([odd.refusedBy, odd.refusal?.code]).toEqual(["operation", "target-malformed"]);
  });
});
