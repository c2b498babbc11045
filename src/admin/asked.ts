import { isIP } from "node:net";
import { decodeBody } from "../aws/body.ts";
import { isObject, type JsonObject, parseStrictJson } from "../aws/strict-json.ts";
import { readDate } from "../policy/conditions/date.ts";
import { type AskedPacket, readAskedPacket } from "./asked-packet.ts";
import { type AskedRequest, checkMembers, odd, readAskedRequest, textIn } from "./asked-request.ts";

/** What somebody asks of `POST /explain`. */
export type Asked = Asking & (AskedRequest | AskedPacket);

/** Who would send it, from where and when. */
interface Asking {
  readonly caller: AskedCaller;
  readonly sourceIp: string | undefined;
  /** Epoch milliseconds. */
  readonly atMs: number | undefined;
}

/** Who would send it: tokens to prove, claims at their word, or nobody. */
export type AskedCaller =
  | { readonly token: string; readonly idToken: string | undefined }
  | { readonly claims: JsonObject; readonly issuer: string | undefined }
  | "guest";

const MEMBERS = ["token", "idToken", "claims", "issuer", "guest", "request", "mqtt", "sourceIp", "at"];

/** In base64, as a token has them, they are 16 KiB: more than many servers take as a whole head. */
const MAX_CLAIMS_BYTES = 12 * 1024;

/** A day and a time of it. */
const MOMENT = /^\d{4}-\d\d-\d\dT/;

/**
 * Reads the body of a question:
 *
 * - who asks, exactly one of `token` (with `idToken` beside it, where there is one), `claims` (of an `issuer`, by its
 *   configured name) and `guest: true`;
 * - `request`, or `mqtt`: see {@link readAskedRequest} and {@link readAskedPacket};
 * - `sourceIp` and `at`, where the rules look at them.
 *
 * @throws Refusal body-malformed, with words for people
 */
export function readAsked(bytes: Buffer): Asked {
  const value = parseStrictJson(decodeBody(bytes));
  checkMembers(value, MEMBERS, "the question");
  return {
    caller: readCaller(value),
    ...readWhat(value),
    sourceIp: readSourceIp(optional(value, "sourceIp")),
    atMs: readMoment(optional(value, "at")),
  };
}

function readWhat({ request, mqtt }: JsonObject): AskedRequest | AskedPacket {
  if (mqtt === undefined) return readAskedRequest(request);
  if (request !== undefined) throw odd("request and mqtt are two questions");
  return readAskedPacket(mqtt);
}

function readCaller(value: JsonObject): AskedCaller {
  const { token, claims, guest } = value;
  if ([token, claims, guest].filter((one) => one !== undefined).length !== 1)
    throw odd("who asks? exactly one of token, claims and guest");
  const idToken = optional(value, "idToken");
  const issuer = optional(value, "issuer");
  if (idToken !== undefined && token === undefined) throw odd("idToken stands beside token only");
  if (issuer !== undefined && claims === undefined) throw odd("issuer stands beside claims only");
  if (token !== undefined) return { token: textIn(value, "token", "the question"), idToken };
  if (isObject(claims)) return { claims: checkLength(claims), issuer };
  if (claims !== undefined) throw odd("claims are an object");
  if (guest !== true) throw odd("guest is true, or is left out");
  return "guest";
}

function checkLength(claims: JsonObject): JsonObject {
  if (Buffer.byteLength(JSON.stringify(claims)) > MAX_CLAIMS_BYTES)
    throw odd("claims are longer than 12 KiB, which is more than a token brings");
  return claims;
}

function optional(value: JsonObject, name: string): string | undefined {
  return value[name] === undefined ? undefined : textIn(value, name, "the question");
}

function readSourceIp(text: string | undefined): string | undefined {
  if (text !== undefined && isIP(text) === 0) throw odd("sourceIp is an address, as 10.1.2.3");
  return text;
}

function readMoment(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const atMs = MOMENT.test(text) ? readDate(text) : undefined;
  if (atMs === undefined) throw odd("at is a moment with its zone, as 2026-01-15T12:00:00Z");
  return atMs;
}
