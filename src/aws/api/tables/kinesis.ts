import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:kinesis:{region}:{account}:";

/**
 * Amazon Kinesis Data Streams (API reference, 2013-12-02; Service Authorization Reference, Amazon Kinesis Data
 * Streams).
 */
export const KINESIS: ApiModel = {
  endpointPrefix: "kinesis",
  actionPrefix: "kinesis",
  protocols: ["json"],
  target: "Kinesis_20131202",
  jsonVersion: "1.1",
  operations: operations(
    "kinesis",
    [
      [[`${ARN}stream/{StreamName}`], "CreateStream"],
      [
        ["{StreamARN}"],
        `ListStreamConsumers RegisterStreamConsumer UpdateMaxRecordSize UpdateStreamRecordDistributionStrategy`,
      ],
      [
        [`${ARN}stream/{StreamName}`, "{StreamARN}"],
        `AddTagsToStream DecreaseStreamRetentionPeriod DeleteStream DescribeStream DescribeStreamSummary
         GetShardIterator IncreaseStreamRetentionPeriod ListShards ListTagsForStream MergeShards PutRecord
         PutRecords RemoveTagsFromStream SplitShard UpdateStreamWarmThroughput`,
      ],
      [
        [
          `${ARN}stream/{StreamName}`,
          "{StreamARN}",
          "arn:{partition}:kms:{region}:{account}:key/{KeyId|key}",
        ],
        "StartStreamEncryption StopStreamEncryption",
      ],
      // By a stream and a name: a consumer's ARN holds when it was made, and nobody can tell it.
      [["{ConsumerARN}"], "DeregisterStreamConsumer DescribeStreamConsumer SubscribeToShard"],
      [
        ["{ResourceARN}"],
        `DeleteResourcePolicy GetResourcePolicy ListTagsForResource PutResourcePolicy TagResource UntagResource`,
      ],
      [["{ChannelARN}"], "DeleteChannel DescribeChannel UpdateChannel"],
      // An iterator is read by Kinesis alone; it is given for a stream by GetShardIterator.
      ["unknown", "GetRecords"],
      // They change a stream, and IAM knows no resource for them; a channel's ARN holds an id.
      [
        "unknown",
        `CreateChannel DisableEnhancedMonitoring EnableEnhancedMonitoring UpdateShardCount UpdateStreamMode`,
      ],
      [NO_RESOURCE, `DescribeAccountSettings DescribeLimits ListChannels ListStreams UpdateAccountSettings`],
    ],
    {
      PutRecords: { covers: ["PutRecord"] },
      // Either reads the records of a stream.
      GetRecords: { covers: ["SubscribeToShard"] },
      SubscribeToShard: { covers: ["GetRecords"] },
    },
  ),
};
