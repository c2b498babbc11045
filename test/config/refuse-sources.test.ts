import { describe, expect, it } from "vitest";
import { ALLOW, DOCUMENT, POOL, told } from "./reading.ts";

const OTHER = { ...POOL, identityPoolId: "us-east-1:11111111-2222-4333-8444-666666666666" };
const ROLE = "arn:aws:iam::123456789012:role/service";
const POLICY = { rules: [{ name: "all", ...ALLOW, role: ROLE }] };
const ASSUME = { type: "assume-role" };
const DIRECT = { type: "web-identity", acceptAnyTrustingRole: true };
const BASIC = { ...POOL, flow: "basic", acceptAnyTrustingRole: true };

/** What is told of one source that stands alone. */
function toldOf(source: object): readonly string[] {
  return told({ credentials: { one: source }, policy: POLICY });
}

describe("credential sources", () => {
  it("must be there", () => {
    expect(told({ credentials: {} })).toEqual([expect.stringMatching(/^credentials: it names no source; /)]);
    expect(told({ credentials: { cache: { maxCallers: 5 }, rates: { GetId: 1 } } })).toHaveLength(1);
  });

  it("are none of them the default where none says so, and then rules name theirs", () => {
    expect(told({ credentials: { pool: POOL, second: OTHER } })).toEqual([
      "policy.rules.0.credentials: with no default source an allow names one of pool, second",
    ]);
  });

  it("are the default one at a time", () => {
    const both = { pool: { ...POOL, default: true }, second: { ...OTHER, default: true } };
    expect(told({ credentials: both })).toEqual(["credentials.second.default: pool is the default already"]);
  });

  it("are not missed by rules while one of them is broken: it may be the default", () => {
    const third = { ...POOL, flow: "hosted", default: true };
    expect(told({ credentials: { pool: POOL, second: OTHER, third } })).toEqual([
      "credentials.third.flow: it must be one of enhanced, basic",
    ]);
    expect(told({ credentials: { service: ASSUME, third } })).toEqual([
      "credentials.third.flow: it must be one of enhanced, basic",
    ]);
  });

  it("have names of a-z, 0-9 and -", () => {
    expect(told({ credentials: { "My Pool": POOL } })).toEqual([
      "credentials.My Pool: a name is of a-z, 0-9 and -",
    ]);
  });

  it.each([ASSUME, DIRECT, BASIC])("of each type are good as they are: %j", (source) => {
    expect(toldOf(source)).toEqual([]);
  });
});

describe("a source's type", () => {
  it("is one of three, and decides which keys there are", () => {
    const types = "identity-pool, web-identity, assume-role";
    expect(toldOf({ type: "assume_role" })).toEqual([`credentials.one.type: it must be one of ${types}`]);
    expect(toldOf({ type: 7 })).toEqual([`credentials.one.type: it must be one of ${types}`]);
    expect(toldOf({})).toEqual([`credentials.one.type: it is required: one of ${types}`]);
    expect(toldOf({ tpye: "assume-role" })).toEqual([
      "credentials.one.tpye: unknown key; did you mean type?",
    ]);
    expect(toldOf({ type: "sts", regoin: "us-east-1" })).toEqual([
      `credentials.one.type: it must be one of ${types}`,
      "credentials.one.regoin: unknown key; did you mean region?",
    ]);
  });

  it.each<readonly [source: object, key: string, message: string]>([
    [{ ...POOL, sessionName: "x" }, "sessionName", "flow: basic, type: web-identity, type: assume-role"],
    [{ ...POOL, acceptAnyTrustingRole: true }, "acceptAnyTrustingRole", "flow: basic, type: web-identity"],
    [{ ...BASIC, tags: { a: "b" } }, "tags", "type: assume-role"],
    [{ ...DIRECT, externalId: "abc" }, "externalId", "type: assume-role"],
    [{ ...DIRECT, flow: "basic" }, "flow", "type: identity-pool, flow: enhanced, flow: basic"],
  ])("says with which a key would go: %j", (source, key, forms) => {
    expect(toldOf(source)).toEqual([`credentials.one.${key}: unknown key here; it goes with ${forms}`]);
  });
});

