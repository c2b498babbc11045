import { isIPv6 } from "node:net";
import type { Head, Headers } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";
import { repeatedSingle } from "../upstream/headers.ts";

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"]);

/** Origin form (RFC 9112 section 3.2.1) of visible ASCII, without `#`, which ends a path, and `\`, which some read as `/`. */
const TARGET = /^\/[!"$-[\]-~]*$/;

/**
 * A name or an address, with or without a port; nothing by which one reader's host is another's user name or path. No
 * label is empty: a dot at the end leaves a name the same to DNS, and not to who compares it.
 */
const HOST = /^(?:(?<name>[\w-]+(?:\.[\w-]+)*)|\[(?<address>[\da-f.:]+)\])(?::(?<port>\d{1,5}))?$/i;
const MAX_PORT = 65_535;

/** A query that carries a signature: SigV4's or SigV2's. */
const PRESIGNED =
  /[?&](?:x-amz-(?:signature|credential|algorithm|security-token)|awsaccesskeyid|signature)(?:=|&|$)/i;

/** Where a token may stand: one that stands there twice is two tokens. */
const TOKEN_PLACES: ReadonlySet<string> = new Set([
  "authorization",
  "x-amz-security-token",
  "x-postern-token",
  "x-postern-id-token",
]);

/** Headers of one connection (RFC 9110 section 7.6.1), and of the offer of another protocol on it. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  "close",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "upgrade",
]);

/**
 * Turns away what can be read in two ways, before anybody reads it.
 *
 * @param httpVersion as Node gives it
 * @param upgrade the protocol that may be taken up
 * @throws Refusal method-not-allowed, target-malformed, target-ambiguous, presigned-not-accepted, two-tokens,
 * upgrade-not-accepted
 */
export function checkDoor(
  { method, target, headers }: Head,
  httpVersion = "1.1",
  upgrade?: "websocket",
): void {
  if (httpVersion !== "1.1" && httpVersion !== "1.0")
    throw new Refusal("target-malformed", { detail: `HTTP/${httpVersion}` });
  if (!METHODS.has(method)) throw new Refusal("method-not-allowed");
  if (!TARGET.test(target)) throw new Refusal("target-malformed", { detail: "not in origin form" });
  if (target.includes("?") && PRESIGNED.test(target)) throw new Refusal("presigned-not-accepted");
  const repeated = repeatedSingle(headers);
  if (repeated !== undefined) {
    const code = TOKEN_PLACES.has(repeated) ? "two-tokens" : "target-ambiguous";
    throw new Refusal(code, { detail: `${repeated} stands twice` });
  }
  if (!isHost(headers.get("host") ?? "")) throw new Refusal("target-malformed", { detail: "no usable Host" });
  checkUpgrade(headers, upgrade);
  checkConnection(headers, httpVersion);
}

function checkUpgrade(headers: Headers, taken: string | undefined): void {
  const upgrade = headers.get("upgrade")?.toLowerCase();
  // An offer of HTTP/2, as some clients make with every first request, may be left unheard (RFC 9110 section 7.8).
  if (upgrade === undefined || upgrade === "h2c" || upgrade === taken) return;
  const detail =
    upgrade === "websocket" ? "an upgrade by a request that is no handshake" : "neither WebSocket nor h2c";
  throw new Refusal("upgrade-not-accepted", { detail });
}

function isHost(host: string): boolean {
  const { name, address, port = "0" } = HOST.exec(host)?.groups ?? {};
  return (name !== undefined || (address !== undefined && isIPv6(address))) && Number(port) <= MAX_PORT;
}

/** Refuses what describes the connection in a way that another reader, before or behind, may take otherwise. */
function checkConnection(headers: Headers, httpVersion: string): void {
  const coding = headers.get("transfer-encoding");
  if (coding !== undefined && (coding.toLowerCase() !== "chunked" || httpVersion === "1.0"))
    throw new Refusal("target-ambiguous", { detail: "a transfer coding other than chunked, or in HTTP/1.0" });
  const connection = headers.get("connection");
  if (connection === undefined || connection === "keep-alive" || connection === "close") return;
  for (const name of connection.toLowerCase().split(",")) {
    if (name.trim() !== "" && !OF_CONNECTION.has(name.trim()))
      throw new Refusal("target-ambiguous", { detail: "Connection names a header that is not its own" });
  }
}
