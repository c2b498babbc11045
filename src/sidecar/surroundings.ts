import type { Ambient } from "../credentials/assume-role.ts";
import type { Clock } from "../domain/clock.ts";
import type { Log } from "../telemetry/log.ts";

/** What a sidecar is made of besides its configuration. */
export interface Surroundings {
  readonly version: string;
  readonly log: Log;
  readonly now: Clock;
  /** The configuration as it was written, for `/config`. */
  readonly document: unknown;
  /** Who the sidecar is itself, where not what the AWS SDK's provider chain finds. */
  readonly ambient?: Ambient | undefined;
}
