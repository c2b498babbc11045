import { describe, expect, it } from "vitest";
import { readKeySet } from "../../src/identity/jwks.ts";
import { createUserPoolVerifier, issuersOf, regionOf } from "../../src/identity/user-pool.ts";
import {
  accessClaims,
  idClaims,
  ISSUER,
  keySetOf,
  makeKey,
  NOW,
  POOL,
  signToken,
} from "../support/signed-tokens.ts";

const key = makeKey("one");
const other = makeKey("two");
const pool = createUserPoolVerifier(POOL);
pool.useKeys(readKeySet(keySetOf(key, other)));

const digestOf = (more: Record<string, unknown>, name: string = POOL.name): string => {
  const verifier = createUserPoolVerifier({ ...POOL, name, clientIds: [...POOL.clientIds, "kiosk"] });
  verifier.useKeys(readKeySet(keySetOf(key)));
  return verifier.verify(signToken(key, idClaims(more))).digest;
};

describe("issuersOf", () => {
  it("gives the original form and that of multi-Region pools", () => {
    expect(issuersOf({ id: "us-east-1_AbC" })).toEqual([
      "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC",
      "https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC",
    ]);
  });

  it("knows the domain of another partition", () => {
    expect(issuersOf({ id: "cn-north-1_AbC" })[0]).toBe(
      "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbC",
    );
    expect(regionOf("us-gov-west-1_AbC")).toBe("us-gov-west-1");
  });
});

