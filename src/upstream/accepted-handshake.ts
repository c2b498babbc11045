import { createHash } from "node:crypto";
import { Refusal } from "../domain/refusal.ts";
import type { SignedRequest } from "./signed-request.ts";

/** Every server proves with it that it read the key of the handshake (RFC 6455 section 1.3). */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What crosses of an answer that takes a handshake. */
const CROSSES = ["sec-websocket-accept", "sec-websocket-protocol", "sec-websocket-extensions"];

/**
 * Checks an answer `101 Switching Protocols` as the client of a WebSocket has to (RFC 6455 section 4.1), and writes the one that
 * the client gets: its lines of the handshake as they came, and Postern's own.
 *
 * @param raw name, value, name, value …
 * @returns the head, or the refusal of one that does not fit what was asked
 */
export function acceptedHandshake(
  { headers, answerHeaders }: Pick<SignedRequest, "headers" | "answerHeaders">,
  raw: readonly Buffer[],
): string | Refusal {
  const answered = raw.map((part) => part.toString("latin1"));
  const fault = faultIn(answered, headers);
  if (fault !== undefined)
    return new Refusal("upstream-unreachable", { detail: `a handshake answered with ${fault}` });
  const lines = ["HTTP/1.1 101 Switching Protocols", "connection: Upgrade", "upgrade: websocket"];
  for (const name of CROSSES) lines.push(...valuesOf(answered, name).map((value) => `${name}: ${value}`));
  for (let i = 0; i + 1 < answerHeaders.length; i += 2)
    lines.push(`${answerHeaders[i] ?? ""}: ${answerHeaders[i + 1] ?? ""}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** What the client would have to fail the connection for. A line that comes twice is as wrong as one that differs. */
function faultIn(answered: readonly string[], asked: readonly string[]): string | undefined {
  if (valuesOf(answered, "upgrade").join().toLowerCase() !== "websocket") return "another protocol";
  const key = valuesOf(asked, "sec-websocket-key").join();
  const accept = createHash("sha1").update(`${key}${GUID}`).digest("base64");
  if (valuesOf(answered, "sec-websocket-accept").join() !== accept) return "another sec-websocket-accept";
  const protocols = valuesOf(answered, "sec-websocket-protocol");
  const offered = valuesOf(asked, "sec-websocket-protocol").flatMap(listed);
  if (protocols.length > 1 || !protocols.every((one) => offered.includes(one)))
    return "a subprotocol that was not offered";
  const extensions = extensionsIn(asked);
  return extensionsIn(answered).every((one) => extensions.includes(one))
    ? undefined
    : "an extension that was not offered";
}

/** @param lines name, value, name, value … */
function valuesOf(lines: readonly string[], name: string): readonly string[] {
  return lines.filter((_, i) => i % 2 === 1 && lines[i - 1]?.toLowerCase() === name);
}

function listed(value: string): readonly string[] {
  return value.split(",").map((one) => one.trim());
}

/** By name. What their parameters agree on is the affair of those who agree. */
function extensionsIn(lines: readonly string[]): readonly string[] {
  return valuesOf(lines, "sec-websocket-extensions")
    .flatMap(listed)
    .map((extension) => extension.split(";", 1).join().trim());
}
