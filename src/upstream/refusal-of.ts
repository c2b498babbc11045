import { Refusal, type RefusalCode } from "../domain/refusal.ts";

/** Codes that the body's own faults have, and what undici calls a body of another length than was stated. */
const BODY_FAULTS: ReadonlyMap<unknown, RefusalCode> = new Map([
  ["payload-mismatch", "payload-mismatch"],
  ["body-malformed", "body-malformed"],
  ["UND_ERR_REQ_CONTENT_LENGTH_MISMATCH", "payload-mismatch"],
]);

/** What undici calls a request that it will not write: nothing that a client sends should get this far. */
const UNWRITABLE: ReadonlySet<unknown> = new Set(["UND_ERR_INVALID_ARG", "UND_ERR_NOT_SUPPORTED"]);

/** The refusal that a failed forwarding is. The body's own faults come through as they are; the rest is the upstream's. */
export function refusalOf(error: Error): Refusal {
  if (error instanceof Refusal) return error;
  const code = "code" in error ? error.code : undefined;
  const fault = BODY_FAULTS.get(code);
  if (fault !== undefined) return new Refusal(fault, { cause: error, detail: error.message });
  if (UNWRITABLE.has(code)) return new Refusal("internal", { cause: error, detail: error.message });
  const kind = code === "UND_ERR_HEADERS_TIMEOUT" ? "upstream-timeout" : "upstream-unreachable";
  return new Refusal(kind, { cause: error, detail: typeof code === "string" ? code : error.message });
}
