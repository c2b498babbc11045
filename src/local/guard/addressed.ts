import { createHash } from "node:crypto";
import { LocalError } from "../request.ts";
import type { World } from "../world.ts";
import type { Addressee } from "./addressee.ts";
import type { Authorization } from "./credential.ts";
import { refuse } from "./fault.ts";
import { readGatewayTarget } from "./gateway-request.ts";
import type { RequestHead } from "./request-head.ts";

/**
 * Checks that a request to the host of an API or of a function names one that is there, and has a signature.
 *
 * Source: AWS re:Post, "How do I troubleshoot HTTP 403 errors from API Gateway?".
 *
 * @throws LocalError 403 in the words of API Gateway, where nobody asks for a signature first.
 */
export function checkSigned(head: RequestHead, addressee: Addressee, world: World): void {
  if (addressee.kind !== "function") readGatewayTarget(head.path, addressee, world);
  const value = head.headers.get("authorization")?.[0];
  const isPresigned = head.query.some(([name]) => name === "X-Amz-Signature");
  if (value?.startsWith("AWS4-HMAC-SHA256 ") === true || isPresigned) return;
  if (value === undefined && addressee.kind === "function") {
    throw new LocalError("AccessDeniedException", "Forbidden", 403);
  }
  if (value === undefined) {
    throw refuse("missing-authentication", "rest", { message: "Missing Authentication Token" });
  }
  const hash = createHash("sha256").update(value, "latin1").digest("base64");
  const message = `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hash}'.`;
  throw refuse("malformed-authorization", "rest", { message });
}

/**
 * Checks that a request is signed for the service that its host is of.
 *
 * @throws LocalError 403 in the words of API Gateway.
 */
export function checkAddressed({ scope }: Authorization, addressee: Addressee | undefined): void {
  if (addressee === undefined) {
    if (scope.service === "execute-api") throw new LocalError("ForbiddenException", "Forbidden", 403);
    return;
  }
  const expected = addressee.kind === "function" ? "lambda" : "execute-api";
  if (scope.service === expected) return;
  const message = `Credential should be scoped to correct service: '${expected}'. `;
  throw refuse("wrong-signature", "rest", { message });
}
