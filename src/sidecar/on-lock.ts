import type { Listener } from "../proxy/listener.ts";
import type { Log } from "../telemetry/log.ts";
import type { AuthorizeFace } from "./authorize.ts";
import type { Brokers } from "./brokers.ts";
import type { OnLock } from "./lock.ts";

/** What goes on in a sidecar. */
interface Going {
  readonly listener: Pick<Listener, "stop">;
  readonly authorize: Pick<AuthorizeFace, "stop">;
  readonly brokers: Pick<Brokers, "forget">;
  readonly log: Log;
}

/** How a lock has changed. */
interface LockChange {
  readonly isOn: boolean;
  readonly by: Parameters<OnLock>[1];
}

/**
 * Stops what goes on, and forgets all credentials. What sidecars share stays: it is sealed, a sidecar that is locked reads none
 * of it, and the others, who are not locked, would have to ask AWS for everything at once.
 */
export function onLock({ isOn, by }: LockChange, { listener, authorize, brokers, log }: Going): void {
  if (isOn) log.audit("lock", "Postern is locked", { by }, "warn");
  else log.audit("unlock", "Postern is unlocked", { by }, "warn");
  // At the end too: what was asked for before the lock may have come since.
  brokers.forget(() => true);
  if (!isOn) return;
  listener.stop();
  authorize.stop();
}
