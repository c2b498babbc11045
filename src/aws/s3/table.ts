import { BUCKET_REPORTS } from "./bucket-reports.ts";
import { BUCKET_SETTINGS } from "./bucket-settings.ts";
import { BUCKETS } from "./buckets.ts";
import { OBJECT_SETTINGS } from "./object-settings.ts";
import { OBJECTS } from "./objects.ts";
import type { S3Row } from "./row.ts";

/**
 * Level, method and selector of a request → its operation (API reference, Amazon S3). What is not here is refused, not
 * guessed; what is left out on purpose `not-taken.ts` tells.
 */
export const S3_TABLE: Readonly<Record<string, S3Row>> = {
  ...BUCKETS,
  ...OBJECTS,
  ...OBJECT_SETTINGS,
  ...BUCKET_SETTINGS,
  ...BUCKET_REPORTS,
};
