import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Ambient } from "../../src/credentials/assume-role.ts";
import { isDecision } from "../../src/credentials/aws-error.ts";
import type { Broker } from "../../src/credentials/broker.ts";
import { cached } from "../../src/credentials/cached.ts";
import type { ExchangeCall } from "../../src/credentials/exchange.ts";
import { createSource, type SourceParts, type SourceSettings } from "../../src/credentials/source.ts";
import { type Caller, GUEST } from "../../src/domain/caller.ts";
import type { Credentials } from "../../src/domain/credentials.ts";
import type { Permit } from "../../src/domain/decision.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { type LocalAws, startLocalAws } from "../../src/local/aws.ts";
import { readWorld } from "../../src/local/parse-world.ts";
import { createOutbound, OutboundError, type Reply } from "../../src/outbound/call.ts";
import { createClockOffset } from "../../src/signing/clock-offset.ts";
import { createSigner } from "../../src/signing/sign.ts";
import { ADMIN, ANALYST, callerOf, permitOf } from "../support/callers.ts";
import { NOW } from "../support/signed-tokens.ts";
import {
  type CallName,
  COGNITO_CREDENTIALS,
  endOf,
  GOOD,
  IDENTITY,
  plainExchange,
  POOL_ID,
  rightClock,
  scriptedAws,
  sessionPermit,
  stsAnswer,
  stsError,
  stsResult,
} from "../credentials/scripted-aws.ts";

const BASIC_POOL_ID = "us-east-1:00000000-0000-4000-8000-000000000002";
const SETTINGS = {
  pool: { type: "identity-pool", flow: "enhanced", identityPoolId: POOL_ID, verifyRole: true },
  basic: { type: "identity-pool", flow: "basic", identityPoolId: BASIC_POOL_ID, verifyRole: true },
  direct: { type: "web-identity", verifyRole: true },
  service: { type: "assume-role", verifyRole: true },
} as const satisfies Record<string, SourceSettings>;
type Source = keyof typeof SETTINGS;

/** The calls that each source makes, in order. */
/** What is asked for credentials. */
type CredentialCall = Exclude<CallName, "GetPolicy" | "AttachPolicy">;

const CALLS: Readonly<Record<Source, readonly CredentialCall[]>> = {
  pool: ["GetId", "GetCredentialsForIdentity", "GetCallerIdentity"],
  basic: ["GetId", "GetOpenIdToken", "AssumeRoleWithWebIdentity", "GetCallerIdentity"],
  direct: ["AssumeRoleWithWebIdentity", "GetCallerIdentity"],
  service: ["AssumeRole", "GetCallerIdentity"],
};
const SOURCES = Object.keys(CALLS) as Source[];

const OWN = { accessKeyId: "AKIAOWN", secretAccessKey: "own" };

interface Parts {
  readonly settings?: Readonly<Record<string, SourceSettings>>;
  readonly ambient?: Ambient;
}

function sourcesOver(exchange: ExchangeCall, { settings = SETTINGS, ambient = async () => OWN }: Parts = {}) {
  const origins: string[] = [];
  const brokers = everySource(settings, {
    defaultRegion: "eu-west-1",
    endpoint: undefined,
    exchange,
    signer: createSigner(),
    clockOffsetOf: (origin) => {
      origins.push(origin);
      return rightClock();
    },
    ambient,
    now: () => NOW,
  });
  const ask = async (source: string, permit: Permit = permitFor(source), caller = callerOf()) =>
    brokerOf(brokers, source)(permit, caller);
  return { brokers, origins, ask };
}

function everySource(settings: Readonly<Record<string, SourceSettings>>, parts: SourceParts) {
  return new Map(Object.entries(settings).map(([name, one]) => [name, createSource(one, parts)]));
}

function brokerOf(brokers: ReadonlyMap<string, Broker>, source: string): Broker {
  const broker = brokers.get(source);
  if (broker === undefined) throw new Error(`no source ${source}`);
  return broker;
}

const permitFor = (source: string): Permit => (source === "pool" ? permitOf() : sessionPermit());

