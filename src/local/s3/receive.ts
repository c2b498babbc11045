import type { Body } from "./bodies.ts";
import type { ChecksumAlgorithm } from "./checksum.ts";
import { measure, readClaim, verifyClaim } from "./integrity.ts";
import type { Measured } from "./integrity.ts";
import { invalidRequest, malformedXml } from "./refusals.ts";
import type { S3Context, S3Payload, S3Request } from "./request.ts";

/** Content that has arrived whole and as its sender meant it. */
export interface Received {
  readonly body: Body;
  readonly measured: Measured;
}

const MAX_DOCUMENT_BYTES = 2 * 1024 * 1024;

/**
 * Takes the content of a call in and checks it; what does not check is gone again.
 *
 * `algorithm` is what to compute when the client sends no checksum, by default CRC64NVME as S3 does.
 *
 * @throws LocalError BadDigest, InvalidDigest, InvalidRequest, EntityTooLarge, and whatever the stream throws
 */
export async function receive(
  context: S3Context,
  request: S3Request,
  payload: S3Payload,
  algorithm: ChecksumAlgorithm = "CRC64NVME",
): Promise<Received> {
  const claim = readClaim(request);
  const { source, measured } = measure(payload.body, claim.algorithm ?? algorithm);
  const body = await keep(context, request, source);
  const result = measured();
  try {
    verifyClaim(claim, result, payload.trailers());
  } catch (error) {
    body.discard();
    throw error;
  }
  return { body, measured: result };
}

/** Takes bytes in for the key that a call names. */
export async function keep(
  { bodies, drops }: S3Context,
  { bucket = "", key = "" }: S3Request,
  source: AsyncIterable<Buffer>,
): Promise<Body> {
  return await (drops(bucket, key) ? bodies.drop(source) : bodies.write(source));
}

/**
 * Takes a document in, such as the list of a DeleteObjects call, and checks it.
 *
 * @throws LocalError InvalidRequest when a checksum is required and there is none, MalformedXML beyond 2 MiB
 */
export async function receiveDocument(
  request: S3Request,
  payload: S3Payload,
  needs: "checksum" | "nothing",
): Promise<Buffer> {
  const claim = readClaim(request);
  if (needs === "checksum" && claim.algorithm === undefined && claim.md5 === undefined) {
    throw invalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  }
  const { source, measured } = measure(payload.body, claim.algorithm ?? "CRC32");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > MAX_DOCUMENT_BYTES) throw malformedXml();
    chunks.push(chunk);
  }
  verifyClaim(claim, measured(), payload.trailers());
  return Buffer.concat(chunks);
}
