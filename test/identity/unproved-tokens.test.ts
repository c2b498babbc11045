import { describe, expect, it } from "vitest";
import type { Caller } from "../../src/domain/caller.ts";
import { readHeaders } from "../../src/domain/head.ts";
import { createUnprovedReader } from "../../src/identity/unproved-tokens.ts";
import { codeOf } from "../support/asking.ts";
import {
  accessClaims,
  encode,
  GOOGLE,
  googleClaims,
  idClaims,
  machineClaims,
  NOW,
  POOL,
} from "../support/signed-tokens.ts";

const read = createUnprovedReader({
  userPools: [{ ...POOL, tokenUse: ["id", "access"] }],
  issuers: [{ ...GOOGLE, groupsClaim: "groups" }],
  guests: true,
  cookie: { name: "session" },
});

/** Signed by nobody. */
const token = (claims: unknown, alg = "RS256") => `${encode({ kid: "any", alg })}.${encode(claims)}.c2ln`;

/** With known keys nothing is waited for. */
const at = (nowMs: number, ...lines: string[]): Caller => read(readHeaders(lines), nowMs) as Caller;
const bearer = (claims: unknown, nowMs = NOW) => at(nowMs, "authorization", `Bearer ${token(claims)}`);

const pair = (id: unknown) =>
  at(NOW, "x-postern-token", token(accessClaims()), "x-postern-id-token", token(id));
const codeFor = (text: string) => codeOf(() => at(NOW, "x-postern-token", text));

describe("tokens that are read and not proved", () => {
  it("make the callers that they would make if they were signed", () => {
    expect(bearer(idClaims())).toMatchObject({ kind: "user", issuer: "staff", groups: ["analysts"] });
    expect(bearer(machineClaims())).toMatchObject({ kind: "machine", clientId: POOL.clientIds[0] });
    expect(bearer(googleClaims())).toMatchObject({ kind: "user", issuer: "google", groups: ["admins"] });
    expect(at(NOW, "cookie", `session=${token(idClaims())}`).ambient).toBe(true);
    expect(at(NOW).kind).toBe("guest");
  });

  it("make a pair where they are of one sign-in, and are refused where they are not", () => {
    expect(pair(idClaims()).login).toBeDefined();
    expect(codeOf(() => pair(idClaims({ origin_jti: "another" })))).toBe("id-token-mismatch");
  });

  it("hold at the time that is asked about", () => {
    const { exp } = idClaims();
    expect(codeOf(() => bearer(idClaims(), Number(exp) * 1000))).toBe("token-expired");
    expect(codeOf(() => bearer(idClaims({ nbf: NOW / 1000 + 60 })))).toBe("token-not-yet-valid");
    expect(codeOf(() => bearer(idClaims({ nbf: NOW / 1000 + 60 }), NOW + 60_000))).toBe("nothing");
  });

  it.each<[string, unknown, string]>([
    ["of nobody known", idClaims({ iss: "https://evil.example" }), "token-issuer"],
    ["of another app client", idClaims({ aud: "other" }), "token-client"],
    ["of another use", idClaims({ token_use: "refresh" }), "token-use"],
    ["without a subject", idClaims({ sub: undefined }), "token-malformed"],
  ])("are refused as proved ones are: %s", (_what, claims, code) => {
    expect(codeOf(() => bearer(claims))).toBe(code);
  });

  it("are refused where the issuer does not sign so, and where there is no signature at all", () => {
    expect(codeFor(token(idClaims(), "ES256"))).toBe("token-signature");
    expect(codeFor(token(idClaims(), "none"))).toBe("token-signature");
    expect(codeFor(token(idClaims()).replace(/c2ln$/, ""))).toBe("token-signature");
  });
});
