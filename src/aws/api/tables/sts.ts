import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

/**
 * AWS STS (API reference, 2011-06-15; Service Authorization Reference, AWS Security Token Service). What gives out
 * credentials is allowed only by rules that name it in full; policy sees to that.
 */
export const STS: ApiModel = {
  endpointPrefix: "sts",
  actionPrefix: "sts",
  protocols: ["query"],
  apiVersion: "2011-06-15",
  operations: operations("sts", [
    [
      ["arn:{partition}:iam::{account}:role/{RoleArn|text}"],
      "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity",
    ],
    [["arn:{partition}:sts::{account}:federated-user/{Name}"], "GetFederationToken"],
    // Its target is an account, or the ARN of its root user.
    ["unknown", "AssumeRoot"],
    [
      NO_RESOURCE,
      `DecodeAuthorizationMessage GetAccessKeyInfo GetCallerIdentity GetDelegatedAccessToken GetSessionToken
       GetWebIdentityToken`,
    ],
  ]),
};
