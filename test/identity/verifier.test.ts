import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Caller, GUEST } from "../../src/domain/caller.ts";
import { readHeaders } from "../../src/domain/head.ts";
import { keySourcesOf, stopIssuer } from "../../src/identity/issuer.ts";
import { createIssuers, type Issuers } from "../../src/identity/issuers.ts";
import type { OidcIssuer } from "../../src/identity/oidc.ts";
import type { UserPool } from "../../src/identity/user-pool.ts";
import {
  type Authenticate,
  type AuthenticateOptions,
  createAuthenticate,
} from "../../src/identity/verifier.ts";
import { type Call, OutboundError, type Reply } from "../../src/outbound/call.ts";
import {
  accessClaims,
  encode,
  GOOGLE,
  googleClaims,
  idClaims,
  ISSUER,
  type IssuerKey,
  keySetOf,
  machineClaims,
  makeEllipticKey,
  makeKey,
  NOW,
  POOL,
  signToken,
} from "../support/signed-tokens.ts";

const first = makeKey("first");
const second = makeKey("second");
const BOTH: UserPool = { ...POOL, tokenUse: ["id", "access"] };

let nowMs: number;
let calls: Call[];
let published: readonly IssuerKey[] | "away";
let issuers: Issuers;
let authenticate: Authenticate;

const answer = async (call: Call): Promise<Reply> => {
  calls.push(call);
  if (published === "away") throw new OutboundError("timeout");
  return { status: 200, headers: {}, body: keySetOf(...published) };
};

interface World extends Partial<Omit<AuthenticateOptions, "issuers" | "now">> {
  readonly pools?: readonly UserPool[];
  readonly providers?: readonly OidcIssuer[];
  readonly isCold?: boolean;
}

/** Puts other issuers in place of those there are. */
const begin = async ({
  pools = [POOL],
  providers = [],
  isCold = false,
  ...options
}: World): Promise<void> => {
  issuers?.all.forEach(stopIssuer);
  issuers = createIssuers({
    userPools: pools,
    issuers: providers,
    originOf: () => "https://keys.example",
    outbound: answer,
    onFailure: () => {},
    now: () => nowMs,
  });
  authenticate = createAuthenticate({ issuers: issuers.all, now: () => nowMs, ...options });
  if (!isCold) await issuers.refresh();
};

beforeEach(async () => {
  nowMs = NOW;
  calls = [];
  published = [first];
  await begin({});
});
afterEach(() => issuers.all.forEach(stopIssuer));

const bearing = (token: string, ...more: string[]) =>
  readHeaders(["Authorization", `Bearer ${token}`, ...more]);
const ask = async (token: string, ...more: string[]): Promise<Caller> =>
  authenticate(bearing(token, ...more));
const refused = (code: string) => expect.objectContaining({ name: "Refusal", code });
const good = signToken(first, idClaims());
const access = signToken(first, accessClaims());

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

  it("says it at once too where a token is new and its key is known", () => {
    expect(authenticate(bearing(good))).toMatchObject({ kind: "user" });
  });

  it.each([
    ["no token", [], "token-missing"],
    ["two tokens", ["Authorization", `Bearer ${good}`, "X-Postern-Token", good], "two-tokens"],
    [
      "somebody's real credential",
      ["Authorization", "AWS4-HMAC-SHA256 Credential=a", "X-Amz-Security-Token", "IQoJb3JpZ2lu"],
      "token-malformed",
    ],
    ["two ID tokens", ["Authorization", `Bearer ${good}`, "X-Postern-Id-Token", good], "two-tokens"],
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
    [
      "of a region that has no replica",
      signToken(first, idClaims({ iss: ISSUER.replace("us-east-1", "us-west-2") })),
      "token-issuer",
    ],
    ["of another app client", signToken(first, idClaims({ aud: "kiosk" })), "token-client"],
    ["an access token", access, "token-use"],
    ["without exp", signToken(first, idClaims({ exp: undefined })), "token-malformed"],
    ["a refresh token, which is encrypted", "a.b.c.d.e", "token-malformed"],
    [
      "of 10,000 groups",
      signToken(first, idClaims({ "cognito:groups": Array(10_000).fill("g") })),
      "token-malformed",
    ],
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
    [
      "of an algorithm that is none of this pool's",
      signToken({ ...first, alg: "RS512" }, idClaims()),
      "token-signature",
    ],
  ])("answers a token %s with its own code", async (_what, token, code) => {
    const outcome = ask(token);
    nowMs += 1000;
    await expect(outcome).rejects.toThrow(refused(code));
  });

  it("takes a token of 500 groups", async () => {
    const groups = Array.from({ length: 500 }, (_, i) => `group-${i}`);
    expect((await ask(signToken(first, idClaims({ "cognito:groups": groups })))).groups).toEqual(groups);
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
});

