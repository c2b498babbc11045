import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Role, World } from "../../src/local/world.ts";
import { roleArn, roleNamedIn, withRules } from "../support/own-rules.ts";
import { encode, keySetOf, makeEllipticKey, makeKey, signToken } from "../support/signed-tokens.ts";
import { countsOf, type Stack, startStack } from "../support/stack.ts";

const ACME = "https://login.acme.example";
const GLOBEX = "https://login.globex.example";
const GOOGLE = "https://accounts.google.com";
const FILED = "https://login.filed.example";
const GOOGLE_CLIENT = "1234567890-abc.apps.googleusercontent.com";

/** Two issuers may well choose the same key id. */
const KEYS = {
  [ACME]: makeKey("k1"),
  [GLOBEX]: makeKey("k1"),
  [GOOGLE]: makeKey("g1"),
  [FILED]: makeKey("f1"),
};
const ELLIPTIC = makeEllipticKey("e1");
const JWKS = {
  // A key need not say which algorithm it is for.
  [ACME]: keySetOf({ jwk: { ...KEYS[ACME].jwk, alg: undefined } }, ELLIPTIC),
  [GLOBEX]: keySetOf(KEYS[GLOBEX]),
  [GOOGLE]: keySetOf(KEYS[GOOGLE]),
  [FILED]: keySetOf(KEYS[FILED]),
};
type Issuer = keyof typeof KEYS;

/** One subject, whom every issuer has. */
const SUB = "u-1";

type Claims = Readonly<Record<string, unknown>>;

const plainClaims = (iss: Issuer): Claims => ({
  iss,
  sub: SUB,
  aud: iss === GOOGLE ? GOOGLE_CLIENT : "app-1",
  exp: Math.floor(Date.now() / 1000) + 3600,
  iat: Math.floor(Date.now() / 1000),
  groups: ["editors"],
});

/** An ID token; undefined takes a claim away. */
function idToken(iss: Issuer, claims: Claims = {}, { key = KEYS[iss], header }: Signing = {}): string {
  const own = header === undefined ? undefined : { kid: key.kid, alg: key.alg, ...header };
  return signToken(key, { ...plainClaims(iss), ...claims }, own);
}

interface Signing {
  readonly key?: (typeof KEYS)[Issuer];
  readonly header?: Claims;
}

/** That of a user of the pool who has the same subject, and a group of the same name. */
function poolToken(): Promise<string> {
  return stack.aws.identity.tokens.issueIdToken({
    username: "member",
    clientId: "web",
    claims: { sub: SUB, "cognito:groups": ["editors"] },
  });
}

/** No role may read this bucket, so that IAM refuses whoever gets there, and says who that was. */
const BUCKET = "nowhere";

const rule = (name: string, [issuer, who, key]: readonly string[], [role, source]: readonly string[]) => `
    - name: "${name}"
      who: { issuers: [${issuer}], ${who} }
      allow: [s3:GetObject]
      on: ["arn:aws:s3:::${key}"]
      role: ${role}
      credentials: ${source}`;

const EDITORS = "groups: [editors]";
const SIGNED_IN = "authenticated: true";
const ISSUER_ROLES = {
  local: roleArn("federated"),
  acme: roleArn("acme-web"),
  globex: roleArn("globex-web"),
  google: roleArn("google-web"),
};

const RULES = [
  ...Object.entries(ISSUER_ROLES).flatMap(([issuer, role]) => [
    rule(`${issuer}: chosen`, [issuer, EDITORS, `${BUCKET}/chosen`], ["pool", "pool"]),
    rule(`${issuer}: direct`, [issuer, EDITORS, `${BUCKET}/direct`], [role, "direct"]),
    rule(`${issuer}: assumed`, [issuer, EDITORS, `${BUCKET}/assumed`], [roleArn("service"), "service"]),
    rule(`${issuer}: home`, [issuer, SIGNED_IN, `home/${issuer}/\${claim:sub}/*`], ["pool", "pool"]),
  ]),
  rule("acme: reports", ["acme", EDITORS, "reports/q3.txt"], ["pool", "pool"]),
  rule("acme: reports by STS", ["acme", EDITORS, "reports/q4.txt"], [ISSUER_ROLES.acme, "direct"]),
  rule("acme: a secret", ["acme", EDITORS, `${BUCKET}/secret`], [ISSUER_ROLES.acme, "direct"]),
  rule("globex: by acme's role", ["globex", EDITORS, `${BUCKET}/foreign`], [ISSUER_ROLES.acme, "direct"]),
  rule("google: the company", ["google", "groups: [example.com]", `${BUCKET}/company`], ["pool", "pool"]),
  rule("filed: editors", ["filed", EDITORS, `${BUCKET}/group`], [roleArn("service"), "service"]),
  rule("filed: users", ["filed", SIGNED_IN, `${BUCKET}/anybody`], [roleArn("service"), "service"]),
].join("");

