import type { World } from "../world.ts";

/** Whose S3 a request is for. */
export interface S3Place {
  readonly account: string;
  /** Of an endpoint that does not say its own. */
  readonly region: string;
  readonly accessPoints: NonNullable<World["accessPoints"]>;
}

/** The place that nobody made. */
export const LOCAL_PLACE: S3Place = { account: "123456789012", region: "us-east-1", accessPoints: [] };