describe("S1.2 a guest", () => {
  beforeEach(() => begin({ guests: true, cookie: { name: "session" } }));

  it("is whoever presents no credential at all", () => {
    expect(authenticate(readHeaders(["Host", "x", "Cookie", "other=1"]))).toBe(GUEST);
  });

  it.each([
    ["an expired token", ["Authorization", `Bearer ${signToken(first, idClaims({ exp: 1 }))}`]],
    ["an empty bearer", ["Authorization", "Bearer "]],
    ["another scheme", ["Authorization", "Basic YTpi"]],
    ["a bare signature", ["Authorization", "AWS4-HMAC-SHA256 Credential=a"]],
    ["an empty session token", ["X-Amz-Security-Token", ""]],
    ["an empty token", ["X-Postern-Token", ""]],
    ["an ID token alone", ["X-Postern-Id-Token", good]],
    ["an empty cookie", ["Cookie", "session="]],
    ["a cookie that is no token", ["Cookie", "session=1"]],
    ["a cookie in a form of its own", ["Cookie", "a=1;session=1"]],
  ])("is nobody with %s", (_what, raw) => {
    expect(() => authenticate(readHeaders(raw))).toThrow(expect.objectContaining({ name: "Refusal" }));
  });

  it("is nobody where guests are not let in", async () => {
    await begin({});
    expect(() => authenticate(readHeaders([]))).toThrow(refused("token-missing"));
  });
});

describe("S6.4 a cookie", () => {
  it("brings a token where it is configured, and its caller is ambient", async () => {
    await begin({ cookie: { name: "session" } });
    const caller = await authenticate(readHeaders(["Cookie", `a=1; session="${good}"`]));
    expect([caller.kind, caller.ambient]).toEqual(["user", true]);
  });

  it("is not taken for the same token in a header, nor that for a cookie", async () => {
    await begin({ cookie: { name: "session" } });
    const cookie = await authenticate(readHeaders(["Cookie", `session=${good}`]));
    const header = await ask(good);
    expect([cookie.ambient, header.ambient, cookie.tokenDigest === header.tokenDigest]).toEqual([
      true,
      false,
      false,
    ]);
    expect(cookie.digest).toBe(header.digest);
  });

  it("is nothing where it is not configured", () => {
    expect(() => authenticate(readHeaders(["Cookie", `session=${good}`]))).toThrow(refused("token-missing"));
  });
});

