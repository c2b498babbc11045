import type { Service } from "../aws/service.ts";
import type { Headers } from "../domain/head.ts";
import type { HeaderLine } from "../domain/operation.ts";
import { foldedName, mayCrossToApplication } from "./application-headers.ts";
import { namedHops } from "./named-hops.ts";

/** Whether a header is signed where it crosses; undefined where it stays behind. */
type Crossing = "signed" | "unsigned" | undefined;

/**
 * Headers of a client's request that cross to AWS itself besides those of the operation itself. All others stay behind:
 * credentials and cookies above all, whatever describes the client's own connection, and whatever an intermediary
 * might take for a routing hint.
 */
const REQUEST_CROSSES: ReadonlyMap<string, Crossing> = new Map([
  ["content-md5", "signed"], // S3 compares it; it must be signed where it is sent
  ["content-type", "signed"], // part of the object's metadata, and what a signer signs where it is sent
  ["accept", "unsigned"],
  ["accept-encoding", "unsigned"], // never added or changed: what the client can decode is its own affair
  ["cache-control", "unsigned"], // object metadata
  ["content-disposition", "unsigned"], // object metadata
  ["content-language", "unsigned"], // object metadata
  ["expires", "unsigned"], // object metadata
  ["if-match", "unsigned"],
  ["if-modified-since", "unsigned"],
  ["if-none-match", "unsigned"],
  ["if-range", "unsigned"], // with a range of another version of the object a download would be of two halves
  ["if-unmodified-since", "unsigned"],
  ["range", "unsigned"],
  ["user-agent", "unsigned"], // seen in CloudTrail; smithy and botocore leave it unsigned, since proxies rewrite it
]);

/** Headers that may stand on several lines: they mean the same on one (RFC 9110 section 5.3), or nobody here reads them. */
const MAY_REPEAT: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "baggage",
  "cache-control",
  "connection",
  "cookie",
  "forwarded",
  "pragma",
  "te",
  "tracestate",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
]);

/** A header on several lines of which only one would count; undefined where there is none. */
export function repeatedSingle(headers: Headers): string | undefined {
  return headers.repeated.find((name) => !MAY_REPEAT.has(name));
}

/** The client's headers that cross, apart by whether they are signed. */
export interface CrossingHeaders {
  readonly signed: readonly HeaderLine[];
  readonly unsigned: readonly HeaderLine[];
}

/** Who is at the other end. */
export interface Recipient {
  readonly service: Pick<Service, "speaker">;
  /** Headers that tell an application who the caller is, by lower-case names: no client says that. */
  readonly identityHeaders: readonly { readonly name: string }[];
}

/** An application is asked for what can be looked into: {@link mayCrossToApplication} says why. */
const UNCODED: HeaderLine = ["accept-encoding", "identity"];

/**
 * Chooses what crosses to AWS, or to an application behind it. What is not signed there is what somebody on the way may
 * change, as smithy and botocore have it.
 *
 * @param own headers that the operation brings itself, and that the client's are not to double
 */
export function crossToAws(headers: Headers, own: readonly HeaderLine[], to: Recipient): CrossingHeaders {
  const isAws = to.service.speaker === "aws";
  const signed: HeaderLine[] = [];
  const unsigned: HeaderLine[] = isAws ? [] : [UNCODED];
  const connection = headers.get("connection");
  const hops = connection === undefined ? undefined : namedHops([connection]);
  for (const line of headers.entries()) {
    const [name] = line;
    const read = isAws ? name : foldedName(name);
    const crosses = isAws ? REQUEST_CROSSES.get(name) : toApplication(name, read, to);
    if (crosses === undefined || hops?.has(name) === true || own.some(([other]) => other === read)) continue;
    (crosses === "signed" ? signed : unsigned).push(line);
  }
  return { signed, unsigned };
}

/** @param read the name as who folds names reads it */
function toApplication(name: string, read: string, { identityHeaders }: Recipient): Crossing {
  if (!mayCrossToApplication(read) || identityHeaders.some((told) => told.name === read)) return undefined;
  return name === "content-type" || name === "content-md5" ? "signed" : "unsigned";
}