describe("S2.8 C9 the basic flow and web identities", () => {
  it.each([
    ["that do not say so", {}],
    ["that say no", { acceptAnyTrustingRole: false }],
    ["that say something else", { acceptAnyTrustingRole: "yes" }],
  ])("%s are refused: every login holder could assume every role that trusts the provider", (_what, said) => {
    for (const source of [{ ...POOL, flow: "basic" }, { type: "web-identity" }])
      expect(toldOf({ ...source, ...said })).toEqual([
        "credentials.one.acceptAnyTrustingRole: whoever holds a login can assume every role that trusts the provider, without Postern; write true to accept that",
      ]);
  });

  it("are told of one misspelling once", () => {
    expect(toldOf({ type: "web-identity", acceptAnyTrustingRoles: true })).toEqual([
      "credentials.one.acceptAnyTrustingRoles: unknown key; did you mean acceptAnyTrustingRole?",
    ]);
  });
});

describe("role sessions", () => {
  it.each(["15m", "12h", "1h", "900s"])("may last %s", (sessionDuration) => {
    expect(toldOf({ ...ASSUME, sessionDuration })).toEqual([]);
  });

  it.each(["14m", "899s", "13h", "900500ms", "0s"])("may not last %s", (sessionDuration) => {
    expect(toldOf({ ...ASSUME, sessionDuration })).toEqual([
      "credentials.one.sessionDuration: a role session lasts from 15m to 12h, in whole seconds",
    ]);
  });

  it.each<readonly [settings: object, at: string]>([
    [{ sessionName: "${claims:sub}" }, "sessionName: ${claims:sub}"],
    [{ sessionName: "a-${claim:sub" }, "sessionName: ${claim:sub"],
    [{ tags: { tenant: "${sub}" } }, "tags.tenant: ${sub}"],
  ])("are told of a template that names no claim, at the source and not at the rules: %j", (settings, at) => {
    expect(toldOf({ ...ASSUME, ...settings })).toEqual([
      `credentials.one.${at} is not known: write \${claim:NAME} or \${claim:NAME:path}`,
    ]);
  });

  it("an external id is what STS takes", () => {
    for (const externalId of ["ab", "x".repeat(1224), "a+=,.@:/-_9"])
      expect(toldOf({ ...ASSUME, externalId })).toEqual([]);
    for (const externalId of ["a", "x".repeat(1225), "a b", "a\n", "ä-ö"])
      expect(toldOf({ ...ASSUME, externalId })).toEqual([
        expect.stringMatching(/^credentials\.one\.externalId: an external id is 2 to 1224 of /),
      ]);
  });
});

/** Tags by these keys. */
function tagsOf(keys: readonly string[]): object {
  return Object.fromEntries(keys.map((key) => [key, "x"]));
}

