import { describe, expect, it } from "vitest";
import { readKeySet } from "../../src/identity/jwks.ts";
import {
  createUserPoolVerifier,
  issuersOf,
  regionOf,
  type UserPool,
  type UserPoolVerifier,
} from "../../src/identity/user-pool.ts";
import {
  accessClaims,
  idClaims,
  ISSUER,
  type IssuerKey,
  keySetOf,
  machineClaims,
  makeKey,
  POOL,
  signToken,
} from "../support/signed-tokens.ts";

const key = makeKey("one");
const other = makeKey("two");

const make = (more: Partial<UserPool> = {}, ...keys: readonly IssuerKey[]): UserPoolVerifier => {
  const pool: UserPool = { ...POOL, ...more };
  const verifier = createUserPoolVerifier(pool);
  const set = readKeySet(keySetOf(...(keys.length > 0 ? keys : [key, other])));
  for (const iss of [...issuersOf(pool).values()].flat()) verifier.useKeys(iss, set);
  return verifier;
};
const pool = make();
const both = make({ tokenUse: ["id", "access"] });
const refused = (code: string) => expect.objectContaining({ name: "Refusal", code });

describe("issuersOf", () => {
  it("gives the original form and that of multi-Region pools", () => {
    expect([...issuersOf({ id: "us-east-1_AbC", regions: [] })]).toEqual([
      [
        "us-east-1",
        [
          "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC",
          "https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC",
        ],
      ],
    ]);
  });

  it("gives both forms for each replica, with its region before the pool's own id", () => {
    const forms = issuersOf({ id: "us-east-1_AbC", regions: ["us-west-2", "us-east-1"] });
    expect([...forms.keys()]).toEqual(["us-east-1", "us-west-2"]);
    expect(forms.get("us-west-2")).toEqual([
      "https://cognito-idp.us-west-2.amazonaws.com/us-east-1_AbC",
      "https://issuer-cognito-idp.us-west-2.amazonaws.com/us-east-1_AbC",
    ]);
  });

  it("knows the domain of another partition", () => {
    expect(issuersOf({ id: "cn-north-1_AbC", regions: [] }).get("cn-north-1")?.[0]).toBe(
      "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbC",
    );
    expect(regionOf("us-gov-west-1_AbC")).toBe("us-gov-west-1");
  });
});

