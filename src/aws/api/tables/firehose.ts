import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:firehose:{region}:{account}:";

/** Amazon Data Firehose (API reference, 2015-08-04; Service Authorization Reference, Amazon Kinesis Firehose). */
export const FIREHOSE: ApiModel = {
  endpointPrefix: "firehose",
  actionPrefix: "firehose",
  protocols: ["json"],
  target: "Firehose_20150804",
  jsonVersion: "1.1",
  operations: operations(
    "firehose",
    [
      [
        [`${ARN}deliverystream/{DeliveryStreamName}`],
        `CreateDeliveryStream DeleteDeliveryStream DescribeDeliveryStream ListTagsForDeliveryStream PutRecord
         PutRecordBatch StartDeliveryStreamEncryption StopDeliveryStreamEncryption TagDeliveryStream
         UntagDeliveryStream UpdateDestination`,
      ],
      [NO_RESOURCE, "ListDeliveryStreams"],
    ],
    { PutRecordBatch: { covers: ["PutRecord"] } },
  ),
};
