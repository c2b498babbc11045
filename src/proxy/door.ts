import type { Head } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";
import { repeatedSingle } from "../upstream/headers.ts";

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"]);

/** Origin form (RFC 9112 section 3.2.1) of visible ASCII, without `#`, which ends a path, and `\`, which some read as `/`. */
const TARGET = /^\/[!"$-[\]-~]*$/;

/** A query that carries a signature: SigV4's or SigV2's. */
const PRESIGNED =
  /[?&](?:x-amz-(?:signature|credential|algorithm|security-token)|awsaccesskeyid|signature)(?:=|&|$)/i;

/**
 * Turns away what can be read in two ways, before anybody reads it.
 *
 * @throws Refusal method-not-allowed, target-malformed, target-ambiguous, presigned-not-accepted
 */
export function checkDoor({ method, target, headers }: Head): void {
  if (!METHODS.has(method)) throw new Refusal("method-not-allowed");
  if (!TARGET.test(target)) throw new Refusal("target-malformed", { detail: "not in origin form" });
  if (target.includes("?") && PRESIGNED.test(target)) throw new Refusal("presigned-not-accepted");
  const repeated = repeatedSingle(headers);
  if (repeated !== undefined) throw new Refusal("target-ambiguous", { detail: `${repeated} stands twice` });
}
