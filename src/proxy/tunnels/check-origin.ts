import type { Caller } from "../../domain/caller.ts";
import type { Head } from "../../domain/head.ts";
import { Refusal } from "../../domain/refusal.ts";
import { type AmbientRules, checkAmbient } from "../ambient.ts";
import type { WebSocketRules } from "../live.ts";
import type { Handshake } from "./handshake.ts";

/**
 * Turns away pages that are not listed: browsers ask nobody before they open a WebSocket, so that any page could. A client
 * without an Origin is no page.
 *
 * @throws Refusal origin-not-allowed, query-not-allowed
 */
export function checkOrigin({ head, hasQueryToken }: Handshake, rules: WebSocketRules): void {
  const origin = head.headers.get("origin");
  if (origin !== undefined && !rules.origins.has(origin)) throw refused("a page that is not listed");
  if (hasQueryToken && (!rules.queryToken || origin === undefined))
    throw new Refusal("query-not-allowed", { detail: "a token in the query" });
}

/**
 * Turns away what a foreign page may have sent for a caller whose credential the browser adds by itself, or who needs none.
 * A cookie speaks for its user from listed pages alone; a guest's client may say on purpose that it is none of a browser's.
 *
 * @throws Refusal origin-not-allowed
 */
export function checkAmbientUpgrade(
  head: Head,
  caller: Caller,
  ambient: AmbientRules,
  { origins }: WebSocketRules,
): void {
  if (!caller.ambient) return;
  const isGuest = caller.kind === "guest";
  const { headers } = head;
  checkAmbient(head, ambient, isGuest ? origins : undefined);
  const origin = headers.get("origin");
  const mayBe = isGuest
    ? origin !== undefined || headers.get("x-postern-client") === "1"
    : origin !== undefined && ambient.origins.has(origin);
  if (!mayBe) throw refused("an upgrade without a listed Origin");
}

function refused(detail: string): Refusal {
  return new Refusal("origin-not-allowed", { detail });
}