describe("S1.4 an access token", () => {
  beforeEach(() => begin({ pools: [BOTH] }));

  it("makes a user who has no login, or a machine", async () => {
    expect(await ask(access)).toMatchObject({ kind: "user", login: undefined, roles: [] });
    expect(await ask(signToken(first, machineClaims()))).toMatchObject({ kind: "machine", login: undefined });
  });

  it("takes an ID token beside it, by whatever way it came", async () => {
    const signed = ["Authorization", "AWS4-HMAC-SHA256 Credential=a"];
    for (const raw of [
      ["Authorization", `Bearer ${access}`],
      [...signed, "X-Amz-Security-Token", access],
      ["X-Postern-Token", access],
    ]) {
      const caller = await authenticate(readHeaders([...raw, "X-Postern-Id-Token", good]));
      expect(caller).toMatchObject({ claims: accessClaims(), login: { token: good } });
    }
  });

  it("takes an ID token beside it where access tokens alone are read", async () => {
    await begin({ pools: [{ ...POOL, tokenUse: ["access"] }] });
    expect((await ask(access, "X-Postern-Id-Token", good)).login?.token).toBe(good);
    await expect(ask(good)).rejects.toThrow(refused("token-use"));
  });

  it("C11 is not taken for the pair, nor one pair for another", async () => {
    const other = signToken(first, idClaims({ jti: "another" }));
    const pair = await ask(access, "X-Postern-Id-Token", good);
    const alone = await ask(access);
    const next = await ask(access, "X-Postern-Id-Token", other);
    expect([pair.login?.token, alone.login, next.login?.token]).toEqual([good, undefined, other]);
    expect(new Set([pair, alone, next].map(({ tokenDigest }) => tokenDigest)).size).toBe(3);
    expect(authenticate(bearing(access, "X-Postern-Id-Token", good))).toBe(pair);
  });

  it("S1.4 takes no empty ID token for none, though the token beside it was seen before", async () => {
    for (const token of [access, good]) {
      await ask(token);
      await expect(ask(token, "X-Postern-Id-Token", "")).rejects.toThrow(refused("token-malformed"));
    }
  });

  it.each([
    ["another access token", access, "two-tokens"],
    ["another person's ID token", signToken(first, idClaims({ sub: "someone else" })), "id-token-mismatch"],
    ["an ID token of another sign-in", signToken(first, idClaims({ origin_jti: "x" })), "id-token-mismatch"],
    ["an ID token of another client", signToken(first, idClaims({ aud: "kiosk" })), "token-client"],
    ["an expired ID token", signToken(first, idClaims({ exp: NOW / 1000 })), "token-expired"],
    [
      "an ID token of times to come",
      signToken(first, idClaims({ nbf: NOW / 1000 + 1 })),
      "token-not-yet-valid",
    ],
    ["a forged ID token", signToken({ ...second, kid: "first" }, idClaims()), "token-signature"],
    ["no token at all", "", "token-malformed"],
  ])("refuses %s beside it", async (_what, idToken, code) => {
    await expect(ask(access, "X-Postern-Id-Token", idToken)).rejects.toThrow(refused(code));
  });

  it("is proved itself beside a good ID token", async () => {
    const forged = signToken({ ...second, kid: "first" }, accessClaims());
    await expect(ask(forged, "X-Postern-Id-Token", good)).rejects.toThrow(refused("token-signature"));
  });

  it("refuses an ID token of another pool, though all else in it is the same", async () => {
    const customers = { ...BOTH, name: "customers", id: "us-east-1_Customers" };
    await begin({ pools: [BOTH, customers] });
    const theirs = signToken(first, idClaims({ iss: ISSUER.replace(POOL.id, customers.id) }));
    await expect(ask(access, "X-Postern-Id-Token", theirs)).rejects.toThrow(refused("id-token-mismatch"));
  });

  it("refuses an ID token that both sides are, whichever issuer's", async () => {
    await begin({ pools: [BOTH], providers: [GOOGLE] });
    const google = signToken(first, googleClaims());
    await expect(ask(google, "X-Postern-Id-Token", google)).rejects.toThrow(refused("two-tokens"));
    await expect(ask(access, "X-Postern-Id-Token", google)).rejects.toThrow(refused("id-token-mismatch"));
  });
});

