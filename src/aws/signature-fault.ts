import { parseStrictCbor } from "./api/strict-cbor.ts";
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
/** How that of the query protocol begins (Smithy, AWS query protocol, error responses). */
const QUERY_START = /^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*)?<ErrorResponse(?:\s[^>]*)?>\s*<Error(?:\s[^>]*)?>/;
/** A member of one, and its text where that is all that it has. */
const XML_MEMBER = /\s*<(?<name>\w{1,64})(?:\s[^<>]*)?(?:\/>|>(?:(?<text>[^<]*)<\/\k<name>\s*>)?)/y;

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
  for (const { name, text } of membersOf(body, S3_START)) if (name === "Code") return text?.trim();
  return undefined;
}

/** Reads an error answer of the query protocol. */
export function faultOfQuery(answer: ErrorAnswer): SignatureFault | undefined {
  const members = new Map<string, string>();
  for (const { name, text } of membersOf(answer.body, QUERY_START)) members.set(name, text?.trim() ?? "");
  const fault = faultNamed(members.get("Code"), members.get("Message") ?? "");
  return wordOf(fault, answer, answer.header("x-amzn-requestid") !== undefined);
}

/** The members of an error document, as far as it can be read. */
function* membersOf(
  body: string,
  start: RegExp,
): Generator<{ readonly name: string; readonly text: string | undefined }> {
  let at = start.exec(body)?.[0].length ?? -1;
  while (at >= 0) {
    XML_MEMBER.lastIndex = at;
    const { 0: tag = "", groups: { name = "", text } = {} } = XML_MEMBER.exec(body) ?? {};
    if (tag === "") return;
    yield { name, text };
    at += tag.length;
    // A member of members is passed over.
    if (text === undefined && !tag.endsWith("/>")) at = endOf(body, `</${name}>`, at);
  }
}

function endOf(body: string, tag: string, from: number): number {
  const start = body.indexOf(tag, from);
  return start === -1 ? -1 : start + tag.length;
}

/** Reads an error answer in AWS's JSON, which names the error in its body or in a header (AWS JSON 1.0, error shapes). */
export function faultOfJson(answer: ErrorAnswer): SignatureFault | undefined {
  return faultIn(readObject(answer.body), answer);
}

/** Reads an error answer of Smithy RPC v2 CBOR, which has the members of AWS's JSON. */
export function faultOfCbor(answer: ErrorAnswer): SignatureFault | undefined {
  return faultIn(readMap(answer.bytes), answer);
}

type Members = Readonly<Record<string, unknown>>;

function faultIn(members: Members, answer: ErrorAnswer): SignatureFault | undefined {
  const { __type: type, code, message, Message } = members;
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

function readObject(body: string): Members {
  try {
    const value: unknown = JSON.parse(body.replace(/^\uFEFF/, ""));
    return typeof value === "object" && value !== null ? (value as Members) : {};
  } catch {
    return {}; // a gateway's page in place of AWS's JSON
  }
}

function readMap(bytes: Uint8Array | undefined): Members {
  try {
    return bytes === undefined ? {} : parseStrictCbor(bytes);
  } catch {
    return {}; // another's page here too
  }
}
