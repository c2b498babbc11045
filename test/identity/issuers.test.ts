import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stopIssuer } from "../../src/identity/issuer.ts";
import { createIssuers, type Issuers, type IssuersOptions } from "../../src/identity/issuers.ts";
import { type Call, OutboundError, type Reply } from "../../src/outbound/call.ts";
import { GOOGLE, ISSUER, keySetOf, makeKey, NOW, POOL } from "../support/signed-tokens.ts";

const key = makeKey("one");
const HOME = "https://us-east-1.keys.example/us-east-1_AbCdEfGhI/.well-known/jwks.json";
const REPLICA = "https://us-west-2.keys.example/us-east-1_AbCdEfGhI/.well-known/jwks.json";

let nowMs: number;
let calls: Call[];
let failures: string[];
/** What each address answers; none is an issuer that is away. */
let answers: Record<string, Partial<Reply>>;
let issuers: Issuers | undefined;

beforeEach(() => {
  nowMs = NOW;
  calls = [];
  failures = [];
  answers = Object.fromEntries([HOME, REPLICA, GOOGLE.jwksUri].map((url) => [url, { body: keySetOf(key) }]));
});
afterEach(() => {
  issuers?.all.forEach(stopIssuer);
  issuers = undefined;
});

const make = (more: Partial<IssuersOptions> = {}): Issuers => {
  issuers = createIssuers({
    userPools: [{ ...POOL, regions: ["us-west-2"] }],
    issuers: [GOOGLE],
    originOf: (region) => `https://${region}.keys.example`,
    outbound: async (call) => {
      calls.push(call);
      const answer = answers[call.url];
      if (answer === undefined) throw new OutboundError("timeout");
      return { status: 200, headers: {}, body: "", ...answer };
    },
    onFailure: (name, error) =>
      failures.push(`${name}: ${(error as { code?: string }).code ?? String(error)}`),
    now: () => nowMs,
    ...more,
  });
  return issuers;
};
const readyOf = ({ ready }: Issuers) => Object.fromEntries(ready().map(({ name, holds }) => [name, holds()]));

describe("createIssuers", () => {
  it("makes an issuer of each user pool and of each other provider, by their configured names", () => {
    const { all } = make();
    expect(all.map(({ name, kind, algorithms }) => [name, kind, algorithms])).toEqual([
      ["staff", "user pool", ["RS256"]],
      ["google", "issuer", ["RS256"]],
    ]);
    expect([...(all[1]?.keys.keys() ?? [])]).toEqual([GOOGLE.issuer]);
  });

  it("fetches nothing before it is asked to, and then keys from the configured addresses, once each", async () => {
    const { refresh } = make();
    expect(calls).toEqual([]);
    await refresh();
    expect(calls.map(({ url, method }) => `${method} ${url}`)).toEqual([
      `GET ${HOME}`,
      `GET ${REPLICA}`,
      `GET ${GOOGLE.jwksUri}`,
    ]);
  });

  it("keeps one key source for both issuer forms of a region, and another for each replica", () => {
    const keys = make().all[0]?.keys;
    const source = (iss: string) => keys?.get(iss);
    const replica = ISSUER.replace("us-east-1", "us-west-2");
    expect(keys?.size).toBe(4);
    expect(source(ISSUER.replace("//", "//issuer-"))).toBe(source(ISSUER));
    expect(source(replica.replace("//", "//issuer-"))).toBe(source(replica));
    expect(source(replica)).not.toBe(source(ISSUER));
  });

  it("tells of each failure by the issuer's name, and takes no keys from an answer that is not 200", async () => {
    answers = { [HOME]: { status: 403, body: keySetOf(key) }, [REPLICA]: { body: "<html>" } };
    const made = make();
    await made.refresh();
    expect(failures.sort()).toEqual([
      "google: OutboundError: outward call: timeout",
      "staff: keys-unavailable",
      "staff: keys-unavailable",
    ]);
    expect(readyOf(made)).toEqual({ "keys of user pool staff": false, "keys of issuer google": false });
  });

  it("is ready with a pool when one of its regions is: that is what replicas are for", async () => {
    delete answers[HOME];
    const made = make();
    expect(readyOf(made)).toEqual({ "keys of user pool staff": false, "keys of issuer google": false });
    await made.refresh();
    expect(readyOf(made)).toEqual({ "keys of user pool staff": true, "keys of issuer google": true });
  });

  it("knows the age of each issuer's keys, of a replicated pool the oldest", async () => {
    const made = make();
    expect([...made.ages()]).toEqual([
      ["staff", undefined],
      ["google", undefined],
    ]);
    await made.refresh();
    nowMs += 60_000;
    delete answers[REPLICA];
    delete answers[GOOGLE.jwksUri];
    await made.refresh();
    nowMs += 500;
    expect([...made.ages()]).toEqual([
      ["staff", 60.5],
      ["google", 60.5],
    ]);
  });

  it("takes keys from a file where one is configured, and asks nobody", async () => {
    const directory = mkdtempSync(join(tmpdir(), "issuers-"));
    const jwksFile = join(directory, "jwks.json");
    writeFileSync(jwksFile, keySetOf(key));
    const made = make({
      userPools: [{ ...POOL, regions: ["us-west-2"], jwksFile }],
      issuers: [{ ...GOOGLE, jwksUri: undefined, jwksFile }],
    });
    await made.refresh();
    expect([calls, readyOf(made)]).toEqual([
      [],
      { "keys of user pool staff": true, "keys of issuer google": true },
    ]);
    made.all.forEach(stopIssuer);
    rmSync(directory, { recursive: true });
  });

  it("gives other providers keys on their own terms", async () => {
    answers[GOOGLE.jwksUri] = { body: keySetOf({ jwk: { ...key.jwk, alg: undefined, use: undefined } }) };
    const made = make({ issuers: [{ ...GOOGLE, algorithms: ["RS256", "RS512"] }] });
    await made.refresh();
    expect(made.all[1]?.keys.get(GOOGLE.issuer)?.current()?.find("one")?.algorithms).toEqual([
      "RS256",
      "RS512",
    ]);
  });

  it("refuses two issuers of one iss: whose would its tokens be?", () => {
    expect(() => make({ userPools: [POOL, { ...POOL, name: "again" }] })).toThrow(
      `two issuers have the iss ${ISSUER}`,
    );
    expect(() => make({ issuers: [{ ...GOOGLE, issuer: ISSUER }] })).toThrow("two issuers have the iss");
  });
});
