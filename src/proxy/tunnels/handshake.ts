import type { IncomingMessage } from "node:http";
import { type Head, type Headers, readHeaders } from "../../domain/head.ts";
import type { HeaderLine } from "../../domain/operation.ts";
import { decodePercent } from "../../domain/percent.ts";
import { Refusal } from "../../domain/refusal.ts";

/** What a client asks for that wants a WebSocket connection. */
export interface Handshake {
  /** As if the token had come in a header of its own: nothing else of it is left anywhere. */
  readonly head: Head;
  /** Whether the token came in the query. */
  readonly hasQueryToken: boolean;
}

/**
 * A token among the subprotocols, for pages, which can set no header. The name of the form is that of Kubernetes, with
 * Postern's in it.
 */
const BEARER = "base64url.bearer.authorization.postern.";
const QUERY_TOKEN = "postern-token";
const OWN_HEADER = "x-postern-token";
const PROTOCOLS = "sec-websocket-protocol";

/**
 * Moves the tokens of a handshake to where those of requests stand. A second one is seen there like any other.
 *
 * @throws Refusal token-malformed
 */
export function readHandshake({
  method = "",
  url = "",
  rawHeaders,
}: Pick<IncomingMessage, "method" | "url" | "rawHeaders">): Handshake {
  const query = splitQuery(url);
  const lines = query.tokens.flatMap((token) => [OWN_HEADER, token]);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i] as string, rawHeaders[i + 1] as string];
    if (name.toLowerCase() === PROTOCOLS) lines.push(...splitProtocols(value));
    else lines.push(name, value);
  }
  return {
    head: { method, target: query.target, headers: readHeaders(lines) },
    hasQueryToken: query.tokens.length > 0,
  };
}

function splitQuery(url: string): { readonly target: string; readonly tokens: readonly string[] } {
  const start = url.indexOf("?");
  if (start === -1) return { target: url, tokens: [] };
  const tokens: string[] = [];
  const others = url
    .slice(start + 1)
    .split("&")
    .filter((pair) => {
      const [name = "", ...value] = pair.split("=");
      if (decodePercent(name)?.toLowerCase() !== QUERY_TOKEN) return true;
      tokens.push(value.join("="));
      return false;
    });
  if (tokens.length === 0) return { target: url, tokens };
  return { target: url.slice(0, start) + (others.length === 0 ? "" : `?${others.join("&")}`), tokens };
}

/** As header lines: the token, and the subprotocols that are meant. */
function splitProtocols(value: string): readonly string[] {
  const offered = value.split(",").map((protocol) => protocol.trim());
  const tokens = offered.filter(isBearer).flatMap((protocol) => [OWN_HEADER, tokenIn(protocol)]);
  const others = offered.filter((protocol) => !isBearer(protocol));
  return others.length === 0 ? tokens : [...tokens, PROTOCOLS, others.join(", ")];
}

/** In any case, so that none is taken for a subprotocol and sent on. */
function isBearer(protocol: string): boolean {
  return protocol.toLowerCase().startsWith(BEARER);
}

function tokenIn(protocol: string): string {
  const encoded = protocol.slice(BEARER.length);
  const token = Buffer.from(encoded, "base64url").toString("latin1");
  if (!/^[!-~]+$/.test(token) || Buffer.from(token, "latin1").toString("base64url") !== encoded)
    throw new Refusal("token-malformed", { detail: "a bearer subprotocol that is no base64url of a token" });
  return token;
}

/** A token of RFC 9110 section 5.6.2. */
const PROTOCOL = /^[!#$%&'*+\-.^_`|~\w]+$/;

/**
 * The subprotocols that the client offers.
 *
 * @throws Refusal target-malformed
 */
export function protocolsOf(headers: Headers): readonly string[] {
  const value = headers.get(PROTOCOLS);
  if (value === undefined) return [];
  const protocols = value.split(", ");
  if (!protocols.every((one) => PROTOCOL.test(one)) || new Set(protocols).size < protocols.length)
    throw malformed("subprotocols that cannot be told apart");
  return protocols;
}

/** Sixteen bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/**
 * The lines of a handshake that AWS gets too (RFC 6455 section 11.3).
 *
 * @throws Refusal target-malformed, upgrade-required
 */
export function webSocketLines(headers: Headers): readonly HeaderLine[] {
  if (!KEY.test(headers.get("sec-websocket-key") ?? "")) throw malformed("no usable Sec-WebSocket-Key");
  // Who speaks another is told which one to speak (RFC 6455 section 4.4).
  if (headers.get("sec-websocket-version") !== "13")
    throw new Refusal("upgrade-required", { detail: "another version of WebSocket than 13" });
  protocolsOf(headers);
  const names = ["sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions", PROTOCOLS];
  return names.flatMap((name): HeaderLine[] => {
    const value = headers.get(name);
    return value === undefined ? [] : [[name, value]];
  });
}

function malformed(detail: string): Refusal {
  return new Refusal("target-malformed", { detail });
}
