import type { ErrorAnswer, SignatureFault } from "./service.ts";

/** Errors by which AWS says that it no longer takes the credentials (S3 API reference, Error responses; Common errors). */
const CREDENTIALS: ReadonlySet<string> = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "InvalidToken",
  "TokenRefreshRequired",
  "UnrecognizedClientException",
]);

/** Errors by which AWS says that its clock is another. */
const CLOCK: ReadonlySet<string> = new Set(["RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"]);

/** Errors about the signature itself, or, as their message says, about its time. */
const SIGNATURE: ReadonlySet<string> = new Set(["InvalidSignatureException", "SignatureDoesNotMatch"]);
const OF_TIME = /^Signature (?:expired|not yet current)/;

/** S3's own error document: its code stands first. */
const S3_ERROR = /^(?:<\?xml[^>]*\?>)?\s*<Error>\s*<Code>(?<code>\w{1,64})<\/Code>/;

/** Reads an error answer of S3. */
export function faultOfS3(answer: ErrorAnswer): SignatureFault | undefined {
  if (!isOfS3(answer)) return undefined;
  // Of credentials that have ended S3 says 400, and of a denial 403.
  if (answer.method === "HEAD") return answer.status === 400 ? "unsaid" : undefined;
  return faultNamed(codeOfS3(answer), "");
}

/** Whether S3 itself has answered: an answer without its request id is somebody else's. */
export function isOfS3({ header }: ErrorAnswer): boolean {
  return header("x-amz-request-id") !== undefined;
}

/** The code of an error document of S3; undefined of anything else, and of an answer to HEAD. */
export function codeOfS3({ body }: ErrorAnswer): string | undefined {
  return S3_ERROR.exec(body)?.groups?.["code"];
}

/** Reads an error answer in AWS's JSON; one without AWS's request id is somebody else's. */
export function faultOfJson({ header, body }: ErrorAnswer): SignatureFault | undefined {
  if (header("x-amzn-requestid") === undefined) return undefined;
  const { __type: type, message, Message } = readObject(body);
  if (typeof type !== "string") return undefined;
  const text = message ?? Message;
  return faultNamed(type.slice(type.indexOf("#") + 1), typeof text === "string" ? text : "");
}

function faultNamed(code: string | undefined, message: string): SignatureFault | undefined {
  if (code === undefined) return undefined;
  if (CREDENTIALS.has(code)) return "credentials";
  if (CLOCK.has(code)) return "clock";
  if (!SIGNATURE.has(code)) return undefined;
  return OF_TIME.test(message) ? "clock" : "signature";
}

function readObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {}; // a gateway's page in place of AWS's JSON
  }
}