describe("createUserPoolVerifier", () => {
  it("reads an ID token", () => {
    const token = signToken(key, idClaims());
    expect(pool.verify(token, "bearer")).toEqual({
      use: "id",
      kind: "user",
      issuer: "staff",
      issuerId: "us-east-1_AbCdEfGhI",
      subject: "0f3a6e7c-1111-4222-8333-444455556666",
      clientId: POOL.clientIds[0],
      groups: ["analysts"],
      roles: ["arn:aws:iam::123456789012:role/analyst"],
      preferredRole: "arn:aws:iam::123456789012:role/analyst",
      login: { provider: "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI", token },
      claims: idClaims(),
    });
  });

  it("reads an access token, which gives neither a login nor a role", () => {
    const claims = accessClaims({ "cognito:roles": ["arn:aws:iam::123456789012:role/admin"] });
    expect(both.verify(signToken(other, claims), "bearer")).toEqual({
      use: "access",
      kind: "user",
      issuer: "staff",
      issuerId: "us-east-1_AbCdEfGhI",
      subject: "0f3a6e7c-1111-4222-8333-444455556666",
      clientId: POOL.clientIds[0],
      groups: ["analysts"],
      roles: [],
      preferredRole: undefined,
      login: undefined,
      claims,
    });
  });

  it.each([
    ["without a user name", accessClaims({ username: undefined }), "machine"],
    ["with an empty user name", accessClaims({ username: "" }), "machine"],
    ["whose subject is the app client", accessClaims({ sub: POOL.clientIds[0] }), "machine"],
    ["of client credentials", machineClaims(), "machine"],
    ["of somebody who signed in", accessClaims(), "user"],
    ["that is an ID token", idClaims({ username: undefined }), "user"],
  ])("H17 takes a token %s for a %3$s's", (_what, claims, kind) => {
    expect(both.verify(signToken(key, claims), "bearer").kind).toBe(kind);
  });

  it("S1.3 takes every issuer form of the pool and its replicas for the one name, with the one login", () => {
    const replicated = make({ regions: ["us-west-2"] });
    for (const region of ["us-east-1", "us-west-2"])
      for (const host of ["cognito-idp", "issuer-cognito-idp"]) {
        const iss = `https://${host}.${region}.amazonaws.com/${POOL.id}`;
        const proven = replicated.verify(signToken(other, idClaims({ iss })), "bearer");
        expect([proven.issuer, proven.login?.provider]).toEqual([
          "staff",
          "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
        ]);
      }
    const elsewhere = idClaims({ iss: ISSUER.replace("us-east-1", "eu-west-1") });
    expect(() => replicated.verify(signToken(key, elsewhere), "bearer")).toThrow(refused("token-signature"));
  });

  it("proves a replica's token by the keys of that replica alone", () => {
    const forms: UserPool = { ...POOL, regions: ["us-west-2"] };
    const verifier = createUserPoolVerifier(forms);
    const home = makeKey("same");
    const replica = makeKey("same");
    for (const [region, issuers] of issuersOf(forms))
      for (const iss of issuers)
        verifier.useKeys(iss, readKeySet(keySetOf(region === "us-east-1" ? home : replica)));
    const there = idClaims({ iss: ISSUER.replace("us-east-1", "us-west-2") });
    expect(verifier.verify(signToken(replica, there), "bearer").issuer).toBe("staff");
    expect(verifier.verify(signToken(home, idClaims()), "bearer").issuer).toBe("staff");
    for (const token of [signToken(home, there), signToken(replica, idClaims())])
      expect(() => verifier.verify(token, "bearer")).toThrow(refused("token-signature"));
  });

  it("gives the login the name that is configured", () => {
    const named = make({ loginProvider: "issuer-cognito-idp.us-east-1.amazonaws.com/x" });
    expect(named.verify(signToken(key, idClaims()), "bearer").login?.provider).toBe(
      "issuer-cognito-idp.us-east-1.amazonaws.com/x",
    );
  });

  it("reads groups and roles in every form that triggers write them", () => {
    const roles = "arn:aws:iam::123456789012:role/a,b,arn:aws:iam::123456789012:role/c";
    const proven = pool.verify(
      signToken(
        key,
        idClaims({ "cognito:groups": "solo", "cognito:roles": roles, "cognito:preferred_role": 1 }),
      ),
      "bearer",
    );
    expect(proven.groups).toEqual(["solo"]);
    expect(proven.roles).toEqual(["arn:aws:iam::123456789012:role/a,b", "arn:aws:iam::123456789012:role/c"]);
    expect(proven.preferredRole).toBeUndefined();
    const bare = pool.verify(
      signToken(key, idClaims({ "cognito:groups": undefined, "cognito:roles": undefined })),
      "bearer",
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
    ["a token of two uses", idClaims({ token_use: ["id", "access"] }), "token-use"],
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
    expect(() => pool.verify(signToken(key, claims), "bearer")).toThrow(refused(code));
  });

  it.each([
    ["another client's", accessClaims({ client_id: "kiosk" }), "token-client"],
    ["nobody's", accessClaims({ client_id: undefined }), "token-client"],
    [
      "one whose client stands only where ID tokens have it",
      accessClaims({ client_id: "kiosk", aud: POOL.clientIds[0] }),
      "token-client",
    ],
    ["one without a subject", accessClaims({ sub: undefined }), "token-malformed"],
    ["one whose scope is a list", accessClaims({ scope: ["a"] }), "token-malformed"],
  ])("refuses an access token that is %s", (_what, claims, code) => {
    expect(() => both.verify(signToken(key, claims), "bearer")).toThrow(refused(code));
  });

  it("refuses an ID token where access tokens alone are taken, but not beside one", () => {
    const closed = make({ tokenUse: ["access"] });
    const token = signToken(key, idClaims());
    expect(() => closed.verify(token, "bearer")).toThrow(refused("token-use"));
    expect(closed.verify(token, "id-token").use).toBe("id");
    expect(() => closed.verify(signToken(key, idClaims({ aud: "kiosk" })), "id-token")).toThrow(
      refused("token-client"),
    );
    expect(() => closed.verify(signToken(key, idClaims({ token_use: "refresh" })), "id-token")).toThrow(
      refused("token-use"),
    );
  });

  it("H17 refuses an access token that lacks one of the required scopes", () => {
    const scoped = make({ tokenUse: ["id", "access"], requiredScopes: ["orders/read", "orders/write"] });
    const ask = (scope?: string) => scoped.verify(signToken(key, accessClaims({ scope })), "bearer").use;
    expect(ask("openid orders/write orders/read")).toBe("access");
    for (const scope of [undefined, "", "orders/read", "orders/readorders/write", "orders/read,orders/write"])
      expect(() => ask(scope)).toThrow(refused("token-scope"));
    expect(scoped.verify(signToken(key, idClaims()), "bearer").use).toBe("id");
  });

  it("refuses an access token that is bound to another resource", () => {
    const bound = make({ tokenUse: ["access"], resources: ["https://api.example", "urn:files"] });
    const ask = (aud: unknown) => bound.verify(signToken(key, accessClaims({ aud })), "bearer").use;
    expect([ask(undefined), ask("https://api.example"), ask(["urn:files", "https://api.example"])]).toEqual([
      "access",
      "access",
      "access",
    ]);
    for (const aud of ["https://api.example/", "", [], ["urn:files", "urn:other"]])
      expect(() => ask(aud)).toThrow(refused("token-client"));
    for (const aud of [7, null, [7]]) expect(() => ask(aud)).toThrow(refused("token-malformed"));
    expect(() => both.verify(signToken(key, accessClaims({ aud: "x" })), "bearer")).toThrow(
      refused("token-client"),
    );
  });

  it("takes any app client only where that is written out, and even then there must be one", () => {
    const open = make({ clientIds: "any", tokenUse: ["id", "access"] });
    expect(open.verify(signToken(key, idClaims({ aud: "kiosk" })), "bearer").clientId).toBe("kiosk");
    expect(open.verify(signToken(key, accessClaims({ client_id: "kiosk" })), "bearer").clientId).toBe(
      "kiosk",
    );
    for (const claims of [
      idClaims({ aud: undefined }),
      idClaims({ aud: "" }),
      accessClaims({ client_id: 7 }),
    ])
      expect(() => open.verify(signToken(key, claims), "bearer")).toThrow(refused("token-client"));
    expect(() => make({ clientIds: [] }).verify(signToken(key, idClaims()), "bearer")).toThrow(
      refused("token-client"),
    );
  });

  it("refuses what another key signed under a published id", () => {
    const forged = signToken(makeKey("one"), idClaims());
    expect(() => pool.verify(forged, "bearer")).toThrow(refused("token-signature"));
  });

  it("refuses a changed payload", () => {
    const [head, , signature] = signToken(key, idClaims()).split(".");
    const payload = Buffer.from(JSON.stringify(idClaims({ "cognito:groups": ["admins"] }))).toString(
      "base64url",
    );
    expect(() => pool.verify(`${head}.${payload}.${signature}`, "bearer")).toThrow(
      refused("token-signature"),
    );
  });

  it("trusts no key that it was not handed, and none that was taken back", () => {
    const verifier = createUserPoolVerifier(POOL);
    const token = signToken(key, idClaims());
    expect(() => verifier.verify(token, "bearer")).toThrow(refused("token-signature"));
    verifier.useKeys(ISSUER, readKeySet(keySetOf(key)));
    expect(verifier.verify(token, "bearer").subject).toBe(idClaims()["sub"]);
    verifier.useKeys(ISSUER, readKeySet(keySetOf(other)));
    expect(() => verifier.verify(token, "bearer")).toThrow(refused("token-signature"));
  });

  it("trusts no longer the key whose id now names another", () => {
    const verifier = make({}, key);
    const token = signToken(key, idClaims());
    verifier.verify(token, "bearer");
    verifier.useKeys(ISSUER, readKeySet(JSON.stringify({ keys: [{ ...other.jwk, kid: "one" }] })));
    expect(() => verifier.verify(token, "bearer")).toThrow(refused("token-signature"));
    expect(verifier.verify(signToken({ ...other, kid: "one" }, idClaims()), "bearer").kind).toBe("user");
  });

  it("has no clock of its own", () => {
    expect(pool.verify(signToken(key, idClaims({ exp: 1, nbf: 4e9 })), "bearer").claims["exp"]).toBe(1);
  });

  it("puts neither the token nor its claims into what it throws", () => {
    const token = signToken(key, idClaims({ aud: "kiosk" }));
    try {
      pool.verify(token, "bearer");
      expect.unreachable();
    } catch (error) {
      expect(JSON.stringify([error, String(error), (error as Error).cause])).not.toContain(token.slice(-40));
    }
  });
});