let folder: string;
let keyFile: string;
let keyServer: Server;
/** Paths that were fetched. */
const fetched: string[] = [];
let stack: Stack;

function withIssuers(yaml: string): string {
  const { port } = keyServer.address() as AddressInfo;
  const keysAt = (path: string): string => `jwksUri: "http://127.0.0.1:${port}/${path}"`;
  return withRules(yaml, RULES)
    .replace(
      "  guests: allow",
      `  issuers:
    - { name: acme, issuer: "${ACME}", audience: app-1, ${keysAt("acme")}, groupsClaim: groups, algorithms: [RS256, ES256] }
    - { name: globex, issuer: "${GLOBEX}", audience: [app-1, app-2], ${keysAt("globex")}, groupsClaim: groups }
    - { name: google, issuer: "${GOOGLE}", audience: "${GOOGLE_CLIENT}", ${keysAt("google")}, groupsClaim: hd }
    - { name: filed, issuer: "${FILED}", audience: app-1, jwksFile: "${keyFile}" }
  guests: deny`,
    )
    .replace(
      "\nupstreams:",
      `
  direct: { type: web-identity, acceptAnyTrustingRole: true }
  cache: { maxCallers: 3 }
  rates: { GetId: 1000, GetCredentialsForIdentity: 1000, AssumeRoleWithWebIdentity: 1000 }

upstreams:`,
    );
}

const hostOf = (issuer: string): string => issuer.slice("https://".length);
const providerArn = (issuer: string): string => `arn:aws:iam::123456789012:oidc-provider/${hostOf(issuer)}`;

/** A role for the tokens of one issuer that go to STS straight. */
const roleFor = (
  name: string,
  issuer: string,
  clientId: string,
  policies: readonly unknown[] = [],
): Role => ({
  name,
  trust: {
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { Federated: providerArn(issuer) },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: { StringEquals: { [`${hostOf(issuer)}:aud`]: clientId } },
    },
  },
  policies,
});

const chooses = (claim: string, value: string, role: string) =>
  ({
    type: "Rules",
    ambiguousRoleResolution: "AuthenticatedRole",
    rules: [{ claim, matchType: "Equals", value, roleArn: roleArn(role) }],
  }) as const;

