import type { Denylist } from "../identity/denylist.ts";
import type { Listener } from "../proxy/listener.ts";
import type { Brokers } from "./brokers.ts";

/** What callers have who may come to stand in a denylist. */
interface Had {
  readonly listener: Pick<Listener, "review">;
  readonly brokers: Pick<Brokers, "forget">;
}

/** Takes from whoever is revoked the credentials that were got; resolves when no tunnel of theirs goes on any more. */
export function onRevoked({ isRevoked }: Denylist, { listener, brokers }: Had): Promise<void> {
  brokers.forget(isRevoked);
  return listener.review();
}
