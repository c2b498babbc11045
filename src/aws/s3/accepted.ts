// Groups of `x-amz-` headers that operations accept: exact names, or prefixes that end in `-` (S3 API reference).

/** Of listings. */
export const LISTED = ["x-amz-optional-object-attributes"];

/** Digests of what is sent. */
export const CHECKSUM = ["x-amz-checksum-", "x-amz-sdk-checksum-algorithm"];

/** Who may do what with an object or bucket; each adds a requirement (see `headers.ts`). */
export const GRANTS = [
  "x-amz-acl",
  "x-amz-grant-full-control",
  "x-amz-grant-read",
  "x-amz-grant-read-acp",
  "x-amz-grant-write",
  "x-amz-grant-write-acp",
];

/** Adds a requirement too. */
export const BYPASS = ["x-amz-bypass-governance-retention"];

/** A key that the customer sends along (S3 User Guide, SSE-C): a rule must name it (see `header-keys.ts`). */
export const CUSTOMER_KEY = [
  "x-amz-server-side-encryption-customer-algorithm",
  "x-amz-server-side-encryption-customer-key",
  "x-amz-server-side-encryption-customer-key-md5",
];

/** Of reads. The SDKs for Java and Ruby ask for a digest after the object by `x-amz-te`. */
export const READ = ["x-amz-checksum-", "x-amz-te", ...CUSTOMER_KEY];

/** Of whatever begins an object. Locks and tags add requirements; a key of KMS and a redirect a rule must name. */
export const WRITE = [
  ...CHECKSUM,
  ...GRANTS,
  ...CUSTOMER_KEY,
  "x-amz-meta-",
  "x-amz-object-lock-event-hold",
  "x-amz-object-lock-event-hold-duration-days",
  "x-amz-object-lock-event-hold-duration-years",
  "x-amz-object-lock-legal-hold",
  "x-amz-object-lock-mode",
  "x-amz-object-lock-retain-until-date",
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-aws-kms-key-id",
  "x-amz-server-side-encryption-bucket-key-enabled",
  "x-amz-server-side-encryption-context",
  "x-amz-storage-class",
  "x-amz-tagging",
  "x-amz-website-redirect-location",
];

/** Of copies: the source, and what it is to be like. */
export const COPY_SOURCE = [
  "x-amz-copy-source",
  "x-amz-copy-source-if-",
  ...CUSTOMER_KEY.map((name) => name.replace("x-amz-", "x-amz-copy-source-")),
  "x-amz-source-expected-bucket-owner",
];
