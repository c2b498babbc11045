import { describe, expect, it } from "vitest";
import { ALLOW, POOL, readChanged, STAFF, warned } from "./reading.ts";

const ROLE = "arn:aws:iam::123456789012:role/service";

it("warns of nothing where nothing is odd", () => {
  expect(warned({})).toEqual([]);
});

it("S1.7 warns of a pool whose app clients are not looked at", () => {
  expect(warned({ identity: { userPools: [{ ...STAFF, clientIds: "any" }] } })).toEqual([
    "identity.userPools.0.clientIds: tokens of every app client of the pool are accepted, those of other applications too",
  ]);
});

describe("S1.7 H18 claims that users can write", () => {
  const rules = [{ name: "all", ...ALLOW, who: { claims: { "custom:tenant": "acme" } } }];

  it("are warned of, unless they are listed under immutableClaims", () => {
    expect(warned({ policy: { rules } })).toEqual([
      expect.stringMatching(/^policy\.rules\.0\.who\.claims\.custom:tenant: .*immutableClaims/),
    ]);
    const userPools = [{ ...STAFF, immutableClaims: ["custom:tenant"] }];
    expect(warned({ identity: { userPools }, policy: { rules } })).toEqual([]);
  });

  it("are warned of in a source's tags, at the rule that trusts them", () => {
    const service = { type: "assume-role", tags: { tenant: "${claim:custom:tenant}" } };
    const policy = { rules: [{ name: "all", ...ALLOW, role: ROLE, credentials: "service" }] };
    expect(warned({ credentials: { service }, policy })).toEqual([
      expect.stringMatching(/^policy\.rules\.0\.credentials: .*custom:tenant/),
    ]);
  });

  it("are any that another issuer says", () => {
    const issuers = [
      { name: "other", issuer: "https://other.test", audience: "a", jwksUri: "https://other.test" },
    ];
    const identity = { userPools: [{ ...STAFF, immutableClaims: ["custom:tenant"] }], issuers };
    const of = (issuer: string): readonly string[] =>
      warned({
        identity,
        policy: { rules: [{ ...rules[0], who: { ...rules[0]?.who, issuers: [issuer] } }] },
      });
    expect(of("staff")).toEqual([]);
    expect(of("other")).toHaveLength(1);
  });
});

describe("guests", () => {
  const identity = { userPools: [STAFF], guests: "allow" };
  const all = { name: "all", ...ALLOW };

  it("that no rule allows anything are warned of; a deny is not for them", () => {
    const deny = { name: "no", deny: ["s3:Delete*"], who: { guest: true } };
    for (const rules of [[all], [all, deny]])
      expect(warned({ identity, policy: { rules } })).toEqual([
        "identity.guests: guests come in, and no rule allows them anything; an allow for them says guest: true",
      ]);
  });

  it("that a rule is for are not", () => {
    const rules = [all, { name: "public", ...ALLOW, who: { guest: true } }];
    expect(warned({ identity, policy: { rules } })).toEqual([]);
  });
});

it("S4.6 warns of record mode, and says until when it lasts", () => {
  const until = "2026-01-02T03:04:05Z";
  const message = "what users do is let through though no rule allows it, until 2026-01-02T03:04:05.000Z";
  expect(warned({ policy: { mode: "record", until, rules: [{ name: "all", ...ALLOW }] } })).toEqual([
    `policy.mode: ${message}`,
  ]);
});

describe("sources", () => {
  it("S2.3 that nobody proves the role of are warned of", () => {
    expect(warned({ credentials: { pool: { ...POOL, verifyRole: false } } })).toEqual([
      "credentials.pool.verifyRole: nobody checks which role its credentials hold",
    ]);
  });

  it.each([
    { ...POOL, flow: "basic", acceptAnyTrustingRole: true },
    { type: "web-identity", acceptAnyTrustingRole: true },
  ])("S2.8 that open every trusting role are warned of, though that was accepted: %j", (direct) => {
    const policy = { rules: [{ name: "all", ...ALLOW, role: ROLE }] };
    expect(warned({ credentials: { direct }, policy })).toEqual([
      expect.stringMatching(
        /^credentials\.direct\.acceptAnyTrustingRole: whoever holds a login can assume every role/,
      ),
    ]);
  });
});

describe("M8 a denylist", () => {
  const identity = { userPools: [STAFF], denylistFile: "/denied" };
  const of = (text: string) =>
    readChanged({ identity }, { "/denied": text }).warnings.map(({ message }) => message);

  it("with entries for a name that nobody has is warned of, once for each name", () => {
    expect(of("sub:stafff/a\nsub:stafff/b\nsub:staff/c\njti:x\n")).toEqual([
      'the file has entries for "stafff", and no user pool or issuer here has that name',
    ]);
  });

  it("for names that there are is not", () => {
    expect(of("sub:staff/a\njti:x\norigin_jti:y\n")).toEqual([]);
  });
});

describe("C10 the shared tier", () => {
  const files = { "/keys": `k1:${Buffer.alloc(32, 7).toString("base64")}`, "/password": "hunter2" };
  const of = (shared: object) =>
    readChanged({ credentials: { pool: POOL, shared: { keyFile: "/keys", ...shared } } }, files).warnings.map(
      ({ path }) => path,
    );

  it("without a password is warned of, unless it is on loopback", () => {
    expect(of({ url: "rediss://cache.test" })).toEqual(["credentials.shared.url"]);
    expect(of({ url: "rediss://cache.test", passwordFile: "/password" })).toEqual([]);
    for (const url of ["redis://127.0.0.1:6379", "rediss://localhost", "redis://[::1]"])
      expect(of({ url })).toEqual([]);
  });
});

it("warns of what is sound beside what is wrong, and of nothing that is refused", () => {
  const identity = { userPools: [{ ...STAFF, clientIds: "any" }] };
  const rules = [
    { name: "all", ...ALLOW },
    { name: "again", ...ALLOW },
    { name: "all", ...ALLOW },
  ];
  const { config, problems, warnings } = readChanged({ identity, policy: { rules } });
  expect(config).toBeUndefined();
  expect(problems.map(({ path }) => path)).toEqual(["policy.rules.2.name"]);
  expect(warnings.map(({ path }) => path)).toEqual(["identity.userPools.0.clientIds", "policy.rules.1"]);
});
