import type { ServerResponse } from "node:http";
import type { Refusal } from "../domain/refusal.ts";
import type { Outcome } from "../telemetry/outcome.ts";
import type { Forwarded } from "../upstream/signed-request.ts";

/** How a visit ended. */
export interface Ending {
  readonly refusal?: Refusal | undefined;
  readonly forwarded?: Forwarded | undefined;
  /** Another protocol was taken up: the client was told `101 Switching Protocols`. */
  readonly upgraded?: true;
}

/** What nginx logs where the client left before there was a status. */
const CLIENT_LEFT = 499;
const SWITCHING_PROTOCOLS = 101;

/** What the client was told. */
export function statusOf({ upgraded }: Ending, response: ServerResponse): number {
  if (upgraded === true) return SWITCHING_PROTOCOLS;
  return response.headersSent ? response.statusCode : CLIENT_LEFT;
}

/** What is made of it in a word. */
export function outcomeOf(
  { refusal, forwarded, upgraded }: Ending,
  response: ServerResponse,
): Outcome["outcome"] {
  if (upgraded === true) return "ok";
  if (refusal !== undefined) return "refused";
  if (forwarded?.broken === "upstream") return "upstream-broken";
  return forwarded?.broken === "client" || !response.headersSent ? "client-gone" : "ok";
}