describe("createSource", () => {
  it.each(SOURCES)("makes of %s a broker that proves what it got", async (source) => {
    const { exchange, names } = scriptedAws();
    const { ask } = sourcesOver(exchange);
    await expect(ask(source)).resolves.toMatchObject({
      assumedRoleArn: "arn:aws:sts::123456789012:assumed-role/analyst/anna",
    });
    expect(names()).toEqual(CALLS[source]);
  });

  it.each(SOURCES)(
    "S2.3 makes no proof for %s where the configuration says so, and claims none",
    async (source) => {
      const { exchange, names } = scriptedAws();
      const settings = { [source]: { ...SETTINGS[source], verifyRole: false } };
      const credentials = await sourcesOver(exchange, { settings }).ask(source);
      expect(credentials).not.toHaveProperty("assumedRoleArn");
      expect(names()).toEqual(CALLS[source].slice(0, -1));
    },
  );

  it.each(SOURCES)("S2.3 takes no other role or session from %s", async (source) => {
    for (const arn of [
      "arn:aws:sts::123456789012:assumed-role/admin/anna",
      "arn:aws:sts::210987654321:assumed-role/analyst/anna",
      ...(source === "pool" ? [] : ["arn:aws:sts::123456789012:assumed-role/analyst/bert"]),
    ]) {
      const body = stsAnswer("GetCallerIdentity", `<Arn>${arn}</Arn>`);
      const { ask } = sourcesOver(scriptedAws({ GetCallerIdentity: [{ body }] }).exchange);
      const refusal = await endOf(ask(source));
      expect(refusal).toMatchObject({ code: "role-mismatch" });
      expect(isDecision(refusal)).toBe(true);
    }
  });

  it("asks the STS of the source's region, of the pool's, or of the default", async () => {
    const { exchange, asked } = scriptedAws();
    const settings = {
      pool: { ...SETTINGS.pool, identityPoolId: "ap-south-1:00000000-0000-4000-8000-000000000001" },
      direct: { ...SETTINGS.direct, region: "cn-north-1" },
      service: SETTINGS.service,
    };
    const { ask, origins } = sourcesOver(exchange, { settings });
    for (const source of Object.keys(settings)) await ask(source);
    expect(new Set(asked.map(({ call }) => call.url))).toEqual(
      new Set([
        "https://cognito-identity.ap-south-1.amazonaws.com/",
        "https://sts.ap-south-1.amazonaws.com/",
        "https://sts.cn-north-1.amazonaws.com.cn/",
        "https://sts.eu-west-1.amazonaws.com/",
      ]),
    );
    expect(origins).toEqual([
      "https://sts.ap-south-1.amazonaws.com",
      "https://sts.cn-north-1.amazonaws.com.cn",
      "https://sts.eu-west-1.amazonaws.com",
    ]);
  });

  it("gives an external id to the source that has one", async () => {
    const { exchange, asked } = scriptedAws();
    const settings = { a: { ...SETTINGS.service, externalId: "partner" }, b: SETTINGS.service };
    const { ask } = sourcesOver(exchange, { settings });
    for (const source of ["a", "b"]) await ask(source);
    const assumed = asked.filter(({ operation }) => operation === "AssumeRole");
    expect(assumed.map(({ input }) => input["ExternalId"])).toEqual(["partner", undefined]);
  });

  it("has no source but those that are configured", () => {
    expect([...sourcesOver(scriptedAws().exchange).brokers.keys()]).toEqual(SOURCES);
  });

  it("S2.1 tries no other source, nor another way, where one cannot use the token", async () => {
    const { exchange, asked } = scriptedAws();
    const { ask } = sourcesOver(exchange, { ambient: () => Promise.reject(new Error("asked")) });
    const machine = callerOf({ kind: "machine", login: undefined });
    for (const source of ["pool", "basic", "direct"])
      expect(await endOf(ask(source, permitFor(source), machine))).toMatchObject({
        code: "id-token-required",
      });
    expect(asked).toEqual([]);
  });
});

