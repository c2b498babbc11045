import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type Caller, GUEST } from "../../src/domain/caller.ts";
import { readHeaders } from "../../src/domain/head.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { findTokens } from "../../src/identity/bearer.ts";
import { stopIssuer } from "../../src/identity/issuer.ts";
import { createIssuers } from "../../src/identity/issuers.ts";
import { readKeySet } from "../../src/identity/jwks.ts";
import { readUnverified } from "../../src/identity/unverified.ts";
import { createUserPoolVerifier } from "../../src/identity/user-pool.ts";
import { createAuthenticate } from "../../src/identity/verifier.ts";
import {
  accessClaims,
  encode,
  idClaims,
  ISSUER,
  keySetOf,
  machineClaims,
  makeKey,
  NOW,
  POOL,
  signToken,
} from "../support/signed-tokens.ts";

const SIGNED = "AWS4-HMAC-SHA256 Credential=a/20260115/us-east-1/s3/aws4_request";

const key = makeKey("one");
const good = signToken(key, idClaims());
const pool = createUserPoolVerifier(POOL);
pool.useKeys(ISSUER, readKeySet(keySetOf(key)));

/** A result, or why not. */
const attempt = <T>(run: () => T): T | string => {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refusal) return `refused: ${error.code}`;
    throw error;
  }
};

/** Names what stands where; a signature brings no token. */
const withToken = (places: readonly string[], token: string): string[] =>
  places.map((place) => (place === "signature" ? place : `${place} ${token}`));

describe("S1.4 the table of allowed tokens", async () => {
  const TOKENS = {
    id: good,
    access: signToken(key, accessClaims()),
    machine: signToken(key, machineClaims()),
    "another id": signToken(key, idClaims({ sub: "someone else" })),
    forged: signToken(makeKey("one"), idClaims()),
    none: "",
  } as const;
  const LINES = {
    bearer: (token: string) => ["Authorization", `Bearer ${token}`],
    signature: () => ["authorization", SIGNED],
    session: (token: string) => ["X-Amz-Security-Token", token],
    own: (token: string) => ["x-postern-TOKEN", token],
    beside: (token: string) => ["X-Postern-Id-Token", token],
    cookie: (token: string) => ["Cookie", `a=1; session=${token}; b=2`],
    "another cookie": () => ["Cookie", "a=1"],
    "another header": (token: string) => ["X-Api-Key", token],
  } as const;
  type Line = readonly [place: keyof typeof LINES, token: keyof typeof TOKENS];

  const issuers = createIssuers({
    userPools: [{ ...POOL, tokenUse: ["id", "access"] }],
    issuers: [],
    originOf: () => "https://keys.example",
    outbound: async () => ({ status: 200, headers: {}, body: keySetOf(key) }),
    onFailure: () => {},
    now: () => NOW,
  });
  await issuers.refresh();
  afterAll(() => issuers.all.forEach(stopIssuer));
  const authenticate = createAuthenticate({
    issuers: issuers.all,
    now: () => NOW,
    guests: true,
    cookie: { name: "session" },
  });

  /** The table, written out: what stands in which places, sorted. */
  const PLACES = [["bearer"], ["own"], ["own", "signature"], ["session", "signature"]];
  const ALLOWED = new Set(
    [
      ...["id", "access", "machine", "another id"].flatMap((token) =>
        [...PLACES, ["cookie"]].map((places) => withToken(places, token)),
      ),
      ...PLACES.map((places) => [...withToken(places, "access"), "beside id"]),
    ].map((row) => row.sort().join(" + ")),
  );

  const line: fc.Arbitrary<Line> = fc.tuple(
    fc.constantFrom(...(Object.keys(LINES) as (keyof typeof LINES)[])),
    fc.constantFrom(...(Object.keys(TOKENS) as (keyof typeof TOKENS)[])),
  );

  it("is all there is: whatever is presented else is refused, and only nothing at all is a guest", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        const presented = lines
          .filter(([place]) => !place.startsWith("another"))
          .flatMap(([place, token]) => withToken([place], token))
          .sort()
          .join(" + ");
        const raw = lines.flatMap(([place, token]) => LINES[place](TOKENS[token]));
        // A second Cookie line could not be told from a second cookie, so no request may have one beside ours.
        const isSplit =
          lines.some(([place]) => place === "cookie") && lines.some(([place]) => place === "another cookie");
        const found = attempt(() => authenticate(readHeaders(raw)));
        if (presented === "") expect(found).toBe(GUEST);
        else if (ALLOWED.has(presented) && !isSplit)
          expect((found as Caller).kind).toMatch(/^(user|machine)$/);
        else expect(found).toMatch(/^refused: (token|two-tokens|id-token)/);
      }),
      { numRuns: 5000 },
    );
  });

  it("gives in each row the caller of the token that policy reads", () => {
    for (const row of ALLOWED) {
      const parts = row.split(" + ").map((part) => part.split(/ (.*)/) as unknown as Line);
      const raw = parts.flatMap(([place, token]) => LINES[place](TOKENS[token] ?? ""));
      const caller = authenticate(readHeaders(raw)) as Caller;
      const read = parts.find(([place]) => ["bearer", "own", "session", "cookie"].includes(place))?.[1];
      expect(caller.claims, row).toEqual(readUnverified(TOKENS[read ?? "none"]).payload);
      expect(caller.ambient, row).toBe(row.startsWith("cookie"));
      expect(caller.login?.token, row).toBe(
        read?.endsWith("id") ? TOKENS[read] : row.includes("beside") ? good : undefined,
      );
    }
  });
});

describe("findTokens", () => {
  const text = fc.string({
    unit: fc.constantFrom("session", "=", ";", " ", ",", '"', "a", "\t", "."),
    maxLength: 12,
  });

  it("passes no cookie over that any server would read, and throws nothing but a Refusal", () => {
    fc.assert(
      fc.property(text, (cookie) => {
        const found = attempt(() => findTokens(readHeaders(["Cookie", cookie]), "session"));
        const names = cookie.split(/[;,]/).map((pair) => pair.split("=")[0]?.trim());
        expect(found === undefined).toBe(!names.includes("session"));
      }),
      { numRuns: 5000 },
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
        (token) => {
          attempt(() => readUnverified(token));
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
          expect(attempt(() => (readUnverified(changed), pool.verify(changed, "bearer").subject))).toMatch(
            /^refused: token-/,
          );
        },
      ),
      { numRuns: 2000 },
    );
  });
});
