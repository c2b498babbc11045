import { CognitoJwtVerifier } from "aws-jwt-verify";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_LIFETIMES } from "../../../src/local/identity/lifetimes.ts";
import { roleClaims } from "../../../src/local/identity/token-claims.ts";
import { createTokens } from "../../../src/local/identity/tokens.ts";
import type { Tokens } from "../../../src/local/identity/tokens.ts";
import { shippedWorld } from "./local-aws.ts";

const NOW = Date.now();
const SECONDS = Math.floor(NOW / 1000);
const ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL";
const ROLE = "arn:aws:iam::123456789012:role";
const UUID = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);

let tokens: Tokens;
beforeAll(async () => {
  tokens = await createTokens({ world: shippedWorld(), now: () => NOW });
});

describe("an ID token", () => {
  it("has the claims of Cognito's, the role of the lowest precedence preferred", async () => {
    const token = await tokens.issueIdToken({ username: "editor", clientId: "web" });
    expect(decodeProtectedHeader(token)).toEqual({ kid: tokens.signingKey("id").kid, alg: "RS256" });
    expect(decodeJwt(token)).toEqual({
      sub: "00000000-aaaa-4000-8000-000000000003",
      "cognito:groups": ["editors", "analysts"],
      "cognito:roles": [`${ROLE}/editor`, `${ROLE}/analyst`],
      "cognito:preferred_role": `${ROLE}/editor`,
      "cognito:username": "editor",
      "custom:tenant": "acme",
      email: "editor@example.com",
      iss: ISSUER,
      aud: "web",
      token_use: "id",
      origin_jti: UUID,
      event_id: UUID,
      jti: UUID,
      auth_time: SECONDS,
      iat: SECONDS,
      exp: SECONDS + 3600,
    });
  });

  it("says nothing of groups and roles for a user without", async () => {
    const claims = decodeJwt(await tokens.issueIdToken({ username: "member", clientId: "web" }));
    expect(Object.keys(claims).filter((name) => /groups|role/.test(name))).toEqual([]);
  });

  it("carries nonce and at_hash when it comes from the web page", async () => {
    const request = { username: "admin", clientId: "web", hosted: true, nonce: "n-1" };
    const accessToken = await tokens.issueAccessToken(request);
    const claims = decodeJwt(await tokens.issueIdToken({ ...request, accessToken }));
    expect(claims).toMatchObject({ nonce: "n-1", at_hash: expect.stringMatching(/^[\w-]{22}$/) });
  });

  it("takes claims as a pre-token-generation Lambda gives them", async () => {
    const claims = { "custom:level": ["a", "b"], "cognito:preferred_role": undefined };
    const token = await tokens.issueIdToken({ username: "admin", clientId: "web", claims });
    expect(decodeJwt(token)).toMatchObject({ "custom:level": ["a", "b"] });
    expect(decodeJwt(token)).not.toHaveProperty("cognito:preferred_role");
  });
});

describe("an access token", () => {
  it("has groups but no roles, a client but no audience", async () => {
    const token = await tokens.issueAccessToken({ username: "analyst", clientId: "web" });
    expect(decodeProtectedHeader(token)).toEqual({ kid: tokens.signingKey("access").kid, alg: "RS256" });
    expect(decodeJwt(token)).toEqual({
      sub: "00000000-aaaa-4000-8000-000000000002",
      "cognito:groups": ["analysts"],
      username: "analyst",
      iss: ISSUER,
      client_id: "web",
      token_use: "access",
      scope: "aws.cognito.signin.user.admin",
      origin_jti: UUID,
      event_id: UUID,
      jti: UUID,
      auth_time: SECONDS,
      iat: SECONDS,
      exp: SECONDS + 3600,
    });
  });

  it("of a service has no user", async () => {
    const token = await tokens.issueServiceToken({ clientId: "service", scopes: ["postern/orders.read"] });
    expect(decodeJwt(token)).toEqual({
      sub: "service",
      token_use: "access",
      scope: "postern/orders.read",
      auth_time: SECONDS,
      iss: ISSUER,
      exp: SECONDS + 3600,
      iat: SECONDS,
      version: 2,
      jti: UUID,
      client_id: "service",
    });
  });
});

describe("the issuer", () => {
  const request = { username: "admin", clientId: "web" };
  const POOL = "us-east-1_LOCAL";

  it.each([
    [{}, ISSUER],
    [{ issuerForm: "updated" }, `https://issuer-cognito-idp.us-east-1.amazonaws.com/${POOL}`],
    [{ region: "us-west-2" }, `https://cognito-idp.us-west-2.amazonaws.com/${POOL}`],
    [
      { issuerForm: "updated", region: "us-west-2" },
      `https://issuer-cognito-idp.us-west-2.amazonaws.com/${POOL}`,
    ],
  ] as const)("for %j is %s, of every token", async (issuing, iss) => {
    const made = await Promise.all([
      tokens.issueIdToken({ ...request, ...issuing }),
      tokens.issueAccessToken({ ...request, ...issuing }),
      tokens.issueServiceToken({ clientId: "service", scopes: [], ...issuing }),
    ]);
    expect(made.map((token) => decodeJwt(token).iss)).toEqual([iss, iss, iss]);
    expect(tokens.isIssuer(iss)).toBe(true);
  });

  it("in its updated form is one that aws-jwt-verify takes for the same pool", async () => {
    const token = await tokens.issueIdToken({ ...request, issuerForm: "updated" });
    const keys = tokens.jwks() as Parameters<ReturnType<typeof verifier>["cacheJwks"]>[0];
    const made = CognitoJwtVerifier.create([{ userPoolId: POOL, clientId: "web", tokenUse: "id" }]);
    made.cacheJwks(keys, POOL);
    expect(made.verifySync(token)).toMatchObject({ iss: tokens.updatedIssuer });
  });

  it.each([
    "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_OTHER",
    "https://cognito-idp.us-east-1.amazonaws.com.evil.example/us-east-1_LOCAL",
    "https://cognito-idp.evil.example/us-east-1_LOCAL",
    "http://cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL",
    "https://issuer-issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL",
  ])("is not %s", (issuer) => {
    expect(tokens.isIssuer(issuer)).toBe(false);
  });
});