describe("createUserPoolVerifier", () => {
  it("makes a caller of an ID token", () => {
    const token = signToken(key, idClaims());
    expect(pool.verify(token)).toEqual({
      kind: "user",
      issuer: "staff",
      subject: "0f3a6e7c-1111-4222-8333-444455556666",
      clientId: POOL.clientIds[0],
      groups: ["analysts"],
      roles: ["arn:aws:iam::123456789012:role/analyst"],
      preferredRole: "arn:aws:iam::123456789012:role/analyst",
      claims: idClaims(),
      expiresAtMs: NOW + 3_600_000,
      login: { provider: "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI", token },
      digest: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it("S1.3 takes both issuer forms for the one pool, with the login that the identity pool knows", () => {
    const caller = pool.verify(signToken(other, idClaims({ iss: ISSUER.replace("//", "//issuer-") })));
    expect([caller.issuer, caller.login.provider]).toEqual([
      "staff",
      "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
    ]);
  });

  it("reads groups and roles in every form that triggers write them", () => {
    const roles = "arn:aws:iam::123456789012:role/a,b,arn:aws:iam::123456789012:role/c";
    const caller = pool.verify(
      signToken(
        key,
        idClaims({ "cognito:groups": "solo", "cognito:roles": roles, "cognito:preferred_role": 1 }),
      ),
    );
    expect(caller.groups).toEqual(["solo"]);
    expect(caller.roles).toEqual(["arn:aws:iam::123456789012:role/a,b", "arn:aws:iam::123456789012:role/c"]);
    expect(caller.preferredRole).toBeUndefined();
    const bare = pool.verify(
      signToken(key, idClaims({ "cognito:groups": undefined, "cognito:roles": undefined })),
    );
    expect([bare.groups, bare.roles]).toEqual([[], []]);
  });

  it.each([
    ["an access token where an ID token is asked", accessClaims(), "token-use"],
    [
      "an access token that is bound to this client as a resource",
      accessClaims({ aud: POOL.clientIds[0] }),
      "token-use",
    ],
    ["a token of no stated use", idClaims({ token_use: undefined }), "token-use"],
    ["a token of an unheard-of use", idClaims({ token_use: "refresh" }), "token-use"],
    ["another client's token", idClaims({ aud: "kiosk" }), "token-client"],
    ["a token for nobody", idClaims({ aud: undefined }), "token-client"],
    ["a list of clients", idClaims({ aud: [...POOL.clientIds] }), "token-client"],
    [
      "a token whose client stands only where access tokens have it",
      idClaims({ aud: "x", client_id: POOL.clientIds[0] }),
      "token-client",
    ],
    ["a token without a subject", idClaims({ sub: undefined }), "token-malformed"],
    ["an empty subject", idClaims({ sub: "" }), "token-malformed"],
    ["a subject that is a number", idClaims({ sub: 7 }), "token-malformed"],
    ["a time that is a string", idClaims({ nbf: "0" }), "token-malformed"],
  ])("refuses %s by its own code", (_what, claims, code) => {
    expect(() => pool.verify(signToken(key, claims))).toThrow(
      expect.objectContaining({ name: "Refusal", code }),
    );
  });

  it("refuses what another key signed under a published id", () => {
    const forged = signToken({ ...makeKey("one"), kid: "one" }, idClaims());
    expect(() => pool.verify(forged)).toThrow(expect.objectContaining({ code: "token-signature" }));
  });

  it("refuses a changed payload", () => {
    const [head, , signature] = signToken(key, idClaims()).split(".");
    const payload = Buffer.from(JSON.stringify(idClaims({ "cognito:groups": ["admins"] }))).toString(
      "base64url",
    );
    expect(() => pool.verify(`${head}.${payload}.${signature}`)).toThrow(
      expect.objectContaining({ code: "token-signature" }),
    );
  });

  it("trusts no key that it was not handed, and none that was taken back", () => {
    const verifier = createUserPoolVerifier(POOL);
    const token = signToken(key, idClaims());
    expect(() => verifier.verify(token)).toThrow(expect.objectContaining({ code: "token-signature" }));
    verifier.useKeys(readKeySet(keySetOf(key)));
    expect(verifier.verify(token).subject).toBe(idClaims()["sub"]);
    verifier.useKeys(readKeySet(keySetOf(other)));
    expect(() => verifier.verify(token)).toThrow(expect.objectContaining({ code: "token-signature" }));
  });

  it("trusts no longer the key whose id now names another", () => {
    const verifier = createUserPoolVerifier(POOL);
    const token = signToken(key, idClaims());
    verifier.useKeys(readKeySet(keySetOf(key)));
    verifier.verify(token);
    verifier.useKeys(readKeySet(JSON.stringify({ keys: [{ ...other.jwk, kid: "one" }] })));
    expect(() => verifier.verify(token)).toThrow(expect.objectContaining({ code: "token-signature" }));
    expect(verifier.verify(signToken({ ...other, kid: "one" }, idClaims())).kind).toBe("user");
  });

  it("has no clock of its own", () => {
    expect(pool.verify(signToken(key, idClaims({ exp: 1, nbf: 4e9 }))).expiresAtMs).toBe(1000);
  });

  it("puts neither the token nor its claims into what it throws", () => {
    const token = signToken(key, idClaims({ aud: "kiosk" }));
    try {
      pool.verify(token);
      expect.unreachable();
    } catch (error) {
      expect(JSON.stringify([error, String(error), (error as Error).cause])).not.toContain(token.slice(-40));
    }
  });
});

describe("S2.5 the caller's digest", () => {
  const plain = digestOf({});

  it("is the same for two tokens of one sign-in, in whatever order their claims stand", () => {
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
    expect(digestOf(fleeting)).toBe(plain);
    const backwards = Object.fromEntries(Object.entries(idClaims()).toReversed());
    expect(pool.verify(signToken(key, backwards)).digest).toBe(plain);
  });

  it.each([
    ["another subject", { sub: "11111111-1111-4222-8333-444455556666" }],
    ["another app client", { aud: "kiosk" }],
    ["a group more", { "cognito:groups": ["analysts", "admins"] }],
    ["groups in another order", { "cognito:groups": ["admins", "analysts"] }],
    ["no group", { "cognito:groups": undefined }],
    ["another preferred role", { "cognito:preferred_role": "arn:aws:iam::123456789012:role/admin" }],
    ["another role", { "cognito:roles": ["arn:aws:iam::123456789012:role/admin"] }],
    ["a custom attribute", { "custom:tenant": "acme" }],
    ["another e-mail address", { email: "other@example.com" }],
    ["another sign-in", { origin_jti: "aaaaaaaa-0000-4000-8000-000000000002" }],
    ["a nested claim", { address: { country: "NL" } }],
  ])("differs for %s", (_what, more) => {
    expect(digestOf(more)).not.toBe(plain);
  });

  it("differs for the same subject of another pool", () => {
    expect(digestOf({}, "customers")).not.toBe(plain);
  });
});
