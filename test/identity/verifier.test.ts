import { createHmac } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { Caller } from "../../src/domain/caller.ts";
import { readHeaders } from "../../src/domain/head.ts";
import { createIssuer } from "../../src/identity/issuer.ts";
import { type Authenticate, createAuthenticate, type Issuer } from "../../src/identity/verifier.ts";
import { type Call, OutboundError, type Reply } from "../../src/outbound/call.ts";
import {
  accessClaims,
  encode,
  idClaims,
  ISSUER,
  keySetOf,
  makeKey,
  NOW,
  POOL,
  type PoolKey,
  signToken,
} from "../support/signed-tokens.ts";

const first = makeKey("first");
const second = makeKey("second");

let nowMs: number;
let calls: Call[];
let published: readonly PoolKey[] | "away" | "refusing";
let issuer: Issuer;
let authenticate: Authenticate;

const answer = async (call: Call): Promise<Reply> => {
  calls.push(call);
  if (published === "away") throw new OutboundError("timeout");
  if (published === "refusing") return { status: 403, headers: {}, body: keySetOf(first) };
  return { status: 200, headers: {}, body: keySetOf(...published) };
};

beforeEach(async () => {
  nowMs = NOW;
  calls = [];
  published = [first];
  issuer = createIssuer({
    pool: POOL,
    origin: "https://keys.example",
    outbound: answer,
    onFailure: () => {},
    now: () => nowMs,
  });
  authenticate = createAuthenticate({ issuers: [issuer], now: () => nowMs });
  await issuer.keys.refresh();
  return () => issuer.keys.stop();
});

const bearing = (token: string) => readHeaders(["Authorization", `Bearer ${token}`]);
const ask = async (token: string): Promise<Caller> => authenticate(bearing(token));
const refused = (code: string) => expect.objectContaining({ name: "Refusal", code });
const good = signToken(first, idClaims());

describe("createIssuer", () => {
  it("fetches keys from the address that the configuration gives, whatever a token says", async () => {
    await expect(
      ask(signToken(second, idClaims({ iss: "https://evil.example/us-east-1_AbCdEfGhI" }))),
    ).rejects.toThrow();
    nowMs += 60_000;
    await expect(ask(signToken(second, idClaims()))).rejects.toThrow();
    expect(calls.map(({ url, method }) => `${method} ${url}`)).toEqual([
      "GET https://keys.example/us-east-1_AbCdEfGhI/.well-known/jwks.json",
      "GET https://keys.example/us-east-1_AbCdEfGhI/.well-known/jwks.json",
    ]);
  });

  it("takes no keys from an answer that is not 200", async () => {
    published = "refusing";
    await expect(issuer.keys.refresh()).resolves.toBe(false);
    expect(issuer.keys.current()?.keys.map(({ kid }) => kid)).toEqual(["first"]);
  });
});

