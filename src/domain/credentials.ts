/** Temporary AWS credentials of one caller in one role. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Epoch milliseconds. */
  readonly expiresAtMs: number;
  /** The role that STS says these credentials hold, as an assumed-role ARN; undefined where the check is off. */
  readonly assumedRoleArn?: string | undefined;
  /** The identity pool's id of the caller, where a pool was asked. */
  readonly identityId?: string | undefined;
}
