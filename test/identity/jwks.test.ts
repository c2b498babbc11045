import { describe, expect, it } from "vitest";
import { type KeyTerms, readKeySet } from "../../src/identity/jwks.ts";
import { keySetOf, makeEllipticKey, makeKey } from "../support/signed-tokens.ts";

const one = makeKey("one");
const two = makeKey("two");
const curve = makeEllipticKey("curve");
const refused = expect.objectContaining({ name: "Refusal", code: "keys-unavailable" });

const documentOf = (...keys: readonly unknown[]): string => JSON.stringify({ keys });
const kidsOf = (text: string, terms?: KeyTerms) => readKeySet(text, terms).keys.map(({ kid }) => kid);

describe("readKeySet", () => {
  it("keeps what can verify RS256, and nothing that it does not know of a key", () => {
    const { keys } = readKeySet(documentOf({ ...one.jwk, x5c: ["evil"], key_ops: ["sign"] }, two.jwk));
    expect(keys.map(({ kid }) => kid)).toEqual(["one", "two"]);
    expect(Object.keys(keys[0]?.jwk ?? {}).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
    expect(keys[0]?.algorithms).toEqual(["RS256"]);
  });

  it.each([
    ["for encryption", { use: "enc" }],
    ["for no stated use", { use: undefined }],
    ["of another algorithm", { alg: "RS512" }],
    ["of no stated algorithm", { alg: undefined }],
    ["of a secret kind", { kty: "oct", k: "c2VjcmV0" }],
    ["of no stated kind", { kty: undefined }],
    ["without a kid", { kid: undefined }],
    ["with an empty kid", { kid: "" }],
    ["with a kid of 129 characters", { kid: "k".repeat(129) }],
    ["without a modulus", { n: undefined }],
    ["with a modulus that is a number", { n: 65537 }],
    ["with a modulus that is empty", { n: "" }],
  ])("S1.8 leaves out a key %s", (_what, change) => {
    expect(kidsOf(documentOf(two.jwk, { ...one.jwk, ...change }))).toEqual(["two"]);
  });

  it("S1.8 leaves out a key on a curve, which no user pool has", () => {
    expect(kidsOf(keySetOf(two, curve))).toEqual(["two"]);
  });

  it("S1.8 leaves out a key shorter than 2048 bits", () => {
    expect(() => readKeySet(keySetOf(makeKey("short", 1024)))).toThrow(refused);
  });

  it.each([
    [
      "more than 20 keys",
      documentOf(...Array.from({ length: 21 }, (_, i) => ({ ...one.jwk, kid: `k${i}` }))),
    ],
    ["more than 64 KB", JSON.stringify({ keys: [one.jwk], filler: "x".repeat(64 * 1024) })],
    [
      "more than 64 KB of fewer characters",
      JSON.stringify({ keys: [one.jwk], filler: "€".repeat(22 * 1024) }),
    ],
    ["one key id for two keys", documentOf(one.jwk, { ...two.jwk, kid: "one" })],
    ["no usable key", documentOf()],
    ["a list for a document", JSON.stringify([one.jwk])],
    ["null", "null"],
    ["a key that is null", documentOf(null)],
    ["a gateway's page", "<html>504</html>"],
    ["nothing", ""],
  ])("S1.8 refuses a key set of %s", (_what, text) => {
    expect(() => readKeySet(text)).toThrow(refused);
  });

  it("S1.8 takes 20 keys", () => {
    const many = Array.from({ length: 20 }, (_, i) => ({ ...one.jwk, kid: `k${i}` }));
    expect(kidsOf(documentOf(...many))).toHaveLength(20);
  });

  it("tells a key from another under the same id", () => {
    const first = readKeySet(keySetOf(one)).find("one")?.thumbprint;
    expect(first).toBe(readKeySet(keySetOf(two, one)).find("one")?.thumbprint);
    expect(first).not.toBe(readKeySet(documentOf({ ...two.jwk, kid: "one" })).find("one")?.thumbprint);
    expect(readKeySet(keySetOf(one)).find("two")).toBeUndefined();
  });
});

describe("readKeySet for another issuer", () => {
  const terms: KeyTerms = { algorithms: ["RS256", "RS512", "ES256", "ES384"], isExplicit: false };
  const bare = { alg: undefined, use: undefined };
  const algorithmsOf = (key: unknown) => readKeySet(documentOf(two.jwk, key), terms).find("one")?.algorithms;

  it("takes a key that says nothing for whatever its type and curve fit", () => {
    expect(algorithmsOf({ ...one.jwk, ...bare })).toEqual(["RS256", "RS512"]);
    expect(algorithmsOf({ ...makeEllipticKey("one", "ES384").jwk, ...bare })).toEqual(["ES384"]);
  });

  it("takes a key that says its algorithm for that one alone", () => {
    expect(algorithmsOf({ ...one.jwk, use: undefined, alg: "RS512" })).toEqual(["RS512"]);
    expect(algorithmsOf(makeEllipticKey("one").jwk)).toEqual(["ES256"]);
  });

  it.each([
    ["of an algorithm that is not configured", { ...one.jwk, alg: "RS384" }],
    ["of a padding that is not", { ...one.jwk, alg: "PS256" }],
    ["of no algorithm, though it names the member", { ...one.jwk, alg: null }],
    ["for encryption", { ...one.jwk, use: "enc" }],
    ["of no use, though it names the member", { ...one.jwk, use: null }],
    ["whose algorithm is of another type", { ...one.jwk, alg: "ES256" }],
    ["whose algorithm is of another curve", { ...makeEllipticKey("one", "ES384").jwk, alg: "ES256" }],
    ["on a curve of no configured algorithm", { ...makeEllipticKey("one", "ES512").jwk, ...bare }],
    ["that is no point of its curve", { ...curve.jwk, kid: "one", x: "AAAA" }],
    ["without a point", { ...curve.jwk, kid: "one", y: undefined }],
    ["of Edwards' kind", { kid: "one", kty: "OKP", crv: "Ed25519", x: "AAAA", alg: "EdDSA" }],
    ["shorter than 2048 bits", makeKey("one", 1024).jwk],
    ["without a kid", { ...one.jwk, kid: undefined }],
  ])("S1.8 leaves out a key %s", (_what, key) => {
    expect(kidsOf(documentOf(two.jwk, key), terms)).toEqual(["two"]);
  });
});
