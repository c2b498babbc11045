import type { Faces } from "../admin/faces.ts";
import { bodyLimitsOf, listenerLimitsOf } from "../config/stages.ts";
import type { Listener } from "../proxy/listener.ts";
import type { Observed } from "../telemetry/observed.ts";
import type { AuthorizeFace } from "./authorize.ts";
import { issuersIn } from "./brokers.ts";
import type { Lock } from "./lock.ts";
import type { Reminder } from "./reminder.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Surroundings } from "./surroundings.ts";
import { told } from "./told.ts";
import type { Tracing } from "./tracing.ts";

/** What goes by the configuration, and lasts. */
export interface Adopting extends Pick<Surroundings, "log"> {
  readonly listener: Listener;
  readonly authorize: AuthorizeFace;
  readonly observed: Observed;
  readonly reminder: Reminder;
  readonly lock: Lock;
  readonly faces: Faces;
  readonly tracing: Tracing;
}

/** Lets it go by another configuration from now on. */
export function adopt(
  { listener, authorize, log, observed, reminder, lock, faces, tracing }: Adopting,
  { config, tls, operatorToken, bodies }: Snapshot,
): void {
  listener.adopt(listenerLimitsOf(config), tls.listen);
  authorize.adopt(config, tls.authorize);
  faces.show(tls.operator, operatorToken);
  lock.follow(config.operator.lockFile);
  bodies.adopt(...bodyLimitsOf(config));
  log.adopt(config.log);
  observed.adopt(issuersIn(config));
  void tracing
    .adopt(config.tracing)
    .catch((error: unknown) => log.error("no spans are sent", { error: told(error) }));
  reminder.remind();
  void listener.review();
}
