import type { Caller, Login } from "../domain/caller.ts";
import { Refusal } from "../domain/refusal.ts";

/**
 * The login that AWS is shown for a caller. A guest has none, whatever else is said of it.
 *
 * @throws Refusal id-token-required
 */
export function loginOf({ kind, login }: Caller): Login {
  if (kind === "guest") throw new Refusal("id-token-required", { detail: "a guest has no login" });
  if (login === undefined)
    throw new Refusal("id-token-required", { detail: "the caller presented no ID token" });
  return login;
}