/** The shipped world, whose identity pool and IAM know the issuers too. */
function withProviders(world: World): World {
  const clients = { [ACME]: ["app-1"], [GLOBEX]: ["app-1", "app-2"], [GOOGLE]: [GOOGLE_CLIENT] };
  const known = Object.entries(clients).map(([issuer, clientIds]) => ({
    provider: hostOf(issuer),
    clientIds,
  }));
  const readsReports = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::reports/*" }],
  };
  return {
    ...world,
    identityPools: world.identityPools.map((pool) => ({
      ...pool,
      openIdProviders: known.map((each) => ({ ...each, principalTags: { sub: "sub" } })),
      ...(pool.roleMappings && {
        roleMappings: {
          ...pool.roleMappings,
          [providerArn(ACME)]: chooses("groups", "editors", "editor"),
          [providerArn(GLOBEX)]: chooses("groups", "editors", "analyst"),
          // AWS knows this one by its plain name.
          [hostOf(GOOGLE)]: chooses("hd", "example.com", "company"),
        },
      }),
    })),
    oidcProviders: [
      ...(world.oidcProviders ?? []),
      ...known.map(({ provider, clientIds }) => ({ url: provider, clientIds })),
    ],
    roles: [
      ...world.roles,
      roleFor("acme-web", ACME, "app-1", [readsReports]),
      roleFor("globex-web", GLOBEX, "app-1"),
      roleFor("google-web", GOOGLE, GOOGLE_CLIENT),
      { ...world.roles.find(({ name }) => name === "analyst")!, name: "company", policies: [] },
    ],
  };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "postern-issuers-"));
  keyFile = join(folder, "jwks.json");
  writeFileSync(keyFile, JWKS[FILED]);
  const served = new Map([
    ["/acme", JWKS[ACME]],
    ["/globex", JWKS[GLOBEX]],
    ["/google", JWKS[GOOGLE]],
  ]);
  keyServer = createServer(({ url = "" }, response) => {
    fetched.push(url);
    response.writeHead(served.has(url) ? 200 : 404).end(served.get(url));
  });
  await once(keyServer.listen(0, "127.0.0.1"), "listening");
  const issuers = Object.entries(JWKS).map(([issuer, jwks]) => ({
    issuer,
    jwks: JSON.parse(jwks) as object,
  }));
  stack = await startStack({ config: withIssuers, world: withProviders, aws: { issuers } });
});
afterAll(async () => {
  await stack.close();
  keyServer.close();
  rmSync(folder, { recursive: true });
});

const get = (
  target: string,
  token: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetch(`${stack.url}${target}`, { headers: { authorization: `Bearer ${token}`, ...headers } });

/** The role in which AWS was asked, or Postern's reason why it was not. */
async function ask(
  key: string,
  token: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const answer = await get(`/s3/${key.includes("/") ? key : `${BUCKET}/${key}`}`, token, headers);
  const body = await answer.text();
  return answer.headers.get("x-postern-reason") ?? roleNamedIn(body) ?? `${answer.status} ${body}`;
}

describe("an ID token of another issuer", () => {
  it("gets the identity pool's credentials, in the role that the pool chooses for its provider", async () => {
    expect(await (await get("/s3/reports/q3.txt", idToken(ACME))).text()).toContain("Third quarter");
    expect(await ask("chosen", idToken(ACME))).toBe("editor");
    expect(await ask("chosen", idToken(GLOBEX))).toBe("analyst");
  });

  it("gets credentials of STS straight, where IAM knows the provider", async () => {
    expect(await (await get("/s3/reports/q4.txt", idToken(ACME))).text()).toContain("Fourth quarter");
    expect(await ask("direct", idToken(GLOBEX))).toBe("globex-web");
    expect(await ask("direct", await poolToken())).toBe("federated");
  });

  it("may be signed by ES256 where the issuer does: for STS, and not for identity pools", async () => {
    // Somebody for whom nothing was got with another signature.
    const token = idToken(ACME, { sub: "u-9" }, { key: ELLIPTIC });
    expect(await ask("direct", token)).toBe("acme-web");
    expect(await ask("assumed", token)).toBe("service");
    expect(await ask("chosen", token)).toBe("credentials-refused");
    expect(await ask("direct", idToken(ACME))).toBe("acme-web");
  });

  it("is told by whoami under the issuer's configured name", async () => {
    const told = (await (await get("/.postern/whoami", idToken(GLOBEX))).json()) as object;
    expect(told).toMatchObject({ kind: "user", issuer: "globex", subject: SUB, clientId: "app-1" });
  });

  it("of several audiences is for the client that azp names", async () => {
    const aud = ["app-2", "app-1"];
    expect(await ask("chosen", idToken(GLOBEX, { aud, azp: "app-1" }))).toBe("analyst");
    expect(await ask("chosen", idToken(ACME, { aud: ["app-1"] }))).toBe("editor");
  });
});

const signed = (claims: Claims, header?: Claims): string =>
  idToken(ACME, claims, header === undefined ? {} : { header });
const unsigned = (): string =>
  `${encode({ alg: "none", kid: "k1" })}.${encode(plainClaims(ACME))}.${encode("x")}`;

describe("what is no ID token for this client is refused", () => {
  it.each<readonly [what: string, reason: string, token: () => string]>([
    ["another audience", "token-client", () => signed({ aud: "app-2" })],
    ["the audience of another issuer", "token-client", () => idToken(GOOGLE, { aud: "app-1" })],
    ["no audience", "token-client", () => signed({ aud: undefined })],
    ["several audiences without azp", "token-client", () => signed({ aud: ["app-1", "app-2"] })],
    ["an azp that is not accepted", "token-client", () => signed({ azp: "app-2" })],
    ["an azp of ours with a foreign audience", "token-client", () => signed({ aud: "app-2", azp: "app-1" })],
    ["an access token (RFC 9068)", "token-use", () => signed({}, { typ: "at+jwt" })],
    ["one by its media type", "token-use", () => signed({}, { typ: "application/at+jwt" })],
    ["a logout token", "token-use", () => signed({}, { typ: "logout+jwt" })],
    ["a logout token without a type", "token-use", () => signed({ events: {} })],
    ["a user pool's access token", "token-use", () => signed({ token_use: "access" })],
    ["another form of the issuer", "token-issuer", () => signed({ iss: `${ACME}/` })],
    ["an issuer that nobody configured", "token-issuer", () => signed({ iss: "https://login.example" })],
    ["no subject", "token-malformed", () => signed({ sub: undefined })],
    ["an empty subject", "token-malformed", () => signed({ sub: "" })],
    ["no end", "token-malformed", () => signed({ exp: undefined })],
    ["its end behind it", "token-expired", () => signed({ exp: Math.floor(Date.now() / 1000) - 1 })],
    ["no signature", "token-signature", unsigned],
    [
      "the signature of another issuer's key of the same id",
      "token-signature",
      () => idToken(ACME, {}, { key: KEYS[GLOBEX] }),
    ],
    [
      "an algorithm that the key is not for",
      "token-signature",
      () => idToken(ACME, {}, { key: { ...KEYS[ACME], alg: "RS384" } }),
    ],
    [
      "an algorithm that the issuer does not use",
      "token-signature",
      () => idToken(GLOBEX, {}, { key: { ...ELLIPTIC, kid: "k1" } }),
    ],
    ["an RSA signature that is called elliptic", "token-signature", () => signed({}, { alg: "ES256" })],
    ["a key address of its own", "token-malformed", () => signed({}, { jku: "http://127.0.0.1/keys" })],
  ])("%s: %s", async (_what, reason, token) => {
    const before = [...stack.aws.calls.all()];
    for (const key of ["chosen", "direct", "assumed"]) expect(await ask(key, token())).toBe(reason);
    expect([...stack.aws.calls.all()]).toEqual(before);
  });
});

const tokensOfAll = async () => ({
  acme: idToken(ACME),
  globex: idToken(GLOBEX),
  local: await poolToken(),
});

describe("S1.3 two issuers with one subject and one group name", () => {
  const roles = {
    chosen: { acme: "editor", globex: "analyst", local: "member" },
    direct: { acme: "acme-web", globex: "globex-web", local: "federated" },
    assumed: { acme: "service", globex: "service", local: "service" },
  } as const;

  it("never get each other's credentials, whoever asks in between", async () => {
    const tokens = await tokensOfAll();
    const cells = Object.entries(roles).flatMap(([key, byIssuer]) =>
      Object.entries(byIssuer).map(([issuer, role]) => ({
        key,
        issuer: issuer as keyof typeof tokens,
        role,
      })),
    );
    // Steps that are prime to the number of cells bring each beside each.
    const asked = [1, 2, 4, 5, 7, 8].flatMap((step) =>
      cells.map((_, i) => cells[(i * step) % cells.length]!),
    );
    const wrong: string[] = [];
    const queue = asked.values();
    const worker = async (): Promise<void> => {
      for (const { key, issuer, role } of queue) {
        const got = await ask(key, tokens[issuer]);
        if (got !== role) wrong.push(`${issuer} ${key}: ${got} instead of ${role}`);
      }
    };
    await Promise.all(Array.from({ length: 9 }, worker));
    expect([asked.length, wrong]).toEqual([54, []]);
  });

  it("have an identity each, and role sessions by names of their own", async () => {
    const tokens = await tokensOfAll();
    const identities = new Set<unknown>();
    const sessions = new Set<unknown>();
    for (const token of Object.values(tokens)) {
      await ask("chosen", token);
      const told = await (await get("/.postern/whoami", token)).text();
      identities.add(/"identityId":"([^"]+)"/.exec(told)?.[1] ?? "none");
      for (const key of ["direct", "assumed"]) {
        const refused = await (await get(`/s3/${BUCKET}/${key}`, token)).text();
        const [, name = "none"] = /assumed-role\/[\w-]+\/(u-1-[0-9a-f]{16}) /.exec(refused) ?? [];
        expect(name).not.toBe("none");
        sessions.add(`${key} ${name}`);
      }
    }
    expect([identities.has("none"), identities.size, sessions.size]).toEqual([false, 3, 6]);
  });

  it("have no part in each other's rules, nor in each other's roles", async () => {
    const tokens = await tokensOfAll();
    expect(await ask("secret", tokens.acme)).toBe("acme-web");
    expect(await ask("secret", tokens.globex)).toBe("denied-no-rule");
    expect(await ask("secret", tokens.local)).toBe("denied-no-rule");
    // A rule that names a role which does not trust the issuer gives nothing.
    expect(await ask("foreign", tokens.globex)).toBe("role-not-granted");
  });

  it("have a home each, by issuer and subject", async () => {
    const tokens = await tokensOfAll();
    for (const [issuer, token] of Object.entries(tokens)) {
      for (const owner of Object.keys(tokens)) {
        const got = await ask(`home/${owner}/${SUB}/notes.txt`, token);
        expect([issuer, owner, got]).toEqual([
          issuer,
          owner,
          owner === issuer ? roles.chosen[owner as keyof typeof tokens] : "denied-no-rule",
        ]);
      }
      expect(await ask(`home/${issuer}/u-2/notes.txt`, token)).toBe("denied-no-rule");
    }
  });

  it("a subject that is a path has no home at all", async () => {
    for (const sub of ["u-1/../u-2", "u-1/x", "*", "${claim:sub}"])
      expect(await ask(`home/acme/${SUB}/notes.txt`, idToken(ACME, { sub }))).toBe("claim-unusable");
  });
});