describe("S1.3 issuers", () => {
  it("are kept apart, though they share a key id", async () => {
    const customers = { ...POOL, name: "customers", id: "us-east-1_Customers" };
    const theirs = makeKey("first");
    issuers.all.forEach(stopIssuer);
    issuers = createIssuers({
      userPools: [POOL, customers],
      issuers: [],
      originOf: () => "https://keys.example",
      outbound: async ({ url }) => ({
        status: 200,
        headers: {},
        body: keySetOf(url.includes(customers.id) ? theirs : first),
      }),
      onFailure: () => {},
      now: () => nowMs,
    });
    await issuers.refresh();
    authenticate = createAuthenticate({ issuers: issuers.all, now: () => nowMs });
    const iss = ISSUER.replace(POOL.id, customers.id);
    await expect(ask(signToken(theirs, idClaims({ iss })))).resolves.toMatchObject({ issuer: "customers" });
    await expect(ask(signToken(theirs, idClaims()))).rejects.toThrow(refused("token-signature"));
    await expect(ask(signToken(first, idClaims({ iss })))).rejects.toThrow(refused("token-signature"));
  });

  it("of one pool are one, with one subject: both forms and each replica", async () => {
    await begin({ pools: [{ ...POOL, regions: ["us-west-2"] }] });
    const forms = [
      ISSUER,
      ISSUER.replace("//", "//issuer-"),
      ISSUER.replace("us-east-1", "us-west-2"),
      ISSUER.replace("//", "//issuer-").replace("us-east-1", "us-west-2"),
    ];
    for (const iss of forms) {
      const { issuer, handles } = await ask(signToken(first, idClaims({ iss })));
      expect([issuer, handles.at(-1)]).toEqual(["staff", "sub:staff/0f3a6e7c-1111-4222-8333-444455556666"]);
    }
  });

  it.each(["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"] as const)(
    "sign by %s where that is configured, and by nothing else",
    async (alg) => {
      const key = alg.startsWith("RS") ? makeKey("k", 2048, alg) : makeEllipticKey("k", alg);
      published = [key];
      await begin({ providers: [{ ...GOOGLE, algorithms: [alg] }] });
      await expect(ask(signToken(key, googleClaims()))).resolves.toMatchObject({ issuer: "google" });
      await begin({ providers: [{ ...GOOGLE, algorithms: [alg === "RS256" ? "RS384" : "RS256"] }] });
      await expect(ask(signToken(key, googleClaims()))).rejects.toThrow(refused("token-signature"));
    },
  );

  it("prove no token whose header names an algorithm of another kind of key", async () => {
    const bare = { ...first, jwk: { ...first.jwk, alg: undefined } };
    published = [bare, makeEllipticKey("curve")];
    await begin({ providers: [{ ...GOOGLE, algorithms: ["RS256", "ES256"] }] });
    // The library picks the hash by the header and the padding by the key, so this signature would hold.
    const confused = signToken(first, googleClaims(), { kid: "first", alg: "ES256" });
    await expect(ask(confused)).rejects.toThrow(refused("token-signature"));
    await expect(ask(signToken(first, googleClaims()))).resolves.toMatchObject({ kind: "user" });
  });

  it("take no access token for an ID token, though its signature and audience are good", async () => {
    await begin({ providers: [GOOGLE] });
    const token = signToken(first, googleClaims(), { kid: "first", alg: "RS256", typ: "at+jwt" });
    await expect(ask(token)).rejects.toThrow(refused("token-use"));
  });
});

/** What the schedule does in its own time. */
async function renewKeys(): Promise<void> {
  for (const source of issuers.all.flatMap(keySourcesOf)) await source.refresh();
}

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
    await renewKeys();
    nowMs += 1000;
    await expect(ask(good)).rejects.toThrow(refused("token-signature"));
  });

  it("against the keys: one whose id now names another proves nothing any more", async () => {
    await ask(good);
    published = [{ ...second, jwk: { ...second.jwk, kid: "first" } }];
    await renewKeys();
    await expect(ask(good)).rejects.toThrow(refused("token-signature"));
    await expect(ask(signToken({ ...second, kid: "first" }, idClaims()))).resolves.toMatchObject({
      kind: "user",
    });
  });

  it("against the keys of every token of a pair", async () => {
    published = [first, second];
    await begin({ pools: [BOTH] });
    const idToken = signToken(second, idClaims());
    await ask(access, "X-Postern-Id-Token", idToken);
    published = [first];
    await renewKeys();
    nowMs += 1000;
    await expect(ask(access, "X-Postern-Id-Token", idToken)).rejects.toThrow(refused("token-signature"));
  });

  it("against the denylist, which may have changed since", async () => {
    const revoked = new Set<string>();
    await begin({ denylist: { isRevoked: ({ handles }) => handles.some((handle) => revoked.has(handle)) } });
    const { handles } = await ask(good);
    expect(handles).toHaveLength(3);
    for (const handle of handles) {
      revoked.add(handle);
      await expect(ask(good)).rejects.toThrow(refused("token-revoked"));
      revoked.delete(handle);
      await expect(ask(good)).resolves.toMatchObject({ kind: "user" });
    }
  });

  it("and one that is revoked when it is first seen is refused as well", async () => {
    await begin({ denylist: { isRevoked: () => true } });
    await expect(ask(good)).rejects.toThrow(refused("token-revoked"));
  });

  it("and goes on while the issuer is away and its last keys are good", async () => {
    const caller = await ask(good);
    published = "away";
    await issuers.refresh();
    expect(authenticate(bearing(good))).toBe(caller);
  });

  it("and is kept for this token alone", async () => {
    const caller = await ask(good);
    const other = await ask(signToken(first, idClaims({ sub: "11111111-1111-4222-8333-444455556666" })));
    expect(other.subject).not.toBe(caller.subject);
  });

  it("and is forgotten, not refused, when there are too many", async () => {
    await begin({ maxTokens: 1 });
    const caller = await ask(good);
    await ask(signToken(first, idClaims({ jti: "another" })));
    const again = await ask(good);
    expect(again).not.toBe(caller);
    expect(again).toEqual(caller);
  });
});

