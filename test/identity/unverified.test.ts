import { describe, expect, it } from "vitest";
import { readUnverified } from "../../src/identity/unverified.ts";
import { encode, idClaims, ISSUER } from "../support/signed-tokens.ts";

const HEADER = { kid: "k1", alg: "RS256" };
const make = (header: unknown = HEADER, payload: unknown = idClaims(), signature = "c2ln"): string =>
  `${encode(header)}.${encode(payload)}.${signature}`;
const refused = (code: string) => expect.objectContaining({ name: "Refusal", code });

describe("readUnverified", () => {
  it("reads key id, algorithm, type, issuer and payload", () => {
    const token = make({ ...HEADER, typ: "JWT" });
    expect(readUnverified(token)).toEqual({
      text: token,
      kid: "k1",
      algorithm: "RS256",
      type: "JWT",
      issuer: ISSUER,
      payload: idClaims(),
    });
    expect(readUnverified(make()).type).toBeUndefined();
  });

  it.each(["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"])(
    "leaves it to the issuer whether it signs by %s",
    (alg) => {
      expect(readUnverified(make({ kid: "k1", alg })).algorithm).toBe(alg);
    },
  );

  it.each([
    ["nothing", ""],
    ["a word", "IQoJb3JpZ2luX2VjEJr"],
    ["two segments", "a.b"],
    ["four segments", `${make()}.x`],
    ["an encrypted token's five", "a.b.c.d.e"],
    ["padding", `${encode(HEADER)}=.${encode(idClaims())}.c2ln`],
    ["the other alphabet", make(HEADER, idClaims(), "+/+/")],
    ["white space in a segment", make(HEADER, idClaims(), "c2 ln")],
    ["white space at the end", `${make()} `],
    ["a length that no bytes have", make(HEADER, idClaims(), "c2lnA")],
    ["stray bits in the last character", make(HEADER, idClaims(), "c2l")],
    ["an empty header", `.${encode(idClaims())}.c2ln`],
    ["an empty payload", `${encode(HEADER)}..c2ln`],
    ["a header that is not JSON", make("{")],
    ["a payload that is a string", make(HEADER, '"sub"')],
    ["a payload that is null", make(HEADER, "null")],
    ["a payload that is a list", make(HEADER, [idClaims()])],
    ["a byte order mark", make(HEADER, `\uFEFF${JSON.stringify(idClaims())}`)],
    ["a claim that stands twice", make(HEADER, `{"sub":"a",${JSON.stringify(idClaims()).slice(1)}`)],
    ["a claim twice, once escaped", make(HEADER, `{"\\u0073ub":"a",${JSON.stringify(idClaims()).slice(1)}`)],
    ["an algorithm twice", make('{"kid":"k1","alg":"none","alg":"RS256"}')],
    ["no kid", make({ alg: "RS256" })],
    ["an empty kid", make({ kid: "", alg: "RS256" })],
    ["a kid that is a number", make({ kid: 1, alg: "RS256" })],
    ["a typ that is no text", make({ ...HEADER, typ: ["JWT"] })],
    ["no iss", make(HEADER, idClaims({ iss: undefined }))],
    ["an iss that is a list", make(HEADER, idClaims({ iss: [ISSUER] }))],
    ["no exp", make(HEADER, idClaims({ exp: undefined }))],
    ["an exp that is a string", make(HEADER, idClaims({ exp: "9999999999" }))],
    [
      "an exp beyond all numbers",
      make(HEADER, JSON.stringify(idClaims()).replace(/"exp":\d+/, '"exp":1e999')),
    ],
  ])("refuses %s as malformed", (_what, token) => {
    expect(() => readUnverified(token)).toThrow(refused("token-malformed"));
  });

  it("refuses bytes that are not UTF-8", () => {
    const payload = Buffer.from(JSON.stringify(idClaims({ name: "?" })));
    payload[payload.lastIndexOf("?")] = 0xff;
    const token = `${encode(HEADER)}.${payload.toString("base64url")}.c2ln`;
    expect(() => readUnverified(token)).toThrow(refused("token-malformed"));
  });

  it.each(["crit", "b64", "jku", "x5u"])("S1.8 refuses a header with %s, whatever it holds", (member) => {
    for (const value of [null, false, ["exp"], "https://evil.example/keys"])
      expect(() => readUnverified(make({ ...HEADER, [member]: value }))).toThrow(refused("token-malformed"));
  });

  it("S1.8 refuses a kid of more than 128 characters, and takes one of 128", () => {
    expect(readUnverified(make({ ...HEADER, kid: "k".repeat(128) })).kid).toHaveLength(128);
    expect(() => readUnverified(make({ ...HEADER, kid: "k".repeat(129) }))).toThrow(
      refused("token-malformed"),
    );
  });

  it.each([
    "none",
    "None",
    "HS256",
    "HS512",
    "PS256",
    "EdDSA",
    "ES256K",
    "rs256",
    undefined,
    null,
    ["RS256"],
  ])("refuses the algorithm %s for want of a signature that counts", (alg) => {
    expect(() => readUnverified(make({ kid: "k1", alg }))).toThrow(refused("token-signature"));
  });

  it("refuses a token without its signature, as an unsecured JWT has it, for that", () => {
    expect(() => readUnverified(make({ alg: "none" }, idClaims(), ""))).toThrow(refused("token-signature"));
    expect(() => readUnverified(make(HEADER, idClaims(), ""))).toThrow(refused("token-signature"));
  });
});