describe("S1.3 groups come from the configured claim alone", () => {
  it("and not from what a user pool would call them", async () => {
    const claims = { groups: undefined, "cognito:groups": ["editors"] };
    expect(await ask("chosen", idToken(ACME, claims))).toBe("denied-no-rule");
    expect(await ask("group", idToken(FILED, { "cognito:groups": ["editors"] }))).toBe("denied-no-rule");
    expect(await ask("anybody", idToken(FILED))).toBe("service");
  });

  it("which may hold one text, as Google's hd, the domain of a company", async () => {
    const google = {
      azp: GOOGLE_CLIENT,
      email: "anna@example.com",
      email_verified: true,
      at_hash: "HK6E_P6Dh8Y93mRNtsDB1Q",
      name: "Anna",
      groups: undefined,
    };
    expect(await ask("company", idToken(GOOGLE, { ...google, hd: "example.com" }))).toBe("company");
    expect(await ask("company", idToken(GOOGLE, { ...google, hd: "example.org" }))).toBe("denied-no-rule");
    expect(await ask("company", idToken(GOOGLE, google))).toBe("denied-no-rule");
    expect(await ask("chosen", idToken(GOOGLE, { ...google, groups: ["editors"] }))).toBe("denied-no-rule");
    const old = idToken(GOOGLE, { ...google, iss: "accounts.google.com", hd: "example.com" });
    expect(await ask("company", old)).toBe("token-issuer");
  });

  it("S2.2 and its tokens grant no roles to wish for, whatever they say", async () => {
    const token = idToken(ACME, { sub: "u-8", "cognito:roles": [roleArn("editor")] });
    const before = [...stack.aws.calls.all()];
    expect(await ask("chosen", token, { "x-postern-role": roleArn("editor") })).toBe("role-not-granted");
    expect([...stack.aws.calls.all()]).toEqual(before);
  });
});

