import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";
import { ALLOW, POOL, STAFF, told } from "./reading.ts";

const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const KEY = publicKey.export({ format: "jwk" });
const USER_POOL_KEYS = JSON.stringify({ keys: [{ ...KEY, kid: "k1", use: "sig", alg: "RS256" }] });
/** Keys that do not say what they are for, as some issuers publish them. */
const SILENT_KEYS = JSON.stringify({ keys: [{ ...KEY, kid: "k1" }] });
const [SEAL_KEY = "", OLD_KEY] = [7, 8].map((byte) => Buffer.alloc(32, byte).toString("base64"));

const GOOD: Readonly<Record<string, string>> = {
  "/pool.jwks": USER_POOL_KEYS,
  "/issuer.jwks": SILENT_KEYS,
  "/denied": "# revoked\njti:abc\nsub:staff/123 2030-01-01T00:00:00Z",
  "/empty": "",
  "/keys": `k2:${SEAL_KEY}\nk1:${OLD_KEY}`,
  "/password": "hunter2 and more",
};

const ISSUER = { name: "other", issuer: "https://other.test", audience: "a", jwksFile: "/issuer.jwks" };
const RULES = { rules: [{ name: "all", ...ALLOW, who: { issuers: ["staff"] } }] };

interface Files {
  readonly pool?: string;
  readonly issuer?: string;
  readonly denylist?: string;
  readonly keys?: string;
  readonly password?: string;
  readonly ca?: string;
}

/** What is told of a configuration that names files. */
function toldOf(named: Files, files: Readonly<Record<string, string>> = GOOD): readonly string[] {
  const { pool = "/pool.jwks", issuer = "/issuer.jwks", denylist = "/denied", keys = "/keys" } = named;
  const identity = {
    userPools: [{ ...STAFF, jwksFile: pool }],
    issuers: [{ ...ISSUER, jwksFile: issuer }],
    denylistFile: denylist,
  };
  const { password = "/password", ca: caFile } = named;
  const shared = { url: "rediss://cache.test", keyFile: keys, passwordFile: password, caFile };
  return told({ identity, credentials: { pool: POOL, shared }, policy: RULES }, files);
}

it("finds nothing wrong with files that hold what they are for", () => {
  expect(toldOf({})).toEqual([]);
});

it("S4.8 tells of every file that cannot be read, at its place", () => {
  expect(toldOf({ ca: "/ca.pem" }, {})).toEqual([
    "identity.userPools.0.jwksFile: the file /pool.jwks cannot be read",
    "identity.issuers.0.jwksFile: the file /issuer.jwks cannot be read",
    "identity.denylistFile: the file /denied cannot be read",
    "credentials.shared.keyFile: the file /keys cannot be read",
    "credentials.shared.passwordFile: the file /password cannot be read",
    "credentials.shared.caFile: the file /ca.pem cannot be read",
  ]);
});

it("looks at files even where what stands around them does not fit", () => {
  const userPools = [{ name: "Staff!", jwksFile: "/gone" }];
  expect(told({ identity: { userPools } })).toContain(
    "identity.userPools.0.jwksFile: the file /gone cannot be read",
  );
});

describe("key sets", () => {
  it("of a user pool are for RS256 and say so; those of other issuers need not", () => {
    expect(toldOf({ pool: "/issuer.jwks" })).toEqual([
      expect.stringMatching(
        /^identity\.userPools\.0\.jwksFile: the file \/issuer\.jwks: no key that can verify RS256/,
      ),
    ]);
    expect(toldOf({ issuer: "/pool.jwks" })).toEqual([]);
  });

  it.each(["", "{", "[]", "{}", '{"keys":[]}', '{"keys":[{"kty":"oct","k":"AAAA","kid":"k1"}]}'])(
    "that hold no key are refused: %j",
    (text) => {
      expect(toldOf({ issuer: "/bad" }, { ...GOOD, "/bad": text })).toEqual([
        expect.stringMatching(/^identity\.issuers\.0\.jwksFile: the file \/bad: /),
      ]);
    },
  );
});

describe("the denylist", () => {
  it("may be empty", () => {
    expect(toldOf({ denylist: "/empty" })).toEqual([]);
  });

  it("S4.8 M8 is told of every line that cannot be meant", () => {
    const files = { ...GOOD, "/bad": "jti:abc\nabc\nsub:123\n" };
    expect(toldOf({ denylist: "/bad" }, files)).toEqual([
      expect.stringMatching(/^identity\.denylistFile: the file \/bad: line 2: /),
      expect.stringMatching(/^identity\.denylistFile: the file \/bad: line 3: /),
    ]);
  });
});

describe("files of the shared tier", () => {
  it.each(["", "k1", "k1:c2hvcnQ=", SEAL_KEY])("S2.11 are refused as keys: %j", (text) => {
    const problems = toldOf({ keys: "/bad" }, { ...GOOD, "/bad": text });
    expect(problems).toEqual([expect.stringMatching(/^credentials\.shared\.keyFile: the file \/bad: /)]);
  });

  it("a secret is never shown, whatever is wrong with it", () => {
    const files = { ...GOOD, "/bad": "k1:s3cr3t-and-short", "/worse": "s3cr3t\ns3cr3t" };
    const problems = toldOf({ keys: "/bad", password: "/worse" }, files);
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain("s3cr3t");
  });

  it.each(["", "two\nlines", "tab\t", "nul\0"])("are refused as a password: %j", (text) => {
    expect(toldOf({ password: "/bad" }, { ...GOOD, "/bad": text })).toEqual([
      "credentials.shared.passwordFile: the file /bad: a password is one line that is not empty",
    ]);
  });

  it("hold certificates as PEM, all of them whole", () => {
    const { caPem: pem } = createThrowAwayCertificate(Date.now());
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const comment = `#${pem}`;
    expect(toldOf({ ca: "/ca" }, { ...GOOD, "/ca": comment + pem + pem })).toEqual([]);
    for (const text of [
      "",
      "no PEM",
      comment,
      broken,
      pem + broken,
      pem.replace("CERTIFICATE", "PRIVATE KEY"),
    ])
      expect(toldOf({ ca: "/ca" }, { ...GOOD, "/ca": text })).toEqual([
        "credentials.shared.caFile: the file /ca: it holds no certificates as PEM",
      ]);
  });
});
