import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:kms:{region}:{account}:";

/**
 * AWS KMS (API reference, 2014-11-01; Service Authorization Reference, AWS Key Management Service). Which key an
 * alias is, and of which a ciphertext, nobody can tell from a request.
 */
export const KMS: ApiModel = {
  endpointPrefix: "kms",
  actionPrefix: "kms",
  protocols: ["json"],
  target: "TrentService",
  jsonVersion: "1.1",
  operations: operations("kms", [
    [
      [`${ARN}key/{KeyId|key}`],
      `CancelKeyDeletion CreateGrant Decrypt DeleteImportedKeyMaterial DeriveSharedSecret DescribeKey
       DisableKey DisableKeyRotation EnableKey EnableKeyRotation Encrypt GenerateDataKey GenerateDataKeyPair
       GenerateDataKeyPairWithoutPlaintext GenerateDataKeyWithoutPlaintext GenerateMac GetKeyLastUsage
       GetKeyPolicy GetKeyRotationStatus GetParametersForImport GetPublicKey ImportKeyMaterial ListGrants
       ListKeyPolicies ListKeyRotations ListResourceTags PutKeyPolicy ReplicateKey RetireGrant RevokeGrant
       RotateKeyOnDemand ScheduleKeyDeletion Sign TagResource UntagResource UpdateKeyDescription
       UpdatePrimaryRegion Verify VerifyMac`,
    ],
    [[`${ARN}key/{TargetKeyId|key}`, `${ARN}{AliasName|path}`], "CreateAlias"],
    // They need the key that the alias has now, too.
    ["unknown", "DeleteAlias UpdateAlias"],
    // Key stores have no ARN.
    [
      "unknown",
      `ConnectCustomKeyStore CreateCustomKeyStore DeleteCustomKeyStore DisconnectCustomKeyStore
       UpdateCustomKeyStore`,
    ],
    [
      NO_RESOURCE,
      `CreateKey DescribeCustomKeyStores GenerateRandom ListAliases ListKeys ListRetirableGrants`,
    ],
  ]),
};
