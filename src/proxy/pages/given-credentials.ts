/** Credentials as SDKs read them from a container's endpoint (AWS SDKs and Tools reference, container credential provider). */
export interface GivenCredentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  /** The session token. */
  readonly Token: string;
  /** ISO 8601, in whole seconds. */
  readonly Expiration: string;
  readonly AccountId?: string;
}

/** A time in epoch milliseconds as such an answer has it; what is left of a second is cut off. */
export function inSeconds(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d{3}Z$/, "Z");
}
