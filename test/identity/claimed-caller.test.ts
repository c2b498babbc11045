import { describe, expect, it } from "vitest";
import type { Caller } from "../../src/domain/caller.ts";
import { readHeaders } from "../../src/domain/head.ts";
import { type ClaimedOptions, createClaimedCaller } from "../../src/identity/claimed-caller.ts";
import { readKeySet, USER_POOL_KEYS } from "../../src/identity/jwks.ts";
import { createOidcVerifier } from "../../src/identity/oidc.ts";
import { readUnverified } from "../../src/identity/unverified.ts";
import { createUserPoolVerifier } from "../../src/identity/user-pool.ts";
import { codeOf } from "../support/asking.ts";
import {
  accessClaims,
  GOOGLE,
  googleClaims,
  idClaims,
  ISSUER,
  keySetOf,
  machineClaims,
  makeKey,
  NOW,
  POOL,
  signToken,
} from "../support/signed-tokens.ts";

const EITHER = { ...POOL, tokenUse: ["id", "access"] } as const;
const [CLIENT] = POOL.clientIds;

function claimed(
  claims: Record<string, unknown>,
  changes: Partial<ClaimedOptions> = {},
  issuer?: string,
): Caller {
  return createClaimedCaller({ userPools: [EITHER], issuers: [], ...changes })({
    claims,
    issuer,
    headers: readHeaders([]),
    nowMs: NOW,
  });
}

const isRevoked = ({ handles }: Caller): boolean => handles.includes("sub:staff/anna");

describe("claims taken at their word", () => {
  const key = makeKey("k1");
  const keys = readKeySet(keySetOf(key), USER_POOL_KEYS);

  it.each([
    ["an ID token's", idClaims()],
    ["an access token's", accessClaims()],
    ["a machine's", machineClaims()],
  ])("mean what %s mean that is signed", (_whose, claims) => {
    const verifier = createUserPoolVerifier(EITHER);
    verifier.useKeys(ISSUER, keys);
    const { use: _use, issuerId: _id, login, ...proven } = verifier.verify(signToken(key, claims), "bearer");
    const caller = claimed(claims);
    expect(caller).toMatchObject(proven);
    expect(caller.login?.provider).toBe(login?.provider);
  });

  it("mean what those of another issuer mean that are signed", () => {
    const settings = { ...GOOGLE, groupsClaim: "groups" };
    const verifier = createOidcVerifier(settings);
    verifier.useKeys(GOOGLE.issuer, readKeySet(keySetOf(key), { ...GOOGLE, isExplicit: false }));
    const {
      use: _use,
      issuerId: _id,
      login: _login,
      ...proven
    } = verifier.verify(readUnverified(signToken(key, googleClaims())));
    expect(claimed(googleClaims(), { userPools: [], issuers: [settings] })).toMatchObject(proven);
    expect(proven.groups).toEqual(["admins"]);
  });

  it("are a signed-in user's where they say nothing", () => {
    const { kind, subject, clientId, groups, ambient, login } = claimed({});
    expect({ kind, subject, clientId, groups, ambient }).toEqual({
      kind: "user",
      subject: "somebody",
      clientId: CLIENT,
      groups: [],
      ambient: false,
    });
    expect(login?.token).toBe("");
  });

  it("are of an access token where they have what only that has, or no other is taken", () => {
    expect(claimed({ scope: "a b" }).claims).toMatchObject({ token_use: "access", username: "somebody" });
    expect(claimed({}, { userPools: [{ ...POOL, tokenUse: ["access"] }] }).claims["token_use"]).toBe(
      "access",
    );
  });

  it("hold the required scopes unless they say otherwise", () => {
    const userPools = [{ ...EITHER, requiredScopes: ["orders/read"] }];
    expect(claimed({ token_use: "access" }, { userPools }).claims["scope"]).toBe("orders/read");
    expect(codeOf(() => claimed({ scope: "" }, { userPools }))).toBe("token-scope");
  });

  it("are a machine's where the subject is the app client", () => {
    const claims = { token_use: "access", sub: CLIENT, client_id: CLIENT };
    expect(claimed(claims)).toMatchObject({ kind: "machine", subject: CLIENT, login: undefined });
    expect(claimed({ ...claims, sub: "another" }).kind).toBe("user");
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["a kind of token that is not taken", { token_use: "refresh" }, "token-use"],
    ["another app client", { aud: "other" }, "token-client"],
    ["no subject", { sub: "" }, "token-malformed"],
    ["a subject that is no text", { sub: 7 }, "token-malformed"],
    ["an expiry that is no number", { exp: "tomorrow" }, "token-malformed"],
    ["a scope that is no text", { scope: 1 }, "token-malformed"],
    ["an audience that is a map", { aud: {} }, "token-malformed"],
    ["a time that is over", { exp: NOW / 1000 }, "token-expired"],
    ["a time to come", { nbf: NOW / 1000 + 1 }, "token-not-yet-valid"],
  ])("are refused as a token is: %s", (_what, claims, code) => {
    expect(codeOf(() => claimed(claims))).toBe(code);
  });

  it("are refused where the denylist has the caller", () => {
    expect(codeOf(() => claimed({ sub: "anna" }, { isRevoked }))).toBe("token-revoked");
    expect(codeOf(() => claimed({ sub: "bert" }, { isRevoked }))).toBe("nothing");
  });

  it("need their issuer named where there are several, and one that there is", () => {
    const both = { userPools: [EITHER], issuers: [GOOGLE] };
    expect(codeOf(() => claimed({}, both))).toBe("token-issuer");
    expect(codeOf(() => claimed({}, both, "nobody"))).toBe("token-issuer");
    expect(codeOf(() => claimed({}, { userPools: [] }))).toBe("token-issuer");
    expect(claimed({}, both, "google")).toMatchObject({ issuer: "google", clientId: GOOGLE.audience[0] });
    expect(claimed({}, both, "staff").issuer).toBe("staff");
  });

  it("S1.4 are a second credential beside a token in the headers", () => {
    const ask = createClaimedCaller({ userPools: [EITHER], issuers: [], cookie: { name: "session" } });
    for (const line of [
      ["authorization", "Bearer a.b.c"],
      ["cookie", "session=a.b.c"],
    ]) {
      const headers = readHeaders(line);
      expect(codeOf(() => ask({ claims: {}, issuer: undefined, headers, nowMs: NOW }))).toBe("two-tokens");
    }
  });
});
