import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readKeySet } from "../../src/identity/jwks.ts";
import { createOidcVerifier } from "../../src/identity/oidc.ts";
import { readUnverified } from "../../src/identity/unverified.ts";
import { GOOGLE, googleClaims, keySetOf, makeKey, signToken } from "../support/signed-tokens.ts";
import { type Stack, startStack } from "../support/stack.ts";

describe("an access token of another issuer", () => {
  const key = makeKey("one");
  const verifier = createOidcVerifier(GOOGLE);
  verifier.useKeys(GOOGLE.issuer, readKeySet(keySetOf(key), { ...GOOGLE, isExplicit: false }));
  const [client] = GOOGLE.audience;
  const verify = (claims: Record<string, unknown>) =>
    verifier.verify(
      readUnverified(signToken(key, googleClaims({ aud: [client, "api"], azp: client, ...claims }))),
    );

  it.each([
    ["of Keycloak", { typ: "Bearer" }],
    ["of Keycloak's offline sessions", { typ: "Offline" }],
    ["of Entra ID, with its scopes", { scp: "orders.read" }],
    ["with its scopes as RFC 9068 names them", { scope: "openid orders.read" }],
    ["with a list of scopes", { scp: ["orders.read"] }],
    ["of an app client of its own", { scope: "", sub: "client@clients" }],
  ])("%s is no sign-in, though it is for the same client", (_whose, claims) => {
    expect(() => verify(claims)).toThrow(expect.objectContaining({ code: "token-use" }));
  });

  it("is told from an ID token that says what it is", () => {
    expect(verify({ typ: "ID" }).use).toBe("id");
    expect(verify({}).use).toBe("id");
  });
});

describe("S1.2, S1.5 a token in the query of Postern's own pages", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.close());

  it.each(["access_token", "postern-token", "x-amz-%53ecurity-token", ""])(
    "makes nobody a guest (?%s)",
    async (name) => {
      const answer = await fetch(`${stack.url}/.postern/whoami?${name}=${await stack.tokenOf("admin")}`);
      expect(answer.headers.get("x-postern-reason")).toBe("query-not-allowed");
    },
  );

  it("is not there where nothing is presented", async () => {
    const answer = await fetch(`${stack.url}/.postern/whoami`);
    expect(await answer.json()).toMatchObject({ kind: "guest" });
  });
});
