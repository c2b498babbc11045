/**
 * Operations of the services in the tables that are known and never decided, each with the reason: by signing name and
 * operation.
 */
export const NOT_TAKEN: ReadonlyMap<string, string> = new Map([
  ["bedrock InvokeModelWithBidirectionalStream", "what goes there is a stream of signed events"],
  ["kms ReEncrypt", "IAM decides it as ReEncryptFrom of one key and ReEncryptTo of another"],
  ["logs GetLogObject", "the Service Authorization Reference has no action for it"],
  ["logs StartLiveTail", "it is at a host of its own, and stays open for hours"],
  ["monitoring DescribeAlarmContributors", "the Service Authorization Reference has no action for it"],
  ["polly StartSpeechSynthesisStream", "what goes there is a stream of signed events"],
  ["secretsmanager BatchGetSecretValue", "IAM decides it as GetSecretValue of each secret, too"],
  ["ssm GetAccessToken", "it gives out credentials"],
]);
