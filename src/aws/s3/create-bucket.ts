import { Refusal } from "../../domain/refusal.ts";
import type { KeyEntry } from "../dynamodb/key-entry.ts";
import { membersOf, parseStrictXml, textOf } from "../strict-xml.ts";

/** What the tags of a new bucket need. */
export const TAGGING_BUCKET = "s3:TagResource";

/** In lower case. */
const LOCATION_KEY = "s3:locationconstraint";

/** An old name of one region (API reference, CreateBucketConfiguration). */
const OLD_NAME = "EU";
const OLD_REGION = "eu-west-1";

/** What the body of CreateBucket says besides that there is to be a bucket. */
export interface NewBucket {
  /** Actions that it needs. */
  readonly implied: readonly string[];
  readonly told: readonly KeyEntry[];
}

/**
 * Reads the body of CreateBucket for what is more than the making of a bucket in the region that was asked.
 *
 * A bucket's place and kind (`Location`, `Bucket`) are about directory buckets, which are another thing to IAM.
 *
 * @param text empty where the bucket is for the region of the endpoint, and without tags
 * @param region the one that was asked: us-east-1 would make a bucket in any other
 * @throws Refusal body-malformed, operation-unknown, region-not-configured
 */
export function readCreateBucket(text: string, region: string): NewBucket {
  if (text === "") return { implied: [], told: [] };
  const root = parseStrictXml(text, "CreateBucketConfiguration");
  const members = membersOf(root, ["LocationConstraint", "Tags", "Location", "Bucket"]);
  if (members.has("Location") || members.has("Bucket")) {
    throw new Refusal("operation-unknown", { detail: "S3 CreateBucket of a directory bucket" });
  }
  return {
    implied: members.has("Tags") ? [TAGGING_BUCKET] : [],
    told: toldOf(textOf(members, "LocationConstraint"), region),
  };
}

/** An empty one is none to S3; what it is to IAM, and what the old name is, nobody says. */
function toldOf(location: string | undefined, region: string): readonly KeyEntry[] {
  if (location === undefined) return [];
  if (location === region) return [[LOCATION_KEY, [location]]];
  if (location !== "" && !(location === OLD_NAME && region === OLD_REGION)) {
    throw new Refusal("region-not-configured", { detail: "S3 CreateBucket in a region that was not asked" });
  }
  return [[LOCATION_KEY, "unknown"]];
}
