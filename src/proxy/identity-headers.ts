import { type Caller, claimStrings, isKeptElsewhere } from "../domain/caller.ts";
import type { HeaderLine } from "../domain/operation.ts";
import { Refusal } from "../domain/refusal.ts";
import type { IdentityHeader } from "./live.ts";

/** A field value of which every recipient makes the same (RFC 9110 section 5.5): no space stands at an end. */
const VISIBLE = /^[!-~](?:[ -~]*[!-~])?$/;
const NONE: readonly HeaderLine[] = [];

/**
 * The headers that tell an application who the caller is, made of verified claims. A claim that the token has not gives no
 * header, and a guest has no claims.
 *
 * @throws Refusal claim-unusable: a text is not a single string of visible ASCII, or nobody here can tell the claim
 */
export function identityLines(headers: readonly IdentityHeader[], caller: Caller): readonly HeaderLine[] {
  if (headers.length === 0 || caller.kind === "guest") return NONE;
  return headers.flatMap((header): readonly HeaderLine[] => {
    const { name, claim } = header;
    if (isKeptElsewhere(caller.claims, claim)) throw unusable(header, "is to be had elsewhere");
    return Object.hasOwn(caller.claims, claim) ? [[name, valueOf(header, caller.claims[claim])]] : [];
  });
}

function valueOf(header: IdentityHeader, value: unknown): string {
  if (header.as === "json") return Buffer.from(JSON.stringify(claimStrings(value))).toString("base64url");
  if (typeof value !== "string" || !VISIBLE.test(value))
    throw unusable(header, "is no single string of visible ASCII");
  return value;
}

function unusable({ name, claim }: IdentityHeader, why: string): Refusal {
  return new Refusal("claim-unusable", { detail: `${claim}, which ${name} is made of, ${why}` });
}
