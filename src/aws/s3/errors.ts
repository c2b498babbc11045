import type { RefusalCode } from "../../domain/refusal.ts";
import type { RefusalAnswer, RefusalView } from "../service.ts";

/**
 * S3's own error codes for ours; all others are AccessDenied. SDKs choose their error class and whether to retry by
 * these: what another try cannot mend has a code that none of them retries.
 */
const CODES: Partial<Record<RefusalCode, string>> = {
  "token-expired": "ExpiredToken",
  "token-malformed": "InvalidToken",
  "keys-unavailable": "ServiceUnavailable",
  "target-malformed": "InvalidURI",
  "target-ambiguous": "InvalidURI",
  "method-not-allowed": "MethodNotAllowed",
  "credentials-unavailable": "ServiceUnavailable",
  "credentials-throttled": "SlowDown",
  "length-required": "MissingContentLength",
  "body-too-large": "EntityTooLarge",
  "body-malformed": "MalformedXML",
  "payload-mismatch": "IncompleteBody",
  "region-learned": "ServiceUnavailable",
  "redirect-not-followed": "InternalError",
  "signature-refused": "InternalError",
  "answer-withheld": "InternalError",
  overloaded: "SlowDown",
  "upstream-unreachable": "ServiceUnavailable",
  "upstream-timeout": "ServiceUnavailable",
  internal: "InternalError",
};

/** Where S3's status is another: it has no 413, and a 404 would tell a client that its object is not there. */
const STATUSES: Partial<Record<RefusalCode, number>> = { "body-too-large": 400, "upstream-unknown": 403 };

/** Tells a reader of an SDK's log that not AWS has answered. */
const HOST_ID = "postern";

/** Words a refusal as S3 does (API reference, REST error responses). */
export function refuseAsS3({ code, sentence, status, requestId }: RefusalView): RefusalAnswer {
  const body =
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${CODES[code] ?? "AccessDenied"}</Code>` +
    `<Message>${escapeXml(sentence)}</Message><RequestId>${escapeXml(requestId)}</RequestId>` +
    `<HostId>${HOST_ID}</HostId></Error>`;
  return {
    status: STATUSES[code] ?? status,
    headers: { "content-type": "application/xml", "x-amz-request-id": requestId, "x-amz-id-2": HOST_ID },
    body,
  };
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
