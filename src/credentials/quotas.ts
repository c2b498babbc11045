/** An API operation through which credentials are got. */
export type Operation = keyof typeof QUOTAS;

/**
 * Calls a second that an account may make in a region, and so may Postern where nothing else is configured. AWS raises
 * most of them when asked, and counts every process of the account together.
 *
 * - Amazon Cognito identity pools: Developer Guide, Quotas in Amazon Cognito.
 * - STS: 600 for all calls signed with credentials (IAM User Guide, IAM and AWS STS quotas), here assumed for each. For
 *   AssumeRoleWithWebIdentity, which nobody signs, AWS publishes no number: the same is assumed.
 */
export const QUOTAS = {
  GetId: 25,
  GetOpenIdToken: 200,
  GetCredentialsForIdentity: 200,
  AssumeRole: 600,
  AssumeRoleWithWebIdentity: 600,
  GetCallerIdentity: 600,
} as const;
