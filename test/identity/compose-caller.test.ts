import { describe, expect, it } from "vitest";
import type { Caller } from "../../src/domain/caller.ts";
import { composeCaller, type ProvenTokens } from "../../src/identity/compose-caller.ts";
import type { Claims, ProvenToken } from "../../src/identity/proven-token.ts";
import { accessClaims, idClaims, NOW, POOL } from "../support/signed-tokens.ts";

const ANALYST = "arn:aws:iam::123456789012:role/analyst";
const LOGIN = { provider: "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI", token: "the ID token" };

const proven = (claims: Claims, more: Partial<ProvenToken>): ProvenToken => ({
  use: "access",
  kind: "user",
  issuer: "staff",
  issuerId: "us-east-1_AbCdEfGhI",
  subject: String(claims["sub"]),
  clientId: POOL.clientIds[0],
  groups: ["analysts"],
  roles: [],
  preferredRole: undefined,
  login: undefined,
  claims,
  ...more,
});
const idToken = (claims: Record<string, unknown> = {}, more: Partial<ProvenToken> = {}): ProvenToken =>
  proven(idClaims(claims), { use: "id", roles: [ANALYST], preferredRole: ANALYST, login: LOGIN, ...more });
const access = (claims: Record<string, unknown> = {}, more: Partial<ProvenToken> = {}): ProvenToken =>
  proven(accessClaims(claims), more);

const compose = (tokens: Partial<ProvenTokens> & Pick<ProvenTokens, "bearer">): Caller =>
  composeCaller({ idToken: undefined, isCookie: false, tokenDigest: "digest of tokens", ...tokens });
const refused = (code: string) => expect.objectContaining({ name: "Refusal", code });

describe("composeCaller", () => {
  it("makes a caller of an ID token", () => {
    expect(compose({ bearer: idToken() })).toEqual({
      kind: "user",
      issuer: "staff",
      subject: "0f3a6e7c-1111-4222-8333-444455556666",
      clientId: POOL.clientIds[0],
      groups: ["analysts"],
      roles: [ANALYST],
      preferredRole: ANALYST,
      claims: idClaims(),
      expiresAtMs: NOW + 3_600_000,
      login: LOGIN,
      ambient: false,
      digest: expect.stringMatching(/^[\w-]{43}$/),
      tokenDigest: "digest of tokens",
      handles: [
        "jti:cccccccc-0000-4000-8000-000000000001",
        "origin_jti:aaaaaaaa-0000-4000-8000-000000000001",
        "sub:staff/0f3a6e7c-1111-4222-8333-444455556666",
      ],
    });
  });

  it("makes a caller of an access token, who has no login and no roles", () => {
    const caller = compose({ bearer: access() });
    expect([caller.login, caller.roles, caller.preferredRole]).toEqual([undefined, [], undefined]);
    expect(caller.claims).toEqual(accessClaims());
  });

  it("makes a machine of a machine's token", () => {
    const bearer = access({ origin_jti: undefined }, { kind: "machine", subject: "svc", clientId: "svc" });
    expect(compose({ bearer })).toMatchObject({
      kind: "machine",
      login: undefined,
      handles: ["jti:cccccccc-0000-4000-8000-000000000002", "sub:staff/svc"],
    });
  });

  it("S6.4 knows a caller who came by a cookie for one", () => {
    expect(compose({ bearer: idToken(), isCookie: true }).ambient).toBe(true);
  });

  it("S1.4 reads the bearer of a pair, and takes login and roles from the ID token", () => {
    const caller = compose({
      bearer: access({ exp: NOW / 1000 + 60 }),
      idToken: idToken({ "custom:tenant": "acme", exp: NOW / 1000 + 90 }),
    });
    expect(caller).toMatchObject({
      kind: "user",
      claims: accessClaims({ exp: NOW / 1000 + 60 }),
      login: LOGIN,
      roles: [ANALYST],
      preferredRole: ANALYST,
      expiresAtMs: NOW + 60_000,
    });
    expect(caller.handles).toEqual([
      "jti:cccccccc-0000-4000-8000-000000000002",
      "origin_jti:aaaaaaaa-0000-4000-8000-000000000001",
      "jti:cccccccc-0000-4000-8000-000000000001",
      "sub:staff/0f3a6e7c-1111-4222-8333-444455556666",
    ]);
  });

  it("S1.4 lets a pair end with whichever token ends first", () => {
    const early = { exp: NOW / 1000 + 5 };
    expect(compose({ bearer: access(), idToken: idToken(early) }).expiresAtMs).toBe(NOW + 5000);
    expect(compose({ bearer: access(early), idToken: idToken() }).expiresAtMs).toBe(NOW + 5000);
  });

  it("S1.4 takes groups in another order for the same", () => {
    const bearer = access({}, { groups: ["a", "b"] });
    expect(compose({ bearer, idToken: idToken({}, { groups: ["b", "a"] }) }).groups).toEqual(["a", "b"]);
  });

  it.each([
    ["two ID tokens", idToken(), idToken()],
    ["two access tokens", access(), access()],
    ["an ID token as the bearer and an access token as the ID token", idToken(), access()],
  ])("S1.4 refuses %s", (_what, bearer, second) => {
    expect(() => compose({ bearer, idToken: second })).toThrow(refused("two-tokens"));
  });

  it.each([
    ["another issuer", {}, idToken({}, { issuer: "customers" })],
    ["another subject", {}, idToken({}, { subject: "someone else" })],
    ["another app client", {}, idToken({}, { clientId: "kiosk" })],
    ["a group more", {}, idToken({}, { groups: ["analysts", "admins"] })],
    ["a group less", {}, idToken({}, { groups: [] })],
    ["one group whose name is two", {}, idToken({}, { groups: ["analysts,analysts"] })],
    ["another sign-in", {}, idToken({ origin_jti: "another" })],
    ["no stated sign-in", {}, idToken({ origin_jti: undefined })],
    ["a sign-in that the access token does not state", { origin_jti: undefined }, idToken()],
    ["no stated sign-in on either side", { origin_jti: undefined }, idToken({ origin_jti: undefined })],
    ["an empty sign-in on both sides", { origin_jti: "" }, idToken({ origin_jti: "" })],
    ["sign-ins that are no text", { origin_jti: 7 }, idToken({ origin_jti: 7 })],
  ])("S1.4 refuses an ID token with %s", (_what, claims, second) => {
    expect(() => compose({ bearer: access(claims), idToken: second })).toThrow(refused("id-token-mismatch"));
  });

  it("S1.4 refuses an ID token beside a machine's", () => {
    expect(() => compose({ bearer: access({}, { kind: "machine" }), idToken: idToken() })).toThrow(
      refused("id-token-mismatch"),
    );
  });
});