describe("the keys", () => {
  it("are two, and their JWKS makes aws-jwt-verify accept both tokens", async () => {
    const request = { username: "editor", clientId: "web" };
    const id = await tokens.issueIdToken(request);
    const access = await tokens.issueAccessToken(request);
    expect(tokens.jwks().keys.map((key) => Object.keys(key).sort())).toEqual(
      Array.from({ length: 2 }, () => ["alg", "e", "kid", "kty", "n", "use"]),
    );
    expect(verifier(tokens, "id").verifySync(id)).toMatchObject({ "cognito:username": "editor" });
    expect(verifier(tokens, "access").verifySync(access)).toMatchObject({ username: "editor" });
    expect(() => verifier(tokens, "access").verifySync(id)).toThrow("Token use not allowed");
  });

  it("are others at each start", async () => {
    const other = await createTokens({ world: shippedWorld(), now: () => NOW });
    const token = await other.issueIdToken({ username: "editor", clientId: "web" });
    expect(await tokens.verify(token)).toBeUndefined();
    expect(() => verifier(tokens, "id").verifySync(token)).toThrow();
  });

  it("withdraw what they signed when they are rotated, unless the old ones are kept", async () => {
    const own = await createTokens({ world: shippedWorld(), now: () => NOW });
    const first = await own.issueIdToken({ username: "editor", clientId: "web" });
    await own.rotateKeys({ keepPrevious: true });
    const second = await own.issueIdToken({ username: "editor", clientId: "web" });
    expect(own.jwks().keys).toHaveLength(4);
    expect(decodeProtectedHeader(second).kid).not.toBe(decodeProtectedHeader(first).kid);
    expect(await own.verify(first)).toBeDefined();
    await own.rotateKeys();
    expect(own.jwks().keys).toHaveLength(2);
    expect(await own.verify(second)).toBeUndefined();
  });

  it("sign exactly the claims they are given, for tokens that no pool would issue", async () => {
    const token = await tokens.sign("id", { sub: "x" }, { kid: "other" });
    expect(decodeJwt(token)).toEqual({ sub: "x" });
    expect(decodeProtectedHeader(token)).toEqual({ kid: "other", alg: "RS256" });
    expect(await tokens.verify(token)).toBeUndefined();
    expect(await tokens.verify("no.jwt.here")).toBeUndefined();
  });
});

describe("issuing", () => {
  it("keeps to the lifetimes it is given", async () => {
    const lifetimes = { ...DEFAULT_LIFETIMES, idTokenMs: 5000 };
    const own = await createTokens({ world: shippedWorld(), now: () => NOW, lifetimes });
    const request = { username: "admin", clientId: "web" };
    expect(decodeJwt(await own.issueIdToken(request)).exp).toBe(SECONDS + 5);
    expect(decodeJwt(await own.issueIdToken({ ...request, lifetimeMs: -1000 })).exp).toBe(SECONDS - 1);
  });

  it("knows its users and clients", async () => {
    await expect(tokens.issueIdToken({ username: "nobody", clientId: "web" })).rejects.toThrow(
      "User does not exist.",
    );
    await expect(tokens.issueIdToken({ username: "admin", clientId: "x" })).rejects.toThrow(
      "User pool client x does not exist.",
    );
  });
});

const groupOf = (role: string | undefined, precedence?: number) => ({
  name: "g",
  ...(role === undefined ? {} : { role }),
  ...(precedence === undefined ? {} : { precedence }),
});

describe("roleClaims", () => {
  it.each([
    ["nothing without groups", [], {}],
    ["nothing for groups without a role", [groupOf(undefined, 0)], {}],
    ["the one role as preferred", [groupOf("a")], { "cognito:roles": ["a"], "cognito:preferred_role": "a" }],
    [
      "the lowest number as preferred",
      [groupOf("b", 5), groupOf("a", 0)],
      { "cognito:roles": ["a", "b"], "cognito:preferred_role": "a" },
    ],
    [
      "a group without a number as the last",
      [groupOf("b"), groupOf("a", 99)],
      { "cognito:roles": ["a", "b"], "cognito:preferred_role": "a" },
    ],
    ["no preferred role in a tie", [groupOf("a", 1), groupOf("b", 1)], { "cognito:roles": ["a", "b"] }],
    [
      "no preferred role in a tie without numbers",
      [groupOf("a"), groupOf("b")],
      { "cognito:roles": ["a", "b"] },
    ],
    [
      "the common role of a tie",
      [groupOf("a", 1), groupOf("a", 1), groupOf("b", 2)],
      { "cognito:roles": ["a", "b"], "cognito:preferred_role": "a" },
    ],
  ])("gives %s", (_what, groups, claims) => {
    expect(roleClaims(groups)).toEqual(claims);
  });
});

function verifier(from: Tokens, tokenUse: "id" | "access") {
  const made = CognitoJwtVerifier.create({ userPoolId: "us-east-1_LOCAL", clientId: "web", tokenUse });
  made.cacheJwks(from.jwks() as Parameters<typeof made.cacheJwks>[0]);
  return made;
}
