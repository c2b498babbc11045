/** What users of the same groups did with success. It names no user. */
export interface Use {
  /** Configured name of their user pool or other issuer. */
  readonly issuer: string;
  /** All the groups of each of them, sorted; empty for users without any. */
  readonly groups: readonly string[];
  /** As IAM writes it, such as `s3:GetObject`. */
  readonly action: string;
  /** A resource pattern of a rule: an ARN, with `${claim:sub}` in place of the user's own, or a folder with `/*`. */
  readonly resource: string;
  /** The rule that permitted it; undefined where none did, and it was let through to be recorded. */
  readonly rule: string | undefined;
  /** ARN of the role that it was done with; undefined where the identity pool chose one and nobody told which. */
  readonly role: string | undefined;
  /** How often. */
  readonly times: number;
  /** How many different users; 2 means two or more. */
  readonly callers: 1 | 2;
  /** Epoch milliseconds. */
  readonly firstMs: number;
  /** Epoch milliseconds. */
  readonly lastMs: number;
}
