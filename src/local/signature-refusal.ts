import { createHash } from "node:crypto";
import { LocalError } from "./request.ts";
import type { LocalRequest } from "./request.ts";

/** The head of a request, as it stood on the wire. */
export type Head = Pick<LocalRequest, "method" | "target" | "rawHeaders">;

const S3_MESSAGE =
  "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
const MESSAGE =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/**
 * The refusal of a signature as AWS writes it: with what was to be signed, and so with every signed header, the session
 * token among them.
 *
 * Source: Amazon S3 API reference, "Troubleshooting SignatureDoesNotMatch"; what the JSON services were seen to send.
 */
export function signatureRefusal(service: string, head: Head): LocalError {
  const { accessKeyId, scope, signature, signedHeaders } = readAuthorization(head);
  const canonical = canonicalRequest(head, signedHeaders);
  const hash = createHash("sha256").update(canonical).digest("hex");
  const stringToSign = ["AWS4-HMAC-SHA256", header(head, "x-amz-date"), scope, hash].join("\n");
  if (service === "s3") {
    return new LocalError("SignatureDoesNotMatch", S3_MESSAGE, 403, {
      AWSAccessKeyId: accessKeyId,
      StringToSign: stringToSign,
      SignatureProvided: signature,
      StringToSignBytes: bytesOf(stringToSign),
      CanonicalRequest: canonical,
      CanonicalRequestBytes: bytesOf(canonical),
    });
  }
  const message = `${MESSAGE}\n\nThe Canonical String for this request should have been\n'${canonical}'\n\nThe String-to-Sign should have been\n'${stringToSign}'\n`;
  if (service === "sts" || service === "sns") return new LocalError("SignatureDoesNotMatch", message, 403);
  const isRest = ["execute-api", "lambda", "iot"].includes(service);
  return new LocalError("InvalidSignatureException", message, isRest ? 403 : 400);
}

function readAuthorization(head: Head): {
  readonly accessKeyId: string;
  readonly scope: string;
  readonly signature: string;
  readonly signedHeaders: readonly string[];
} {
  const text = header(head, "authorization");
  const [, accessKeyId = "", scope = ""] = /Credential=([^/,]+)\/([^,\s]+)/.exec(text) ?? [];
  const [, signedHeaders = ""] = /SignedHeaders=([^,\s]+)/.exec(text) ?? [];
  const [, signature = ""] = /Signature=([0-9a-f]+)/.exec(text) ?? [];
  return { accessKeyId, scope, signature, signedHeaders: signedHeaders.split(";") };
}

/** Near enough to the real one for whoever only has to keep it secret. */
function canonicalRequest(head: Head, signedHeaders: readonly string[]): string {
  const [path = "", query = ""] = head.target.split("?");
  return [
    head.method,
    path,
    query.split("&").toSorted().join("&"),
    ...signedHeaders.map((name) => `${name}:${header(head, name)}`),
    "",
    signedHeaders.join(";"),
    header(head, "x-amz-content-sha256"),
  ].join("\n");
}

function header({ rawHeaders }: Head, name: string): string {
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at === -1 ? "" : (rawHeaders[at + 1] ?? "");
}

/** S3 shows bytes in hexadecimal, set apart by spaces. */
function bytesOf(text: string): string {
  return Buffer.from(text, "latin1")
    .toString("hex")
    .replaceAll(/..(?=.)/g, "$& ");
}
