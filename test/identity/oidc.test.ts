import { describe, expect, it } from "vitest";
import { readKeySet } from "../../src/identity/jwks.ts";
import { createOidcVerifier, type OidcIssuer } from "../../src/identity/oidc.ts";
import type { ProvenToken } from "../../src/identity/proven-token.ts";
import { readUnverified } from "../../src/identity/unverified.ts";
import { googleClaims, GOOGLE, keySetOf, makeKey, signToken } from "../support/signed-tokens.ts";

const key = makeKey("one");
const refused = (code: string) => expect.objectContaining({ name: "Refusal", code });

const ask = (
  claims: unknown,
  header: Record<string, unknown> = {},
  more: Partial<OidcIssuer> = {},
): ProvenToken => {
  const verifier = createOidcVerifier({ ...GOOGLE, ...more });
  verifier.useKeys(GOOGLE.issuer, readKeySet(keySetOf(key), { ...GOOGLE, isExplicit: false }));
  return verifier.verify(readUnverified(signToken(key, claims, { kid: "one", alg: "RS256", ...header })));
};

describe("createOidcVerifier", () => {
  it("S1.3 reads an ID token: a user, with no groups and no roles whatever the token says", () => {
    expect(ask(googleClaims())).toEqual({
      use: "id",
      kind: "user",
      issuer: "google",
      issuerId: "https://accounts.google.com",
      subject: "110169484474386276334",
      clientId: "web.apps.example",
      groups: [],
      roles: [],
      preferredRole: undefined,
      login: { provider: "accounts.google.com", token: expect.stringMatching(/^ey/) },
      claims: googleClaims(),
    });
  });

  it("S1.3 takes groups from the configured claim alone", () => {
    expect(ask(googleClaims(), {}, { groupsClaim: "groups" }).groups).toEqual(["admins"]);
    expect(ask(googleClaims({ groups: "solo" }), {}, { groupsClaim: "groups" }).groups).toEqual(["solo"]);
    expect(ask(googleClaims(), {}, { groupsClaim: "teams" }).groups).toEqual([]);
  });

  it.each<readonly [name: string, claims: Readonly<Record<string, unknown>>]>([
    ["are an object", { groups: { a: ["admins"] } }],
    ["are a list of objects", { groups: [{ name: "admins" }] }],
    ["are a list of lists", { groups: [["admins"]] }],
    ["are not all texts", { groups: ["admins", 7] }],
    ["are a number", { groups: 7 }],
    ["are null", { groups: null }],
    ["are elsewhere", { groups: undefined, _claim_names: { groups: "src1" } }],
    ["are partly elsewhere", { groups: ["admins"], _claim_names: { groups: "src1" } }],
    ["may be elsewhere", { groups: undefined, _claim_names: "groups" }],
    ["are too many to be told", { groups: undefined, hasgroups: true }],
  ])("S4.2 refuses a token whose groups %s, where they are asked for", (_what, claims) => {
    expect(() => ask(googleClaims(claims), {}, { groupsClaim: "groups" })).toThrow(
      refused("token-malformed"),
    );
    expect(ask(googleClaims(claims)).groups).toEqual([]);
  });

  it("takes a token that keeps other claims elsewhere", () => {
    const claims = googleClaims({ _claim_names: { address: "src1" }, _claim_sources: {} });
    expect(ask(claims, {}, { groupsClaim: "groups" }).groups).toEqual(["admins"]);
  });

  it.each(["JWT", "jwt", "application/jwt", undefined])("takes a token of type %s", (typ) => {
    expect(ask(googleClaims(), { typ }).use).toBe("id");
  });

  it.each(["at+jwt", "AT+JWT", "application/at+jwt", "logout+jwt", "dpop+jwt", "JOSE", ""])(
    "refuses a token of type %s, which is no ID token",
    (typ) => {
      expect(() => ask(googleClaims(), { typ })).toThrow(refused("token-use"));
    },
  );

  it("refuses what says otherwise that it is no ID token", () => {
    for (const claims of [googleClaims({ token_use: "access" }), googleClaims({ events: {} })])
      expect(() => ask(claims)).toThrow(refused("token-use"));
    expect(ask(googleClaims({ token_use: "id" })).use).toBe("id");
  });

  it.each([
    ["one audience", { aud: "phone.apps.example" }, "phone.apps.example"],
    ["a list of one", { aud: ["phone.apps.example"] }, "phone.apps.example"],
    ["an authorized party", { azp: "phone.apps.example" }, "phone.apps.example"],
    [
      "several audiences and an authorized party",
      { aud: ["web.apps.example", "urn:api"], azp: "web.apps.example" },
      "web.apps.example",
    ],
  ])("takes the client of %s", (_what, claims, client) => {
    expect(ask(googleClaims(claims)).clientId).toBe(client);
  });

  it.each([
    ["another audience", { aud: "evil.apps.example" }],
    ["no audience", { aud: undefined }],
    ["an empty list", { aud: [] }],
    ["an audience that only begins alike", { aud: "web.apps.example.evil" }],
    ["several audiences and no authorized party", { aud: ["web.apps.example", "phone.apps.example"] }],
    [
      "several audiences and a foreign authorized party",
      { aud: ["web.apps.example", "urn:api"], azp: "urn:api" },
    ],
    ["one audience and a foreign authorized party", { azp: "evil.apps.example" }],
    ["an authorized party that is a list", { azp: ["web.apps.example"] }],
    ["an authorized party that is null", { azp: null }],
    ["foreign audiences and our authorized party", { aud: ["a", "b"], azp: "web.apps.example" }],
    ["no audience and our authorized party", { aud: undefined, azp: "web.apps.example" }],
  ])("refuses %s", (_what, claims) => {
    expect(() => ask(googleClaims(claims))).toThrow(refused("token-client"));
  });

  it.each([
    ["without a subject", { sub: undefined }],
    ["with an empty subject", { sub: "" }],
    ["with an audience that is a number", { aud: 7 }],
  ])("refuses a token %s", (_what, claims) => {
    expect(() => ask(googleClaims(claims))).toThrow(refused("token-malformed"));
  });

  it.each(["https://accounts.google.com/", "accounts.google.com", "https://accounts.google.co"])(
    "refuses the issuer %s: it is compared to the letter",
    (iss) => {
      expect(() => ask(googleClaims({ iss }))).toThrow(refused("token-issuer"));
    },
  );

  it("refuses what another key signed", () => {
    const verifier = createOidcVerifier(GOOGLE);
    verifier.useKeys(GOOGLE.issuer, readKeySet(keySetOf(key)));
    const forged = readUnverified(signToken(makeKey("one"), googleClaims()));
    expect(() => verifier.verify(forged)).toThrow(refused("token-signature"));
  });
});