/** Every way in which a 200 can be nothing that credentials, an identity or a proof are read out of. */
const BAD_BODIES: Readonly<Record<CredentialCall, readonly string[]>> = {
  GetId: ["", "null", "[]", "<html>", "{}", '{"IdentityId":7}', '{"IdentityId":"a b"}'],
  GetOpenIdToken: ["", "null", "<html>", "{}", '{"Token":"a.b.c"', '{"Token":7}', '{"Token":"a b"}'],
  GetCredentialsForIdentity: [
    "",
    "null",
    "<html>",
    "{}",
    '{"Credentials":{}}',
    '{"Credentials":"Success"}',
    ...[
      { AccessKeyId: "" },
      { AccessKeyId: 7 },
      { SecretKey: "a\nb" },
      { SessionToken: "a\r\nx: y" },
      { SessionToken: null },
      { Expiration: NOW / 1000 - 1 },
      { Expiration: "2030-01-01T00:00:00Z" },
    ].map((change) =>
      JSON.stringify({ IdentityId: IDENTITY, Credentials: { ...COGNITO_CREDENTIALS, ...change } }),
    ),
    GOOD.GetCredentialsForIdentity.replace('"Credentials"', '"Credentials":{},"Credentials"'),
  ],
  AssumeRole: badSts("AssumeRole"),
  AssumeRoleWithWebIdentity: badSts("AssumeRoleWithWebIdentity"),
  GetCallerIdentity: [
    "",
    "null",
    "<html/>",
    stsError("AccessDenied"),
    stsAnswer("GetCallerIdentity", ""),
    stsAnswer("GetCallerIdentity", "<Arn/>"),
    stsAnswer("GetCallerIdentity", "<Arn>a b</Arn>"),
    GOOD.GetCallerIdentity.replace("<Arn>", "<Arn>arn:aws:iam::123456789012:root</Arn><Arn>"),
    `<!DOCTYPE a>${GOOD.GetCallerIdentity}`,
  ],
};

function badSts(action: "AssumeRole" | "AssumeRoleWithWebIdentity"): string[] {
  const results = [
    "",
    "<Credentials/>",
    stsResult() + stsResult(),
    stsResult({ AccessKeyId: "" }),
    stsResult({ SecretAccessKey: "<SecretAccessKey>a b</SecretAccessKey>" }),
    stsResult({ SessionToken: "<SessionToken>a&#10;b</SessionToken>" }),
    stsResult({ Expiration: "<Expiration>2026-01-15T11:59:59Z</Expiration>" }),
    stsResult({ Expiration: "<Expiration>1999999999</Expiration>" }),
  ];
  const answers = results.map((result) => stsAnswer(action, result));
  return ["", "null", "<html/>", stsError("AccessDenied"), `<!DOCTYPE a>${GOOD[action]}`, ...answers];
}

const NOT_200: readonly (readonly [what: string, reply: Partial<Reply>])[] = [
  ["a gateway's page", { status: 502, body: "<html>Bad Gateway</html>" }],
  ["a redirect", { status: 307, headers: { location: "https://evil.example/" } }],
  ["a 500 without a word", { status: 500, body: "" }],
  ["a 201 with what would be good", { status: 201 }],
];

const EVERY_CALL = SOURCES.flatMap((source) => CALLS[source].map((call) => [source, call] as const));

describe("a bad answer", () => {
  it.each(EVERY_CALL)(
    "never becomes credentials of %s: what %s says cannot be read",
    async (source, call) => {
      for (const body of BAD_BODIES[call]) {
        const { ask } = sourcesOver(scriptedAws({ [call]: [{ body }] }).exchange);
        const refusal = await endOf(ask(source));
        expect(refusal, body).toMatchObject({ name: "Refusal", code: "credentials-unavailable" });
        expect(isDecision(refusal), body).toBe(false);
      }
    },
  );

  it.each(EVERY_CALL)("never becomes credentials of %s: %s did not go well", async (source, call) => {
    for (const [what, reply] of NOT_200) {
      const { ask } = sourcesOver(scriptedAws({ [call]: [reply] }).exchange);
      const refusal = await endOf(ask(source));
      expect(refusal, what).toMatchObject({ name: "Refusal", code: "credentials-unavailable" });
      expect(isDecision(refusal), what).toBe(false);
    }
  });

  it.each(EVERY_CALL)("never becomes credentials of %s: %s has none at all", async (source, call) => {
    const { exchange } = scriptedAws();
    const cause = new OutboundError("timeout");
    const cut: ExchangeCall = (question) =>
      question.operation === call
        ? Promise.reject(new Refusal("credentials-unavailable", { cause }))
        : exchange(question);
    expect(await endOf(sourcesOver(cut).ask(source))).toMatchObject({
      code: "credentials-unavailable",
      cause,
    });
  });
});

const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const session = (name: string) => sessionPermit(role(name), { name: "staff-anna", durationSeconds: 900 });

