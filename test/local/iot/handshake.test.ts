import { describe, expect, it } from "vitest";
import { readHead } from "../../../src/local/guard/request-head.ts";
import { createHandshakeVerifier } from "../../../src/local/iot/handshake.ts";
import type { Session } from "../../../src/local/session.ts";
import { NOW_MS, oneSession } from "../guard/signed-request.ts";
import { IOT_HOST, signedHandshake } from "./signed-handshake.ts";
import type { HandshakeOptions } from "./signed-handshake.ts";

const { sessions, session } = oneSession();
const MINUTE_MS = 60_000;

/** Whose handshake it is, at a verifier of the world's region. */
function verify(
  target: string,
  { method = "GET", host = IOT_HOST, headers = [] as readonly string[], nowMs = NOW_MS } = {},
): Session {
  const verifier = createHandshakeVerifier({ sessions, now: () => nowMs, region: "us-east-1" });
  return verifier(readHead({ method, target, rawHeaders: ["Host", host, ...headers] }));
}

const sign = (options: HandshakeOptions = {}, by: Session = session): string =>
  signedHandshake(by, { atMs: NOW_MS, ...options });

const FORBIDDEN = { code: "ForbiddenException", status: 403, message: "Forbidden" };

/** The error's own members, of which the message is none to an asymmetric matcher of Errors. */
function refusalOf(ask: () => unknown): unknown {
  try {
    return ask();
  } catch (error) {
    const { code, status, message, fields } = error as typeof FORBIDDEN & { fields: object };
    expect(Object.keys(fields)).toEqual(["traceId"]);
    return { code, status, message };
  }
}

describe("a handshake", () => {
  it("is its signer's, whatever port the host is dialled at", () => {
    expect(verify(sign())).toBe(session);
    expect(verify(sign(), { host: `${IOT_HOST}:4483` })).toBe(session);
    expect(verify(sign({ host: "127.0.0.1" }), { host: "127.0.0.1:4483" })).toBe(session);
  });

  it("may be some minutes old, and have an expiry of its own besides", () => {
    expect(verify(sign(), { nowMs: NOW_MS + 5 * MINUTE_MS })).toBe(session);
    const long = sign({ more: { "X-Amz-Expires": "86400" } });
    expect(verify(long)).toBe(session);
    for (const ask of [
      () => verify(sign(), { nowMs: NOW_MS + 5 * MINUTE_MS + 1 }),
      () => verify(sign(), { nowMs: NOW_MS - 6 * MINUTE_MS }),
      () => verify(long, { nowMs: NOW_MS + 6 * MINUTE_MS }),
      () => verify(sign({ more: { "X-Amz-Expires": "60" } }), { nowMs: NOW_MS + MINUTE_MS + 1 }),
    ]) {
      expect(refusalOf(ask)).toEqual(FORBIDDEN);
    }
  });

  it.each(["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Signature"])(
    "is refused with another %s, without it and with two",
    (name) => {
      const good = sign();
      const one = new RegExp(`${name}=[^&]*`).exec(good)?.[0] ?? "";
      for (let at = name.length + 1; at < one.length; at++) {
        const changed = one.slice(0, at) + (one[at] === "0" ? "1" : "0") + one.slice(at + 1);
        expect(refusalOf(() => verify(good.replace(one, changed)))).toEqual(FORBIDDEN);
      }
      expect(refusalOf(() => verify(good.replace(`${one}&`, "")))).toEqual(FORBIDDEN);
      expect(refusalOf(() => verify(`${good}&${one}`))).toEqual(FORBIDDEN);
    },
  );

  it.each<readonly [what: string, options: HandshakeOptions]>([
    ["with a token that was signed", { signsToken: true }],
    ["signed for another host", { host: "other.iot.us-east-1.amazonaws.com" }],
    ["signed for a host with its port", { host: `${IOT_HOST}:443` }],
    ["signed for another region", { region: "eu-west-1" }],
    ["signed for the data API", { service: "iotdata" }],
    [
      "signed for the data API as that wants it",
      { service: "iotdata", signsToken: true, more: { "X-Amz-Expires": "60" } },
    ],
    ["signed for another path", { path: "/mqtt2" }],
    ["with a parameter that is none of a signature's", { more: { "x-custom": "1" } }],
    ["with a parameter of other signatures", { more: { "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD" } }],
  ])("is refused %s", (_what, options) => {
    const host = options.host?.endsWith(":443") === true ? options.host : IOT_HOST;
    expect(refusalOf(() => verify(sign(options), { host }))).toEqual(FORBIDDEN);
  });

  it("is refused with a method or a header that was not signed", () => {
    expect(refusalOf(() => verify(sign(), { method: "POST" }))).toEqual(FORBIDDEN);
    expect(refusalOf(() => verify(sign(), { headers: ["x-amz-meta", "1"] }))).toEqual(FORBIDDEN);
    expect(refusalOf(() => verify(sign(), { headers: ["Host", IOT_HOST] }))).toEqual(FORBIDDEN);
    expect(refusalOf(() => verify("/mqtt"))).toEqual(FORBIDDEN);
  });

  it("is refused without a session that lasts, or with another's token", () => {
    const other = oneSession().session;
    const { sessionToken: _token, ...withoutToken } = session;
    const { sessions: ended, session: past } = oneSession("analyst", { expiresAtMs: NOW_MS });
    const late = createHandshakeVerifier({ sessions: ended, now: () => NOW_MS });
    for (const ask of [
      () => verify(sign({}, other)),
      () => verify(sign({}, { ...session, secretAccessKey: "wrong" })),
      () => verify(sign({}, { ...session, sessionToken: other.sessionToken })),
      () => verify(signedHandshake(withoutToken, { atMs: NOW_MS })),
      () => late(readHead({ method: "GET", target: sign({}, past), rawHeaders: ["Host", IOT_HOST] })),
    ]) {
      expect(refusalOf(ask)).toEqual(FORBIDDEN);
    }
  });
});