describe("an unknown key id", () => {
  beforeEach(() => {
    nowMs += 1000;
  });

  it("makes the keys be fetched, and a rotated key is taken up at once", async () => {
    published = [first, second];
    await expect(ask(signToken(second, idClaims()))).resolves.toMatchObject({ kind: "user" });
    expect(calls).toHaveLength(2);
  });

  it("is looked for once, however many tokens of it come under load", async () => {
    published = [second];
    const tokens = Array.from({ length: 60 }, (_, i) => signToken(second, idClaims({ jti: `j${i}` })));
    const callers = await Promise.all(tokens.map((token) => ask(token)));
    expect([new Set(callers.map(({ kind }) => kind)), calls.length]).toEqual([new Set(["user"]), 2]);
  });

  it("is looked for on both sides of a pair, by one fetch", async () => {
    published = [];
    await begin({ pools: [BOTH] });
    nowMs += 1000;
    published = [first, second];
    const before = calls.length;
    const idToken = signToken(second, idClaims());
    await expect(ask(access, "X-Postern-Id-Token", idToken)).resolves.toMatchObject({
      login: { token: idToken },
    });
    expect(calls.length - before).toBe(1);
  });

  it("that nobody publishes is refused at once for a while, and makes no calls", async () => {
    const bogus = signToken({ ...second, kid: "bogus" }, idClaims());
    for (let i = 0; i < 100; i++) await expect(ask(bogus)).rejects.toThrow(refused("token-signature"));
    expect(calls).toHaveLength(2);
  });

  it("does not keep a rotated key from being taken up", async () => {
    await expect(ask(signToken({ ...second, kid: "bogus" }, idClaims()))).rejects.toThrow();
    nowMs += 1000;
    published = [first, second];
    await expect(ask(signToken(second, idClaims()))).resolves.toMatchObject({ kind: "user" });
  });

  it("of a foreign issuer makes no call at all, nor does one of a foreign algorithm", async () => {
    await expect(ask(signToken(second, idClaims({ iss: "https://evil.example" })))).rejects.toThrow(
      refused("token-issuer"),
    );
    await expect(ask(signToken({ ...second, alg: "RS512" }, idClaims()))).rejects.toThrow(
      refused("token-signature"),
    );
    expect(calls).toHaveLength(1);
  });

  it("does not hold up tokens whose key is known", async () => {
    published = "away";
    const waiting = ask(signToken(second, idClaims()));
    expect(authenticate(bearing(good))).toMatchObject({ kind: "user" });
    await expect(waiting).rejects.toThrow();
  });

  it("is no fault of the token while the issuer cannot be asked", async () => {
    published = "away";
    for (let i = 0; i < 2; i++) {
      await expect(ask(signToken(second, idClaims()))).rejects.toThrow(refused("keys-unavailable"));
      nowMs += 1000;
    }
  });

  it("before any key was fetched is no fault of the token either", async () => {
    published = "away";
    await begin({ isCold: true });
    await expect(ask(good)).rejects.toThrow(refused("keys-unavailable"));
    published = [first];
    nowMs += 1000;
    await expect(ask(good)).resolves.toMatchObject({ kind: "user" });
  });
});