describe("createAuthenticate", () => {
  it("says who calls, and for a token seen before says it at once", async () => {
    const caller = await ask(good);
    expect([caller.issuer, caller.subject, caller.clientId]).toEqual([
      "staff",
      idClaims()["sub"],
      POOL.clientIds[0],
    ]);
    expect(authenticate(bearing(good))).toBe(caller);
  });

  it.each([
    ["no token", [], "token-missing"],
    ["two tokens", ["Authorization", `Bearer ${good}`, "X-Postern-Token", good], "two-tokens"],
    [
      "somebody's real credential",
      ["Authorization", "AWS4-HMAC-SHA256 Credential=a", "X-Amz-Security-Token", "IQoJb3JpZ2lu"],
      "token-malformed",
    ],
  ])("answers %s with its own code", (_what, raw, code) => {
    expect(() => authenticate(readHeaders(raw))).toThrow(refused(code));
  });

  it.each([
    ["expired", signToken(first, idClaims({ exp: NOW / 1000 - 1 })), "token-expired"],
    ["expiring this very moment", signToken(first, idClaims({ exp: NOW / 1000 })), "token-expired"],
    ["not valid yet", signToken(first, idClaims({ nbf: NOW / 1000 + 1 })), "token-not-yet-valid"],
    ["of another issuer", signToken(first, idClaims({ iss: `${ISSUER}x` })), "token-issuer"],
    [
      "of an issuer that only begins like ours",
      signToken(first, idClaims({ iss: `${ISSUER}/` })),
      "token-issuer",
    ],
    [
      "of an issuer in another case",
      signToken(first, idClaims({ iss: ISSUER.toUpperCase() })),
      "token-issuer",
    ],
    ["of another app client", signToken(first, idClaims({ aud: "kiosk" })), "token-client"],
    ["an access token", signToken(first, accessClaims()), "token-use"],
    ["without exp", signToken(first, idClaims({ exp: undefined })), "token-malformed"],
    ["a refresh token, which is encrypted", "a.b.c.d.e", "token-malformed"],
    ["of 20 KB", signToken(first, idClaims({ filler: "x".repeat(15_000) })), "token-malformed"],
    ["signed by a key that is not published", signToken(second, idClaims()), "token-signature"],
    [
      "forged under a published key id",
      signToken({ ...second, kid: "first" }, idClaims()),
      "token-signature",
    ],
    [
      "of algorithm none",
      `${encode({ alg: "none", kid: "first" })}.${encode(idClaims())}.`,
      "token-signature",
    ],
  ])("answers a token %s with its own code", async (_what, token, code) => {
    await expect(ask(token)).rejects.toThrow(refused(code));
  });

  it("refuses HS256 by the public key as the secret", async () => {
    const input = `${encode({ alg: "HS256", kid: "first" })}.${encode(idClaims())}`;
    for (const secret of [String(first.jwk["n"]), keySetOf(first), JSON.stringify(first.jwk)]) {
      const token = `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
      await expect(ask(token)).rejects.toThrow(refused("token-signature"));
    }
  });

  it("refuses a token whose signature is written in another way", async () => {
    const last = good.at(-1) ?? "";
    const twin = `${good.slice(0, -1)}${String.fromCharCode(last.charCodeAt(0) + 1)}`;
    await expect(ask(twin)).rejects.toThrow(refused("token-malformed"));
  });

  it("keeps pools apart that share a key id", async () => {
    const customers = { ...POOL, name: "customers", id: "us-east-1_Customers" };
    const theirs = makeKey("first");
    const customersIssuer = createIssuer({
      pool: customers,
      origin: "https://keys.example",
      outbound: async () => ({ status: 200, headers: {}, body: keySetOf(theirs) }),
      onFailure: () => {},
      now: () => nowMs,
    });
    await customersIssuer.keys.refresh();
    authenticate = createAuthenticate({ issuers: [issuer, customersIssuer], now: () => nowMs });
    const iss = ISSUER.replace(POOL.id, customers.id);
    await expect(ask(signToken(theirs, idClaims({ iss })))).resolves.toMatchObject({ issuer: "customers" });
    await expect(ask(signToken(theirs, idClaims()))).rejects.toThrow(refused("token-signature"));
    await expect(ask(signToken(first, idClaims({ iss })))).rejects.toThrow(refused("token-signature"));
    customersIssuer.keys.stop();
  });
});

describe("S1.6 a verified token is checked again at each use", () => {
  it("against the clock, both ways", async () => {
    const token = signToken(first, idClaims({ nbf: NOW / 1000 }));
    await ask(token);
    nowMs = NOW - 1;
    await expect(ask(token)).rejects.toThrow(refused("token-not-yet-valid"));
    nowMs = NOW + 3_599_999;
    await expect(ask(token)).resolves.toMatchObject({ kind: "user" });
    nowMs = NOW + 3_600_000;
    await expect(ask(token)).rejects.toThrow(refused("token-expired"));
  });

  it("against the keys: one that was withdrawn proves nothing any more", async () => {
    await ask(good);
    published = [second];
    await issuer.keys.refresh();
    await expect(ask(good)).rejects.toThrow(refused("token-signature"));
  });

  it("against the keys: one whose id now names another proves nothing any more", async () => {
    await ask(good);
    published = [{ ...second, jwk: { ...second.jwk, kid: "first" } }];
    await issuer.keys.refresh();
    await expect(ask(good)).rejects.toThrow(refused("token-signature"));
    await expect(ask(signToken({ ...second, kid: "first" }, idClaims()))).resolves.toMatchObject({
      kind: "user",
    });
  });

  it("and goes on while the issuer is away and its last keys are good", async () => {
    const caller = await ask(good);
    published = "away";
    await issuer.keys.refresh();
    expect(authenticate(bearing(good))).toBe(caller);
  });

  it("and is kept for this token alone", async () => {
    const caller = await ask(good);
    const other = await ask(signToken(first, idClaims({ sub: "11111111-1111-4222-8333-444455556666" })));
    expect(other.subject).not.toBe(caller.subject);
  });

  it("and is forgotten, not refused, when there are too many", async () => {
    authenticate = createAuthenticate({ issuers: [issuer], now: () => nowMs, maxTokens: 1 });
    const caller = await ask(good);
    await ask(signToken(first, idClaims({ jti: "another" })));
    const again = await ask(good);
    expect(again).not.toBe(caller);
    expect(again).toEqual(caller);
  });
});

describe("an unknown key id", () => {
  it("makes the keys be fetched, and a rotated key is taken up at once", async () => {
    nowMs += 10_000;
    published = [first, second];
    await expect(ask(signToken(second, idClaims()))).resolves.toMatchObject({ kind: "user" });
    expect(calls).toHaveLength(2);
  });

  it("cannot make calls by coming again and again under other names", async () => {
    nowMs += 10_000;
    const bogus = Array.from({ length: 200 }, (_, i) =>
      signToken({ ...second, kid: `bogus-${i}` }, idClaims()),
    );
    await Promise.allSettled(bogus.slice(0, 100).map(ask));
    for (const token of bogus) await expect(ask(token)).rejects.toThrow(refused("token-signature"));
    expect(calls).toHaveLength(2);
  });

  it("of a foreign issuer makes no call at all", async () => {
    nowMs += 10_000;
    await expect(ask(signToken(second, idClaims({ iss: "https://evil.example" })))).rejects.toThrow(
      refused("token-issuer"),
    );
    expect(calls).toHaveLength(1);
  });

  it("does not hold up tokens whose key is known", async () => {
    published = "away";
    nowMs += 10_000;
    const waiting = ask(signToken(second, idClaims()));
    expect(authenticate(bearing(good))).toMatchObject({ kind: "user" });
    await expect(waiting).rejects.toThrow();
  });

  it("is no fault of the token while the issuer cannot be asked", async () => {
    published = "away";
    nowMs += 10_000;
    await expect(ask(signToken(second, idClaims()))).rejects.toThrow(refused("keys-unavailable"));
    await expect(ask(signToken(second, idClaims()))).rejects.toThrow(refused("keys-unavailable"));
  });

  it("before any key was fetched is no fault of the token either", async () => {
    const cold = createIssuer({
      pool: POOL,
      origin: "https://keys.example",
      outbound: answer,
      onFailure: () => {},
      now: () => nowMs,
    });
    authenticate = createAuthenticate({ issuers: [cold], now: () => nowMs });
    published = "away";
    await expect(ask(good)).rejects.toThrow(refused("keys-unavailable"));
    published = [first];
    nowMs += 10_000;
    await expect(ask(good)).resolves.toMatchObject({ kind: "user" });
    cold.keys.stop();
  });
});
