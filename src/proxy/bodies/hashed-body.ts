import type { HeaderLine, Operation } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { ChunkedError, createChunkParser, type FramedBody } from "../../signing/chunk-parser.ts";
import { type PayloadPlan, UNSIGNED_PAYLOAD, UNSIGNED_PAYLOAD_TRAILER } from "../../signing/payload.ts";
import type { BodyReader } from "./body.ts";
import { hasBody } from "../has-body.ts";
import { payloadFormOf } from "./payload-form.ts";
import type { Visit } from "../visit.ts";

/**
 * Reads a body that would be streamed, so that it can be hashed. S3 alone takes bodies that no signature covers; and over
 * plain HTTP to another machine anybody on the way could change those. Where the client's own digest covers what goes to
 * S3, or there is no body, the operation stays as it is.
 *
 * @throws Refusal length-required, body-malformed, payload-mismatch, body-too-large, overloaded
 */
export function withHashedBody(
  visit: Visit,
  operation: Operation,
  bodies: BodyReader,
  maxBytes: number,
): Operation | Promise<Operation> {
  if (operation.payload.kind === "buffered") return operation;
  if (operation.service !== "s3") return withPlainBody(visit, operation, bodies, maxBytes);
  const { plan } = payloadFormOf(visit.head.headers);
  if (plan.payloadHash !== UNSIGNED_PAYLOAD && plan.payloadHash !== UNSIGNED_PAYLOAD_TRAILER)
    return operation;
  return bodies.read(visit, maxBytes).then((body) => {
    const { bytes, trailers } = "decodedLength" in plan ? unframe(body, plan) : { bytes: body, trailers: [] };
    const contentEncoding = storedEncodingOf(plan);
    return {
      ...operation,
      headers: [...operation.headers, ...newLines(trailers, operation.headers)],
      payload: { kind: "buffered", bytes, ...(contentEncoding !== undefined && { contentEncoding }) },
    };
  });
}

/** Services other than S3 know no framing of their own, and take the body as it came. */
function withPlainBody(
  visit: Visit,
  operation: Operation,
  bodies: BodyReader,
  maxBytes: number,
): Operation | Promise<Operation> {
  if (!hasBody(visit.head)) return operation;
  const contentEncoding = visit.head.headers.get("content-encoding");
  return bodies.read(visit, maxBytes).then((bytes) => ({
    ...operation,
    payload: { kind: "buffered", bytes, ...(contentEncoding !== undefined && { contentEncoding }) },
  }));
}

/**
 * A checksum may stand before a body as well as behind it; in both places it must be the same, and is sent once.
 *
 * @throws Refusal body-malformed
 */
function newLines(trailers: readonly HeaderLine[], headers: readonly HeaderLine[]): readonly HeaderLine[] {
  return trailers.filter(([name, value]) => {
    const before = headers.find(([other]) => other === name);
    if (before !== undefined && before[1] !== value)
      throw new Refusal("body-malformed", { detail: `${name} before the body and behind it differ` });
    return before === undefined;
  });
}

/** Moves what is framed together where it stands: it begins no later there than it came, and takes no memory. */
function unframe(
  body: Buffer,
  promised: FramedBody,
): { readonly bytes: Buffer; readonly trailers: readonly HeaderLine[] } {
  let length = 0;
  const keep = (piece: Buffer): void => {
    length += piece.copy(body, length);
  };
  const parser = createChunkParser(promised);
  try {
    parser.write(body, keep);
    const trailers = parser.end(keep);
    return { bytes: body.subarray(0, length), trailers };
  } catch (error) {
    if (!(error instanceof ChunkedError)) throw error;
    throw new Refusal(error.code, { cause: error, detail: error.message });
  }
}

/** Without the framing, which stays behind. */
function storedEncodingOf({ contentEncoding }: PayloadPlan): string | undefined {
  const codings = (contentEncoding ?? "").split(",").map((coding) => coding.trim());
  return codings.filter((coding) => coding.toLowerCase() !== "aws-chunked").join(",") || undefined;
}
