import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:secretsmanager:{region}:{account}:";

/** AWS Secrets Manager (API reference, 2017-10-17; Service Authorization Reference, AWS Secrets Manager). */
export const SECRETSMANAGER: ApiModel = {
  endpointPrefix: "secretsmanager",
  actionPrefix: "secretsmanager",
  protocols: ["json"],
  target: "secretsmanager",
  jsonVersion: "1.1",
  operations: operations("secretsmanager", [
    [
      [`${ARN}secret:{SecretId|secret}`],
      `CancelRotateSecret DeleteResourcePolicy DeleteSecret DescribeSecret GetResourcePolicy GetSecretValue
       ListSecretVersionIds PutResourcePolicy PutSecretValue RemoveRegionsFromReplication
       ReplicateSecretToRegions RestoreSecret RotateSecret StopReplicationToReplica TagResource UntagResource
       UpdateSecret UpdateSecretVersionStage ValidateResourcePolicy`,
    ],
    [[`${ARN}secret:{Name|secret}`], "CreateSecret"],
    [NO_RESOURCE, "GetRandomPassword ListSecrets"],
  ]),
};
