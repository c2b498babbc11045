import type { RefusalCode } from "../domain/refusal.ts";

/** AWS's common exceptions for our refusals (Common errors of the API references; DynamoDB developer guide, Programming.Errors). */
const EXCEPTIONS: Partial<Record<RefusalCode, string>> = {
  "token-missing": "MissingAuthenticationTokenException",
  "token-expired": "ExpiredTokenException",
  "token-malformed": "UnrecognizedClientException",
  "token-signature": "UnrecognizedClientException",
  "keys-unavailable": "ServiceUnavailableException",
  "target-malformed": "SerializationException",
  "target-ambiguous": "ValidationException",
  "credentials-unavailable": "ServiceUnavailableException",
  "credentials-throttled": "ThrottlingException",
  "length-required": "SerializationException",
  "body-too-large": "ValidationException",
  "body-malformed": "SerializationException",
  "payload-mismatch": "SerializationException",
  "operation-unknown": "UnknownOperationException",
  overloaded: "ThrottlingException",
  "upstream-unreachable": "ServiceUnavailableException",
  "upstream-timeout": "ServiceUnavailableException",
};

/**
 * The exception by which AWS would say a refusal, without its namespace. SDKs choose their error class and whether to
 * retry by it: what another try cannot mend is named so that none of them retries.
 *
 * @param failed the name for what a client could not mend, and has none of its own
 */
export function exceptionFor(code: RefusalCode, status: number, failed: string): string {
  return EXCEPTIONS[code] ?? (status >= 500 ? failed : "AccessDeniedException");
}