describe("session tags", () => {
  it.each(["tenant", "a b", "Größe", "x".repeat(128), "a_.:/=+-@9"])("may be called %s", (key) => {
    expect(toldOf({ ...ASSUME, tags: { [key]: "${claim:sub}" } })).toEqual([]);
  });

  it.each<readonly [key: string, message: RegExp]>([
    ["", /letters, digits/],
    ["a,b", /letters, digits/],
    ["a\tb", /letters, digits/],
    ["x".repeat(129), /at most 128/],
    ["aws:tenant", /does not begin with aws:/],
    ["AWS:tenant", /does not begin with aws:/],
    ["postern-sub", /the same key as Postern's own postern-sub/],
    ["Postern-Sub", /the same key as Postern's own postern-sub/],
  ])("may not be called %j", (key, message) => {
    const problems = toldOf({ ...ASSUME, tags: { [key]: "x" } });
    expect(problems).toEqual([expect.stringMatching(message)]);
    expect(problems[0]).toContain(`credentials.one.tags.${key}: `);
  });

  it("differ in more than case, since they are one to STS", () => {
    expect(toldOf({ ...ASSUME, tags: { Tenant: "a", tenant: "b" } })).toEqual([
      "credentials.one.tags.tenant: to STS this is the same key as Tenant",
    ]);
  });

  it("are at most 49, since Postern adds the fiftieth", () => {
    const keys = Array.from({ length: 50 }, (_, i) => `k${i}`);
    expect(toldOf({ ...ASSUME, tags: tagsOf(keys.slice(1)) })).toEqual([]);
    expect(toldOf({ ...ASSUME, tags: tagsOf(keys) })).toEqual([
      "credentials.one.tags: at most 49 tags: Postern adds one",
    ]);
  });

  it("are not empty", () => {
    expect(toldOf({ ...ASSUME, tags: { a: "" } })).toHaveLength(1);
    expect(toldOf({ ...ASSUME, tags: { a: ["x"] } })).toEqual(["credentials.one.tags.a: it must be text"]);
  });
});

describe("settings beside the sources", () => {
  it.each<readonly [setting: object, message: string]>([
    [{ chache: { maxCallers: 1 } }, "chache: unknown key; did you mean cache?"],
    [{ share: { url: "x" } }, "share: unknown key; did you mean shared?"],
    [{ rate: { GetId: 1 } }, "rate: unknown key; did you mean rates?"],
    [{ rates: { getId: 1 } }, "rates.getId: unknown key; did you mean GetId?"],
    [{ rates: { GetId: 0 } }, "rates.GetId: it must be at least 1"],
    [{ cache: { maxCaller: 1 } }, "cache.maxCaller: unknown key; did you mean maxCallers?"],
  ])("are told misspelt: %j", (setting, message) => {
    expect(told({ credentials: { pool: POOL, ...setting } })).toEqual([`credentials.${message}`]);
  });

  it("are no sources, so that nothing can be named after them", () => {
    const credentials = { pool: POOL, rates: {} };
    const upstreams = { s3: { service: "s3", credentials: "rates" } };
    expect(told({ credentials, upstreams })).toEqual([
      'upstreams.s3.credentials: no credential source is named "rates" (there is pool)',
    ]);
  });

  it("a source whose name is near a setting's is a source, by its type", () => {
    expect(told({ credentials: { share: POOL } })).toEqual([]);
    expect(told({ credentials: { ...DOCUMENT.credentials, rate: { ...OTHER, default: true } } })).toEqual([]);
  });
});

describe("S2.11 the shared tier", () => {
  const files = { "/keys": `k1:${"A".repeat(43)}=\n`, "/password": "secret" };
  const toldOfShared = (changes: object): readonly string[] =>
    told(
      { credentials: { pool: POOL, shared: { url: "rediss://cache.test", keyFile: "/keys", ...changes } } },
      files,
    );

  it("has an address and keys, and nothing else need be said", () => {
    expect(toldOfShared({})).toEqual([]);
    expect(toldOfShared({ username: "u", passwordFile: "/password", deployment: "blue" })).toEqual([]);
    expect(told({ credentials: { pool: POOL, shared: {} } })).toEqual([
      "credentials.shared.url: it is required",
      "credentials.shared.keyFile: it is required",
    ]);
  });

  it("holds no password in its address, and takes none but by file", () => {
    expect(toldOfShared({ url: "rediss://user:secret@cache.test" })).toEqual([
      "credentials.shared.url: it has no user, query or fragment, and no spaces",
    ]);
    expect(toldOfShared({ password: "secret" })).toEqual([
      expect.stringMatching(/^credentials\.shared\.password: unknown key; known are url, keyFile, /),
    ]);
  });

  it.each(["", "blue/green", "x".repeat(65)])("is not of a deployment named %j", (deployment) => {
    expect(toldOfShared({ deployment })).toHaveLength(1);
  });
});
