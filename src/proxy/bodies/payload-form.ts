import type { Headers } from "../../domain/head.ts";
import type { HeaderLine } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { type PayloadPlan, planPayload } from "../../signing/payload.ts";

/** In which form a streamed body goes upstream, and the headers that say so. */
export interface PayloadForm {
  readonly plan: PayloadPlan;
  readonly signed: readonly HeaderLine[];
  readonly unsigned: readonly HeaderLine[];
}

/**
 * The form of a body as the client's own headers state it: as it comes, or out of one aws-chunked framing and into
 * another. Not a byte of it is read.
 *
 * @throws Refusal length-required, body-malformed, payload-mismatch
 */
export function payloadFormOf(headers: Headers): PayloadForm {
  const plan = planPayload({
    contentSha256: headers.get("x-amz-content-sha256"),
    contentEncoding: headers.get("content-encoding"),
    decodedLength: headers.get("x-amz-decoded-content-length"),
    trailer: headers.get("x-amz-trailer"),
    contentLength: headers.get("content-length"),
    transferEncoding: headers.get("transfer-encoding"),
  });
  if (plan.kind === "fault") throw new Refusal(plan.code, { detail: plan.detail });
  const unsigned: HeaderLine[] = [];
  if (plan.contentEncoding !== undefined) unsigned.push(["content-encoding", plan.contentEncoding]);
  if (plan.kind !== "empty" && plan.contentLength !== undefined)
    unsigned.push(["content-length", String(plan.contentLength)]);
  const signed: HeaderLine[] =
    plan.kind === "reframe-trailer"
      ? [
          ["x-amz-decoded-content-length", String(plan.decodedLength)],
          ["x-amz-trailer", plan.trailerNames.join(",")],
        ]
      : [];
  return { plan, signed, unsigned };
}