describe("against the stand-in AWS", () => {
  let aws: LocalAws;
  let outbound: ReturnType<typeof createOutbound>;
  let brokers: ReadonlyMap<string, Broker>;
  let analyst: Caller;

  beforeAll(async () => {
    const yaml = readFileSync(join(import.meta.dirname, "../../config/local-world.yaml"), "utf8");
    aws = await startLocalAws({ world: readWorld(yaml), address: { host: "127.0.0.1", port: 0 } });
    outbound = createOutbound();
  });
  afterAll(async () => {
    await outbound.close();
    await aws.close();
  });
  beforeEach(async () => {
    brokers = sourcesOf(Date.now);
    analyst = await callerFor("analyst");
  });
  afterEach(() => {
    aws.faults.clear();
    aws.calls.reset();
  });

  function sourcesOf(now: () => number, sources: Readonly<Record<string, SourceSettings>> = SETTINGS) {
    return everySource(sources, {
      defaultRegion: "us-east-1",
      endpoint: aws.url,
      exchange: plainExchange(outbound.call),
      signer: createSigner(),
      clockOffsetOf: () => createClockOffset(now),
      ambient: async () => ({
        accessKeyId: "AKIALOCALSIDECAR2222",
        secretAccessKey: "local-sidecar-secret",
      }),
      now,
    });
  }

  const ask = async (source: Source, permit: Permit, caller = analyst): Promise<Credentials> =>
    brokerOf(brokers, source)(permit, caller);

  async function callerFor(username: string): Promise<Caller> {
    const token = await aws.identity.tokens.issueIdToken({ username, clientId: "web" });
    return callerOf({
      subject: username,
      digest: username,
      expiresAtMs: Date.now() + 3_600_000,
      login: { provider: "cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL", token },
      tokenDigest: username,
    });
  }

  const counts = () =>
    ["cognito-identity:GetId", "cognito-identity:GetCredentialsForIdentity", "sts:GetCallerIdentity"].map(
      aws.calls.of,
    );

  it("the enhanced flow gets credentials in the named role, and STS says so of them", async () => {
    const credentials = await ask("pool", permitOf(ANALYST));
    expect(credentials).toMatchObject({
      assumedRoleArn: "arn:aws:sts::123456789012:assumed-role/analyst/CognitoIdentityCredentials",
      identityId: expect.stringMatching(/^us-east-1:/),
    });
    expect(credentials.expiresAtMs).toBeGreaterThan(Date.now());
    expect(aws.sessions.find(credentials.accessKeyId)?.sessionToken).toBe(credentials.sessionToken);
    expect(counts()).toEqual([1, 1, 1]);
  });

  it("S2.3 tells which role the pool chose, where the rule leaves it the choice", async () => {
    await expect(ask("pool", permitOf("pool"), await callerFor("editor"))).resolves.toMatchObject({
      assumedRoleArn: expect.stringContaining(":assumed-role/editor/"),
    });
  });

  it("a guest gets the guests' role, and all guests have one identity", async () => {
    const [one, two] = [
      await ask("pool", permitOf("pool"), GUEST),
      await ask("pool", permitOf("pool"), GUEST),
    ];
    expect(one.assumedRoleArn).toContain(":assumed-role/guest/");
    expect(one.identityId).toBe(two.identityId);
    expect(one.identityId).not.toBe((await ask("pool", permitOf("pool"))).identityId);
  });

  it("the basic flow gets a session of the permitted role under the permitted name", async () => {
    const credentials = await ask("basic", session("analyst"));
    expect(credentials).toMatchObject({
      assumedRoleArn: "arn:aws:sts::123456789012:assumed-role/analyst/staff-anna",
      identityId: expect.stringMatching(/^us-east-1:/),
    });
    expect(credentials.expiresAtMs).toBeLessThanOrEqual(Date.now() + 900_000);
  });

  it("web identity gets a session of a role that trusts the user pool, narrowed by the permit's policy", async () => {
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::public/index.txt" }],
    });
    const credentials = await ask(
      "direct",
      sessionPermit(role("federated"), { policy, durationSeconds: 900 }),
    );
    expect(credentials.assumedRoleArn).toBe("arn:aws:sts::123456789012:assumed-role/federated/anna");
    expect(aws.sessions.find(credentials.accessKeyId)?.sessionPolicies).toEqual([JSON.parse(policy)]);
  });

  it("an assumed role carries the permit's tags and source identity, also for a machine", async () => {
    const machine = callerOf({ kind: "machine", login: undefined, subject: "service", tokenDigest: "m" });
    const permit = sessionPermit(role("service"), {
      name: "service",
      sourceIdentity: "local@service",
      tags: [["postern-sub", "service"]],
    });
    const credentials = await ask("service", permit, machine);
    expect(credentials.assumedRoleArn).toBe("arn:aws:sts::123456789012:assumed-role/service/service");
    expect(aws.sessions.find(credentials.accessKeyId)).toMatchObject({
      tags: { "postern-sub": "service" },
      context: { "aws:SourceIdentity": "local@service" },
    });
  });

  it.each([
    ["pool", permitOf(ADMIN), "role-not-granted"],
    ["basic", session("guest"), "role-not-granted"],
    ["direct", session("analyst"), "role-not-granted"],
    ["service", session("analyst"), "role-not-granted"],
    ["service", session("nobody"), "role-not-granted"],
  ] as const)("%s does not give what IAM does not", async (source, permit, code) => {
    expect(await endOf(ask(source, permit))).toMatchObject({ code });
    expect(aws.calls.of("sts:GetCallerIdentity")).toBe(0);
  });

  it("refuses an access token for what it is", async () => {
    const token = await aws.identity.tokens.issueAccessToken({ username: "analyst", clientId: "web" });
    const wrong = callerOf({ login: { provider: analyst.login?.provider ?? "", token } });
    expect(await endOf(ask("pool", permitOf(), wrong))).toMatchObject({
      code: "credentials-refused",
      detail: "GetId: 400 NotAuthorizedException",
    });
    expect(await endOf(ask("direct", session("federated"), wrong))).toMatchObject({
      code: "credentials-refused",
      detail: "AssumeRoleWithWebIdentity: 400 InvalidIdentityToken",
    });
  });

  it("says that the pool does not allow the basic flow", async () => {
    const settings = { ...SETTINGS.basic, identityPoolId: POOL_ID };
    const closed = sourcesOf(Date.now, { basic: settings });
    const refusal = await endOf(brokerOf(closed, "basic")(session("analyst"), analyst) as Promise<unknown>);
    expect(refusal).toMatchObject({
      code: "credentials-unavailable",
      detail: "GetOpenIdToken: 400 InvalidParameterException",
    });
  });

  it.each([-420_000, 420_000])(
    "S2.12 learns the time of STS where its own is off by %i ms",
    async (offMs) => {
      brokers = sourcesOf(() => Date.now() + offMs);
      await expect(ask("service", session("service"))).resolves.toHaveProperty("assumedRoleArn");
      await expect(ask("service", session("service"))).resolves.toHaveProperty("assumedRoleArn");
      expect([aws.calls.of("sts:refused"), aws.calls.of("sts:AssumeRole")]).toEqual([1, 2]);
    },
  );

  it("asks for an identity once", async () => {
    await ask("pool", permitOf(ANALYST));
    await ask("pool", permitOf("pool"));
    expect(counts()).toEqual([1, 2, 2]);
  });

  it("serves a thousand first requests of one caller with one exchange", async () => {
    const { obtain, close } = cached(brokerOf(brokers, "pool"), { now: Date.now, onLookup: () => {} });
    const all = await Promise.all(
      Array.from({ length: 1000 }, async () => obtain(permitOf(ANALYST), analyst)),
    );
    expect(new Set(all).size).toBe(1);
    close();
    expect(counts()).toEqual([1, 1, 1]);
  });

  it.each([
    ["pool", "GetCredentialsForIdentity"],
    ["basic", "AssumeRoleWithWebIdentity"],
    ["direct", "AssumeRoleWithWebIdentity"],
    ["service", "AssumeRole"],
    ["service", "GetCallerIdentity"],
  ] as const)("%s has a fault, and no credentials, while %s goes wrong", async (source, operation) => {
    const permit = {
      pool: permitOf(),
      basic: session("analyst"),
      direct: session("federated"),
      service: session("service"),
    };
    for (const [effect, code] of [
      [{ kind: "throttle" }, "credentials-throttled"],
      [{ kind: "error", status: 500 }, "credentials-unavailable"],
      [{ kind: "malformed" }, "credentials-unavailable"],
    ] as const) {
      aws.faults.add({ operation, effect, times: 1 });
      const refusal = await endOf(ask(source, permit[source]));
      expect(refusal).toMatchObject({ code });
      expect(isDecision(refusal)).toBe(false);
      await expect(ask(source, permit[source])).resolves.toHaveProperty("assumedRoleArn");
    }
  });

  it("S2.7 gives two callers two identities", async () => {
    const [one, two] = await Promise.all([
      ask("pool", permitOf()),
      ask("pool", permitOf("pool"), await callerFor("member")),
    ]);
    expect(one.identityId).not.toBe(two.identityId);
    expect(one.assumedRoleArn).not.toBe(two.assumedRoleArn);
  });
});
