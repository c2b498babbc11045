import { randomUUID } from "node:crypto";
import { readPresigned } from "../guard/presigned.ts";
import { singleHeader } from "../guard/request-head.ts";
import type { RequestHead } from "../guard/request-head.ts";
import { sha256 } from "../guard/signing-key.ts";
import { createVerifier } from "../guard/sigv4.ts";
import type { VerifierOptions } from "../guard/sigv4.ts";
import { epochMsOf } from "../guard/timestamp.ts";
import { LocalError } from "../request.ts";
import type { Session } from "../session.ts";

/**
 * Who opens a connection to the message broker, as the signature in the query of the handshake proves.
 *
 * @throws LocalError `ForbiddenException` 403, whatever is wrong.
 */
export type VerifyHandshake = (head: RequestHead) => Session;

const PATH = "/mqtt";
const SERVICE = "iotdevicegateway";
const NO_PAYLOAD = sha256("");

/** Each at most once; what else there is was signed for something else. */
const PARAMETERS: ReadonlySet<string> = new Set([
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-SignedHeaders",
  "X-Amz-Signature",
  "X-Amz-Security-Token",
]);

/**
 * Makes a verifier of handshakes: the host is signed without its port, and the session token comes behind the signature
 * and is no part of what is signed.
 *
 * Sources: AWS IoT Core Developer Guide, "Device communication protocols", MQTT over WebSocket; what clients were seen to
 * send and AWS to refuse (aws-sdk-js-v3 #3417).
 */
export function createHandshakeVerifier(options: VerifierOptions): VerifyHandshake {
  const verifier = createVerifier(options);
  const verify = (head: RequestHead): Session => {
    const { expiresSeconds, ...authorization } = readPresigned(head);
    const isOurs = authorization.scope.service === SERVICE;
    if (!isOurs || hasOther(head) || isOver(authorization.timestamp, expiresSeconds)) throw forbidden();
    // Without an expiry of its own, which counts besides, a signature is good for minutes.
    const session = verifier.identify(head, authorization);
    return verifier.verify(withoutPort(head), authorization, session, NO_PAYLOAD).session;
  };
  const isOver = (timestamp: string, expiresSeconds: number | undefined): boolean =>
    expiresSeconds !== undefined && options.now() > epochMsOf(timestamp) + expiresSeconds * 1000;
  return (head) => {
    if (head.method !== "GET" || head.path !== PATH) throw forbidden();
    try {
      return verify(head);
    } catch (error) {
      if (error instanceof LocalError) throw forbidden();
      throw error;
    }
  };
}

function hasOther({ query }: RequestHead): boolean {
  const names = query.map(([name]) => name);
  return new Set(names).size !== names.length || names.some((name) => !PARAMETERS.has(name));
}

function withoutPort(head: RequestHead): RequestHead {
  const host = singleHeader(head, "host");
  if (host === undefined) return head;
  return { ...head, headers: new Map([...head.headers, ["host", [host.replace(/:\d*$/, "")]]]) };
}

function forbidden(): LocalError {
  return new LocalError("ForbiddenException", "Forbidden", 403, { traceId: randomUUID() });
}
