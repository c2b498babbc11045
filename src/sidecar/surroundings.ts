import type { Config } from "../config/schema.ts";
import type { Ambient } from "../credentials/assume-role.ts";
import type { Clock } from "../domain/clock.ts";
import type { Log } from "../telemetry/log.ts";

/** A configuration that was checked. */
export interface Loaded {
  readonly config: Config;
  /** As it was written, for `/config`. */
  readonly document: unknown;
}

/** What a sidecar is made of besides its configuration. */
export interface Surroundings {
  readonly version: string;
  readonly log: Log;
  readonly now: Clock;
  /** Ends the process as SIGTERM does. */
  readonly quit: () => void;
  /** Who the sidecar is itself, where not what the AWS SDK's provider chain finds. */
  readonly ambient?: Ambient | undefined;
}