const digestOf = (claims: Record<string, unknown>, more: Partial<ProvenToken> = {}): string =>
  compose({ bearer: idToken(claims, more) }).digest;

describe("S2.5 the caller's digest", () => {
  const plain = digestOf({});
  const fleeting = {
    iat: 1,
    nbf: 1,
    exp: 4e9,
    jti: "j",
    auth_time: 1,
    event_id: "e",
    at_hash: "h",
    nonce: "n",
  };

  it("is the same for two tokens of one sign-in, in whatever order their claims stand", () => {
    expect(digestOf(fleeting)).toBe(plain);
    const backwards = Object.fromEntries(Object.entries(idClaims()).toReversed());
    expect(compose({ bearer: { ...idToken(), claims: backwards } }).digest).toBe(plain);
  });

  it("S1.3 is the same for every form of a pool's issuer", () => {
    expect(digestOf({ iss: "https://issuer-cognito-idp.eu-west-1.amazonaws.com/us-east-1_AbCdEfGhI" })).toBe(
      plain,
    );
  });

  it("is the same for two pairs of one sign-in", () => {
    const pair = compose({ bearer: access(), idToken: idToken() }).digest;
    expect(compose({ bearer: access(fleeting), idToken: idToken(fleeting) }).digest).toBe(pair);
  });

  it.each([
    ["a group more", { "cognito:groups": ["analysts", "admins"] }],
    ["groups in another order", { "cognito:groups": ["admins", "analysts"] }],
    ["no group", { "cognito:groups": undefined }],
    ["another preferred role", { "cognito:preferred_role": "arn:aws:iam::123456789012:role/admin" }],
    ["another role", { "cognito:roles": ["arn:aws:iam::123456789012:role/admin"] }],
    ["a custom attribute", { "custom:tenant": "acme" }],
    ["another e-mail address", { email: "other@example.com" }],
    ["another sign-in", { origin_jti: "aaaaaaaa-0000-4000-8000-000000000002" }],
    ["a nested claim", { address: { country: "NL" } }],
  ])("differs for %s", (_what, claims) => {
    expect(digestOf(claims)).not.toBe(plain);
  });

  it("differs for what the ID token of a pair alone says", () => {
    const digests = ["acme", "initech"].map(
      (tenant) => compose({ bearer: access(), idToken: idToken({ "custom:tenant": tenant }) }).digest,
    );
    expect(digests[0]).not.toBe(digests[1]);
  });

  it.each<readonly [string, Partial<ProvenToken>]>([
    ["another subject", { subject: "someone else" }],
    ["another app client", { clientId: "kiosk" }],
    ["the same subject of another pool", { issuer: "customers" }],
    ["the same name for another pool", { issuerId: "us-east-1_ZZZZZZZZZ" }],
    ["another provider to log in with", { login: { provider: "other", token: "t" } }],
    ["another kind of caller", { kind: "machine" }],
  ])("differs for %s", (_what, more) => {
    expect(digestOf({}, more)).not.toBe(plain);
  });

  it("differs for the bearer alone and with an ID token beside it", () => {
    const digests = [
      { bearer: access() },
      { bearer: idToken() },
      { bearer: access(), idToken: idToken() },
    ].map((tokens) => compose(tokens).digest);
    expect(new Set(digests).size).toBe(3);
  });
});
