import { LocalError } from "../request.ts";
import { CHECKSUM_ALGORITHMS, checksumAlgorithm, checksumHeader, createChecksum } from "./checksum.ts";
import type { ChecksumAlgorithm } from "./checksum.ts";
import { invalidRequest } from "./refusals.ts";
import type { S3Payload, S3Request } from "./request.ts";

/** What a client says of its content, so that damage on the way is noticed. */
export interface Claim {
  /** Which checksum the client sends; undefined when it sends none. */
  readonly algorithm: ChecksumAlgorithm | undefined;
  /** Undefined when it comes as a trailer. */
  readonly value: string | undefined;
  readonly md5: string | undefined;
}

/** What the content turned out to be; `checksum` is of the algorithm that was asked for. */
export interface Measured {
  /** Hexadecimal: the ETag of an object that was not uploaded in parts. */
  readonly md5: string;
  /** Base64. */
  readonly checksum: string;
  readonly algorithm: ChecksumAlgorithm;
}

/** `x-amz-checksum-*` headers that are no checksum. */
const ABOUT_CHECKSUMS = new Set(["x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"]);

/**
 * Reads what a call claims of its content.
 *
 * @throws LocalError InvalidRequest, InvalidDigest
 */
export function readClaim({ headers }: S3Request): Claim {
  const md5 = headers.get("content-md5");
  if (md5 !== undefined && !isBase64Of(md5, 16)) {
    throw new LocalError("InvalidDigest", "The Content-MD5 you specified was invalid.", 400, {
      "Content-MD5": md5,
    });
  }
  const names = [...headers.keys()].filter(
    (name) => name.startsWith("x-amz-checksum-") && !ABOUT_CHECKSUMS.has(name),
  );
  const trailers = (headers.get("x-amz-trailer") ?? "").toLowerCase().split(",");
  names.push(...trailers.map((name) => name.trim()).filter((name) => name.startsWith("x-amz-checksum-")));
  const [name, ...others] = names;
  if (others.length > 0) {
    throw invalidRequest(
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  }
  if (name === undefined) {
    if (headers.has("x-amz-sdk-checksum-algorithm")) throw announcedButAbsent();
    return { algorithm: undefined, value: undefined, md5 };
  }
  const algorithm = supported(name.slice("x-amz-checksum-".length));
  const value = headers.get(name);
  if (value !== undefined) checkForm(name, algorithm, value);
  return { algorithm, value, md5 };
}

/**
 * The algorithm of a name that a client wrote.
 *
 * @throws LocalError InvalidRequest
 */
export function supported(name: string): ChecksumAlgorithm {
  const algorithm = checksumAlgorithm(name);
  if (algorithm !== undefined) return algorithm;
  const known = CHECKSUM_ALGORITHMS.join(", ");
  throw invalidRequest(
    `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${known}]`,
  );
}

/** Passes a stream through and measures it; `measured` is true of what has passed. */
export function measure(
  source: AsyncIterable<Buffer>,
  algorithm: ChecksumAlgorithm,
): { readonly source: AsyncIterable<Buffer>; readonly measured: () => Measured } {
  const md5 = createChecksum("MD5");
  const checksum = createChecksum(algorithm);
  const pass = async function* (): AsyncGenerator<Buffer, void> {
    for await (const chunk of source) {
      md5.update(chunk);
      checksum.update(chunk);
      yield chunk;
    }
  };
  return {
    source: pass(),
    measured: () => ({
      md5: md5.digest().toString("hex"),
      checksum: checksum.digest().toString("base64"),
      algorithm,
    }),
  };
}

/**
 * Holds the content against its claim, once it has all arrived.
 *
 * @throws LocalError BadDigest, InvalidRequest
 */
export function verifyClaim(
  claim: Claim,
  measured: Measured,
  trailers: ReturnType<S3Payload["trailers"]>,
): void {
  const md5 = Buffer.from(measured.md5, "hex").toString("base64");
  if (claim.md5 !== undefined && claim.md5 !== md5) {
    const message = "The Content-MD5 you specified did not match what we received.";
    throw new LocalError("BadDigest", message, 400, { ExpectedDigest: claim.md5, CalculatedDigest: md5 });
  }
  if (claim.algorithm === undefined) return;
  const name = checksumHeader(claim.algorithm);
  const value = claim.value ?? trailers.get(name);
  if (value === undefined) throw announcedButAbsent();
  checkForm(name, claim.algorithm, value);
  if (value !== measured.checksum) {
    const message = `The ${claim.algorithm} you specified did not match the calculated checksum.`;
    throw new LocalError("BadDigest", message, 400);
  }
}

function checkForm(name: string, algorithm: ChecksumAlgorithm, value: string): void {
  if (!isBase64Of(value, createChecksum(algorithm).digest().length)) {
    throw invalidRequest(`Value for ${name} header is invalid.`);
  }
}

function isBase64Of(value: string, length: number): boolean {
  const bytes = Buffer.from(value, "base64");
  return bytes.length === length && bytes.toString("base64") === value;
}

function announcedButAbsent(): LocalError {
  return invalidRequest(
    "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
  );
}
