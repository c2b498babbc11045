import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:sqs:{region}:{account}:";

/** Amazon SQS (API reference, 2012-11-05; Service Authorization Reference, Amazon SQS). */
export const SQS: ApiModel = {
  endpointPrefix: "sqs",
  actionPrefix: "sqs",
  protocols: ["json", "query"],
  target: "AmazonSQS",
  jsonVersion: "1.0",
  apiVersion: "2012-11-05",
  operations: operations(
    "sqs",
    [
      [
        [`${ARN}{QueueUrl|queue}`],
        `AddPermission ChangeMessageVisibility ChangeMessageVisibilityBatch=ChangeMessageVisibility
         DeleteMessage DeleteMessageBatch=DeleteMessage DeleteQueue GetQueueAttributes
         ListDeadLetterSourceQueues ListQueueTags PurgeQueue ReceiveMessage RemovePermission
         SendMessage SendMessageBatch=SendMessage SetQueueAttributes TagQueue UntagQueue`,
      ],
      [[`${ARN}{QueueName}`], "CreateQueue"],
      // A queue of another owner is asked for besides that of this account: neither alone says which one is meant.
      [
        [`${ARN}{QueueName}`, "arn:{partition}:sqs:{region}:{QueueOwnerAWSAccountId}:{QueueName}"],
        "GetQueueUrl",
      ],
      [["{SourceArn}"], "ListMessageMoveTasks"],
      // Without a destination each message goes back to where it came from, which nobody can tell.
      [["{SourceArn}", `${ARN}{DestinationArn=none|queue-arn}`], "StartMessageMoveTask"],
      // Its handle names the task alone.
      ["unknown", "CancelMessageMoveTask"],
      [NO_RESOURCE, "ListQueues"],
    ],
    // SQS receives, deletes and sends with the caller's permissions (developer guide, dead-letter queue redrive).
    { StartMessageMoveTask: { covers: ["ReceiveMessage", "DeleteMessage", "SendMessage"] } },
  ),
};
