import type { Got, Life } from "./life.ts";
import type { Wish } from "./memory.ts";

/** Credentials of the shared tier: they end no later than the token that they were got with. */
export type Kept = Got & { readonly gotAtMs: number };

/** Writes down credentials, with whose they are and from when until when they may be used. */
export function writeRecord(wish: Wish, credentials: Got, { gotAtMs, endsAtMs }: Life): string {
  const kept: Kept = { ...credentials, gotAtMs, expiresAtMs: endsAtMs };
  return JSON.stringify({ whose: whoseOf(wish), kept });
}

/**
 * Reads what {@link writeRecord} wrote, and nobody else can have, if it is about this very wish. The seal has said as much
 * already; but whose credentials they are is not left to a single check.
 *
 * @returns `ended` where they were this caller's; whether a store still has them is a matter of two clocks
 */
export function readRecord(text: string, wish: Wish, nowMs: number): Kept | "ended" | "another's" {
  const { whose, kept } = JSON.parse(text) as { readonly whose: unknown; readonly kept: Kept };
  if (JSON.stringify(whose) !== JSON.stringify(whoseOf(wish))) return "another's";
  return nowMs < kept.expiresAtMs ? kept : "ended";
}

function whoseOf({ permit: { source, role, session }, caller: { kind, issuer, subject, clientId } }: Wish) {
  return { kind, issuer, subject, clientId, source, role, session: session?.digest };
}
