import { checkBucket } from "../aws/s3/target.ts";
import { written } from "./values.ts";

/** Whether S3 means nothing but a bucket by a name. */
export function isBucket(name: string): boolean {
  try {
    return checkBucket(name) === name;
  } catch {
    return false;
  }
}

/** A bucket, by its own name (S3 User Guide, bucket naming rules). */
export const bucketName = written(
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  "a bucket is named with 3 to 63 of a-z, 0-9, . and -",
).refine(isBucket, "AWS means something else than a bucket by this name");
