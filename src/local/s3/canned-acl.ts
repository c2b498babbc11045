/** The access control lists that S3 knows by name. */
export type CannedAcl = (typeof CANNED_ACLS)[number];

/** Their names. */
export const CANNED_ACLS = [
  "private",
  "public-read",
  "public-read-write",
  "authenticated-read",
  "aws-exec-read",
  "bucket-owner-read",
  "bucket-owner-full-control",
  "log-delivery-write",
] as const;

/** An access control list: one that S3 knows by name, or the grants that somebody wrote, as XML. */
export type Acl = CannedAcl | { readonly grants: string };
