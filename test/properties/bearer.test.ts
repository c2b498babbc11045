import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readHeaders } from "../../src/domain/head.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { findToken } from "../../src/identity/bearer.ts";
import { readKeySet } from "../../src/identity/jwks.ts";
import { readUnverified } from "../../src/identity/unverified.ts";
import { createUserPoolVerifier } from "../../src/identity/user-pool.ts";
import { encode, idClaims, keySetOf, makeKey, POOL, signToken } from "../support/signed-tokens.ts";

const SIGNED = "AWS4-HMAC-SHA256 Credential=a/20260115/us-east-1/s3/aws4_request";
const token = fc.stringMatching(/^[\w.-]{1,20}$/);

/** A header line that carries a credential, in any case. */
const credential = fc.tuple(
  fc.constantFrom(
    "Authorization",
    "AUTHORIZATION",
    "x-amz-security-token",
    "X-Postern-Token",
    "X-Postern-Id-Token",
  ),
  token,
);
const other = fc.tuple(fc.constantFrom("Accept", "Cookie", "X-Forwarded-For", "X-Api-Key"), token);

const key = makeKey("one");
const pool = createUserPoolVerifier(POOL);
pool.useKeys(readKeySet(keySetOf(key)));
const good = signToken(key, idClaims());

/** A token, or why not. */
const attempt = <T>(run: () => T): T | string => {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refusal) return `refused: ${error.code}`;
    throw error;
  }
};

describe("findToken", () => {
  it("S1.4 takes a token only where no other credential stands beside it", () => {
    fc.assert(
      fc.property(
        fc.array(credential, { maxLength: 4 }),
        fc.array(other),
        fc.boolean(),
        (credentials, others, signed) => {
          const lines = credentials.map(([name, value]) => [
            name,
            /^auth/i.test(name) ? `Bearer ${value}` : value,
          ]);
          if (signed) lines.push(["authorization", SIGNED]);
          const found = attempt(() => findToken(readHeaders([...others, ...lines].flat())));
          if (found.startsWith("refused: ")) return;
          expect(credentials).toHaveLength(1);
          expect(found).toBe(credentials[0]?.[1]);
          expect(credentials[0]?.[0]).not.toMatch(/id-token/i);
        },
      ),
    );
  });

  it("finds every token that stands alone", () => {
    fc.assert(
      fc.property(token, fc.array(other), (value, others) => {
        const find = (...raw: string[]) => findToken(readHeaders([...others.flat(), ...raw]));
        expect(find("Authorization", `Bearer ${value}`)).toBe(value);
        expect(find("X-Postern-Token", value)).toBe(value);
        expect(find("Authorization", SIGNED, "X-Amz-Security-Token", value)).toBe(value);
      }),
    );
  });
});

describe("readUnverified", () => {
  it("throws nothing but a Refusal, whatever it is given", () => {
    const json = fc.oneof(fc.json(), fc.string(), fc.constant(""));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc
            .tuple(json, json, fc.string())
            .map(([head, body, end]) => `${encode(head)}.${encode(body)}.${end}`),
          fc
            .tuple(json, fc.base64String())
            .map(([body, end]) => `${encode({ alg: "RS256", kid: "k" })}.${encode(body)}.${end}`),
        ),
        (text) => {
          attempt(() => readUnverified(text));
        },
      ),
    );
  });

  it("reads no two texts as one token", () => {
    fc.assert(
      fc.property(
        fc.nat(good.length),
        fc.string({ minLength: 0, maxLength: 2 }),
        fc.nat(2),
        (at, put, cut) => {
          const changed = good.slice(0, at) + put + good.slice(at + cut);
          fc.pre(changed !== good);
          expect(attempt(() => (readUnverified(changed), pool.verify(changed).subject))).toMatch(
            /^refused: token-/,
          );
        },
      ),
      { numRuns: 2000 },
    );
  });
});
