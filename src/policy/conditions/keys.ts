/** A condition key that Postern knows. */
export interface ConditionKey {
  /** As two names of one key are compared: in lower case, but for the name of a claim. */
  readonly name: string;
  /** The claim of the caller that it stands for; undefined of every other key. */
  readonly claim: string | undefined;
}

/**
 * Every key that is no claim, as AWS writes it (IAM user guide, global condition context keys; Service Authorization
 * Reference, Amazon S3 and Amazon DynamoDB): those that can be told from a request alone.
 */
export const KEY_NAMES: readonly string[] = [
  "aws:CurrentTime",
  "aws:EpochTime",
  "aws:RequestedRegion",
  "aws:SourceIp",
  "dynamodb:Attributes",
  "dynamodb:EnclosingOperation",
  "dynamodb:LeadingKeys",
  "dynamodb:ReturnConsumedCapacity",
  "dynamodb:ReturnValues",
  "dynamodb:Select",
  "s3:LocationConstraint",
  "s3:RequestObjectTagKeys",
  "s3:VersionId",
  "s3:annotation-prefix",
  "s3:delimiter",
  "s3:max-annotation-results",
  "s3:max-keys",
  "s3:object-lock-event-hold",
  "s3:object-lock-event-hold-duration-days",
  "s3:object-lock-legal-hold",
  "s3:object-lock-mode",
  "s3:object-lock-retain-until-date",
  "s3:prefix",
  "s3:x-amz-acl",
  "s3:x-amz-bucket-namespace",
  "s3:x-amz-copy-source",
  "s3:x-amz-grant-full-control",
  "s3:x-amz-grant-read",
  "s3:x-amz-grant-read-acp",
  "s3:x-amz-grant-write",
  "s3:x-amz-grant-write-acp",
  "s3:x-amz-metadata-directive",
  "s3:x-amz-object-annotation-directive",
  "s3:x-amz-object-if-match",
  "s3:x-amz-object-ownership",
  "s3:x-amz-server-side-encryption",
  "s3:x-amz-server-side-encryption-aws-kms-key-id",
  "s3:x-amz-server-side-encryption-customer-algorithm",
  "s3:x-amz-storage-class",
  "s3:x-amz-website-redirect-location",
];

/** Postern's own: the configured name of the upstream. Rules write it as `upstreams`. */
export const UPSTREAM_KEY = "postern:Upstream";

/** Begins a family of keys, each ending in the key of a tag. */
export const TAG_KEY = "s3:RequestObjectTag/";

/** Of others than ASCII nobody says which are the same but for case: no request tells them. */
const TAG_NAME = /^[\x20-\x7e]+$/;

const OF_REQUEST = /^(?:s3|dynamodb):/i;

/** Begins the keys that stand for claims; unlike it the name that follows keeps its case, as JSON does. */
const CLAIM = "claim:";
/** Names that `${claim:NAME}` takes too. */
const CLAIM_NAME = /^[^\s:${}"\p{Cc}](?:[^\s${}"\p{Cc}]*[^\s:${}"\p{Cc}])?$/u;

const known: ReadonlySet<string> = new Set([...KEY_NAMES, UPSTREAM_KEY].map((name) => name.toLowerCase()));

/** Reads the name of a key as a rule writes it; undefined for a key that Postern does not know. */
export function readKey(written: string): ConditionKey | undefined {
  const claim = claimOf(written);
  if (claim !== undefined) {
    return CLAIM_NAME.test(claim) ? { name: `${CLAIM}${claim}`, claim } : undefined;
  }
  const name = written.toLowerCase();
  const isTag = name.startsWith(TAG_KEY.toLowerCase()) && TAG_NAME.test(written.slice(TAG_KEY.length));
  return isTag || known.has(name) ? { name, claim: undefined } : undefined;
}

/** Whether a key is of what a request asks (`Requirement.keys`), and not of who asks, when, from where and of which upstream. */
export function isOfRequest(name: string): boolean {
  return OF_REQUEST.test(name);
}

/** What a key that begins like a claim names, be it a claim or not. */
export function claimOf(written: string): string | undefined {
  return written.slice(0, CLAIM.length).toLowerCase() === CLAIM ? written.slice(CLAIM.length) : undefined;
}
