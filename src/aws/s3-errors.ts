import type { RefusalCode } from "../domain/refusal.ts";
import type { RefusalAnswer, RefusalView } from "./service.ts";

/**
 * S3's own error codes for ours. SDKs choose their error class and whether to retry by these: what another try cannot
 * mend has a code that none of them retries.
 */
const CODES: Partial<Record<RefusalCode, string>> = {
  "token-expired": "ExpiredToken",
  "token-malformed": "InvalidToken",
  "keys-unavailable": "ServiceUnavailable",
  "target-malformed": "InvalidURI",
  "target-ambiguous": "InvalidURI",
  "upstream-unknown": "NoSuchBucket",
  "method-not-allowed": "MethodNotAllowed",
  "credentials-unavailable": "ServiceUnavailable",
  "credentials-throttled": "SlowDown",
  "length-required": "MissingContentLength",
  "body-too-large": "EntityTooLarge",
  "body-malformed": "MalformedXML",
  "payload-mismatch": "IncompleteBody",
  overloaded: "SlowDown",
  "upstream-unreachable": "ServiceUnavailable",
  "upstream-timeout": "ServiceUnavailable",
  internal: "InternalError",
};

/** Words a refusal as S3 does: REST error response, API reference. */
export function refuseAsS3({ code, sentence, status, requestId }: RefusalView): RefusalAnswer {
  const body =
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${CODES[code] ?? "AccessDenied"}</Code>` +
    `<Message>${escapeXml(sentence)}</Message><RequestId>${escapeXml(requestId)}</RequestId>` +
    `<HostId>postern</HostId></Error>`;
  return {
    // S3 has no 413 and answers EntityTooLarge with 400.
    status: status === 413 ? 400 : status,
    headers: { "content-type": "application/xml", "x-amz-request-id": requestId },
    body,
  };
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
