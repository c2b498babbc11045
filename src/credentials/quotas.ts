/** An API operation through which credentials are got, or made good for AWS IoT. */
export type Operation = keyof typeof QUOTAS;

/**
 * Calls a second that an account may make in a region, and so may Postern where nothing else is configured. AWS raises
 * most of them when asked, and counts every process of the account together.
 *
 * - Amazon Cognito identity pools: Developer Guide, Quotas in Amazon Cognito.
 * - STS: 600 for all calls signed with credentials (IAM User Guide, IAM and AWS STS quotas), here assumed for each. For
 *   AssumeRoleWithWebIdentity, which nobody signs, AWS publishes no number: the same is assumed.
 * - AWS IoT (AWS General Reference, AWS IoT Core endpoints and quotas): 10 and 15, of which a third is left to whoever
 *   else attaches policies.
 */
export const QUOTAS = {
  GetId: 25,
  GetOpenIdToken: 200,
  GetCredentialsForIdentity: 200,
  AssumeRole: 600,
  AssumeRoleWithWebIdentity: 600,
  GetCallerIdentity: 600,
  GetPolicy: 10,
  AttachPolicy: 10,
} as const;
