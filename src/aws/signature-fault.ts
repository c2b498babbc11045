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
const SIGNATURE: ReadonlySet<string> = new Set([
  "IncompleteSignature",
  "IncompleteSignatureException",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
]);
const OF_TIME = /^Signature (?:expired|not yet current)/;

/** What may stand before an error document, and how it begins. */
const S3_START = /^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*)?<Error(?:\s[^>]*)?>/;
/** A member of it, and its text where that is all that it has. */
const S3_MEMBER = /\s*<(?<name>\w{1,64})(?:\s[^<>]*)?(?:\/>|>(?:(?<text>[^<]*)<\/\k<name>\s*>)?)/y;

/** Reads an error answer of S3. */
export function faultOfS3(answer: ErrorAnswer): SignatureFault | undefined {
  // Of credentials that have ended S3 says 400, and of a denial 403.
  if (answer.method === "HEAD") return isOfS3(answer) && answer.status === 400 ? "unsaid" : undefined;
  return wordOf(faultNamed(codeOfS3(answer), ""), answer, isOfS3(answer));
}

/** Whether S3 itself has answered: an answer without its request id is somebody else's. */
export function isOfS3({ header }: ErrorAnswer): boolean {
  return header("x-amz-request-id") !== undefined;
}

/** The code of an error document of S3; undefined of anything else, and of an answer to HEAD. */
export function codeOfS3({ body }: ErrorAnswer): string | undefined {
  let at = S3_START.exec(body)?.[0].length ?? -1;
  while (at >= 0) {
    S3_MEMBER.lastIndex = at;
    const { 0: tag = "", groups: { name, text } = {} } = S3_MEMBER.exec(body) ?? {};
    if (tag === "") return undefined;
    if (name === "Code") return text?.trim();
    at += tag.length;
    // A member of members is passed over.
    if (text === undefined && !tag.endsWith("/>")) at = endOf(body, `</${name}>`, at);
  }
  return undefined;
}

function endOf(body: string, tag: string, from: number): number {
  const start = body.indexOf(tag, from);
  return start === -1 ? -1 : start + tag.length;
}

/** Reads an error answer in AWS's JSON, which names the error in its body or in a header (AWS JSON 1.0, error shapes). */
export function faultOfJson(answer: ErrorAnswer): SignatureFault | undefined {
  const { __type: type, code, message, Message } = readObject(answer.body);
  const text = message ?? Message;
  for (const name of [type, code, answer.header("x-amzn-errortype")]) {
    const bare = typeof name === "string" ? bareName(name) : undefined;
    const fault = faultNamed(bare, typeof text === "string" ? text : "");
    if (fault !== undefined) return wordOf(fault, answer, answer.header("x-amzn-requestid") !== undefined);
  }
  return undefined;
}

/** Of `prefix#Name:http://…` the name. */
function bareName(type: string): string {
  const name = type.replace(/:.*/s, "");
  return name.slice(name.indexOf("#") + 1).trim();
}

/**
 * Only AWS's own word, given before anything was done, lets a request be sent again. What is not passed on may be
 * anybody's.
 */
function wordOf(
  fault: SignatureFault | undefined,
  { status }: ErrorAnswer,
  isOwn: boolean,
): SignatureFault | undefined {
  return fault === "signature" || (isOwn && status >= 400 && status < 500) ? fault : undefined;
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
    const value: unknown = JSON.parse(body.replace(/^\uFEFF/, ""));
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {}; // a gateway's page in place of AWS's JSON
  }
}