const replace = (text: string): void => {
  writeFileSync(join(folder, "next"), text);
  renameSync(join(folder, "next"), keyFile);
};
const eventually = (check: () => Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 10_000, interval: 20 });

describe("keys from a file", () => {
  it("prove tokens, are replaced while Postern runs, and are never fetched", async () => {
    const [first, second] = [makeKey("f1"), makeKey("f2")];
    const old = idToken(FILED);
    expect(await ask("anybody", old)).toBe("service");
    // Another key by the same id, and one by another.
    replace(keySetOf(first, second));
    const anew = idToken(FILED, {}, { key: first });
    await eventually(async () => expect(await ask("anybody", anew)).toBe("service"));
    expect(await ask("anybody", idToken(FILED, {}, { key: second }))).toBe("service");
    // What the key of before had proved is proved no more.
    expect(await ask("anybody", old)).toBe("token-signature");

    replace("{}");
    await eventually(async () => expect(stack.logged()).toContain("keys cannot be had"));
    expect(await ask("anybody", anew)).toBe("service");
    replace(keySetOf(KEYS[FILED]));
    await eventually(async () => expect(await ask("anybody", old)).toBe("service"));
    expect(await ask("anybody", anew)).toBe("token-signature");
    expect(new Set(fetched)).toEqual(new Set(["/acme", "/globex", "/google"]));
    expect(countsOf(stack.aws)["user-pool:jwks.json"]).toBe(1);
  });
});
