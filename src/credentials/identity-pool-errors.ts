import { Refusal, type RefusalCode } from "../domain/refusal.ts";
import type { Reply } from "../outbound/call.ts";
import { AwsError, type Meaning, refusalOf } from "./aws-error.ts";
import { readJsonError } from "./json-error.ts";

/** What the errors of the identity pool's API mean (Amazon Cognito Federated Identities API reference, "Errors"). */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ["NotAuthorizedException", "denied"],
  ["InvalidParameterException", "denied"],
  ["ResourceConflictException", "denied"], // the login is linked to another identity
  ["ResourceNotFoundException", "misconfigured"], // no such pool; or no such identity, which is asked for anew
  ["InvalidIdentityPoolConfigurationException", "misconfigured"], // no role, or one that does not trust the pool
  ["TooManyRequestsException", "throttled"],
  ["LimitExceededException", "throttled"],
  ["ExternalServiceException", "failed"], // the user pool did not answer the identity pool
  ["InternalErrorException", "failed"],
]);

/** Of GetOpenIdToken it means that the pool does not allow the basic flow, to anybody. */
const MEANINGS_BASIC: ReadonlyMap<string, Meaning> = new Map([
  ...MEANINGS,
  ["InvalidParameterException", "misconfigured"],
]);

/**
 * Makes the refusal of an error answer of the identity pool.
 *
 * @param denied the code for `denied`
 */
export function identityPoolRefusal(operation: string, reply: Reply, denied: RefusalCode): Refusal {
  const meanings = operation === "GetOpenIdToken" ? MEANINGS_BASIC : MEANINGS;
  return refusalOf({ operation, status: reply.status, type: readJsonError(reply).code }, meanings, denied);
}

/** Whether an identity pool no longer knows the identity that it was asked for. */
export function isUnknownIdentity(error: unknown): boolean {
  const cause = error instanceof Refusal ? error.cause : undefined;
  return cause instanceof AwsError && cause.type === "ResourceNotFoundException";
}
