const UNNAMED = "the Service Authorization Reference has no action for it";
const STREAM_IN = "what goes there is a stream of signed events";

/**
 * Operations of the services in the tables that are known and never decided, each with the reason: by signing name and
 * operation.
 */
export const NOT_TAKEN: ReadonlyMap<string, string> = new Map([
  ["bedrock InvokeModelWithBidirectionalStream", STREAM_IN],
  ["kms ReEncrypt", "IAM decides it as ReEncryptFrom of one key and ReEncryptTo of another"],
  ["logs GetLogObject", UNNAMED],
  ["logs StartLiveTail", "it is at a host of its own, and stays open for hours"],
  ["monitoring AssociateDatasetKmsKey", UNNAMED],
  ["monitoring CreateResourceMetricsConfiguration", UNNAMED],
  ["monitoring DeleteResourceMetricsConfiguration", UNNAMED],
  ["monitoring DescribeAlarmContributors", UNNAMED],
  ["monitoring DisassociateDatasetKmsKey", UNNAMED],
  ["monitoring GetResourceMetricsConfiguration", UNNAMED],
  ["monitoring UpdateOTelEnrichment", UNNAMED],
  ["monitoring UpdateResourceMetricsConfiguration", UNNAMED],
  ["polly StartSpeechSynthesisStream", STREAM_IN],
  ["secretsmanager BatchGetSecretValue", "IAM decides it as GetSecretValue of each secret, too"],
  ["ssm GetAccessToken", "it gives out credentials"],
]);
