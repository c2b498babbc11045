import type { Headers } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";

/**
 * Finds the value of one cookie (RFC 6265 section 4.2.1: pairs parted by `; `, a value bare or in double quotes); the
 * others are none of Postern's business. Undefined where it is not there.
 *
 * Servers read this header in many ways. What any of them might take for the cookie was presented, so it is found or
 * refused, never passed over.
 *
 * @throws Refusal two-tokens, token-malformed
 */
export function findCookie(headers: Headers, name: string): string | undefined {
  const text = headers.get("cookie");
  if (text === undefined || !text.includes(name)) return undefined;
  const loose = text.split(/[;,]/).filter((part) => part.split("=", 1)[0]?.trim() === name);
  if (loose.length === 0) return undefined;
  if (loose.length > 1 || headers.repeated.includes("cookie"))
    throw new Refusal("two-tokens", { detail: "the cookie may stand twice" });
  const pair = text.split("; ").find((part) => part.startsWith(`${name}=`));
  if (pair === undefined) throw new Refusal("token-malformed", { detail: "the cookie is not well formed" });
  const value = pair.slice(name.length + 1);
  return /^"[^"]*"$/.test(value) ? value.slice(1, -1) : value;
}
