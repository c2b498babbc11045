import { hash, timingSafeEqual } from "node:crypto";
import type { Head } from "../../domain/head.ts";
import { Refusal } from "../../domain/refusal.ts";
import { hasBody } from "../has-body.ts";
import type { AuthorizeRules } from "./rules.ts";

/** Where the outer proxy shows that it is the one. */
export const SECRET_HEADER = "x-postern-secret";

/** What some outer proxies append to it is the client's path, and is said better in a header. */
const PATH = /^\/\.postern\/authorize(?:[/?]|$)/;

/**
 * Lets nobody ask but the outer proxy, and it in its own way only.
 *
 * @throws Refusal authorize-refused, upstream-unknown, body-malformed
 */
export function checkOuter(head: Head, { secret }: AuthorizeRules): void {
  if (secret !== undefined && !isSecret(head, secret))
    throw new Refusal("authorize-refused", { detail: "not the outer proxy's secret" });
  if (!PATH.test(head.target))
    throw new Refusal("upstream-unknown", { detail: "a path other than /.postern/authorize" });
  // It would be read by nobody, and signed for by nobody.
  if (hasBody(head)) throw new Refusal("body-malformed", { detail: "a body, where an outer proxy asks" });
}

/** Of digests nothing can be learnt by their comparison, and they are of one length. */
function isSecret({ headers }: Head, secret: string): boolean {
  const shown = headers.get(SECRET_HEADER) ?? "";
  return !headers.repeated.includes(SECRET_HEADER) && timingSafeEqual(digestOf(shown), digestOf(secret));
}

function digestOf(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
