import type { IamContext } from "../iam/context.ts";

/** One thing that IAM must allow for a call. */
export interface Requirement {
  /** `s3:GetObject`. */
  readonly action: string;
  readonly resource: string;
  /** The service's own condition keys. */
  readonly context: IamContext;
}
