import { Refusal } from "../../domain/refusal.ts";
import { membersOf, parseStrictXml } from "../strict-xml.ts";

/** What the tags of a new bucket need. */
export const TAGGING_BUCKET = "s3:TagResource";

/**
 * Reads the body of CreateBucket for what is more than the making of a bucket, and says which actions that needs.
 *
 * A bucket's place and kind (`Location`, `Bucket`) are about directory buckets, which are another thing to IAM.
 *
 * @param text empty where the bucket is for the region of the endpoint, and without tags
 * @throws Refusal body-malformed, operation-unknown
 */
export function readCreateBucket(text: string): readonly string[] {
  if (text === "") return [];
  const root = parseStrictXml(text, "CreateBucketConfiguration");
  const members = membersOf(root, ["LocationConstraint", "Tags", "Location", "Bucket"]);
  if (members.has("Location") || members.has("Bucket")) {
    throw new Refusal("operation-unknown", { detail: "S3 CreateBucket of a directory bucket" });
  }
  return members.has("Tags") ? [TAGGING_BUCKET] : [];
}
