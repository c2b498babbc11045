import type { ApiInput } from "../guard/api-actions.ts";
import { LocalError } from "../request.ts";
import { existing, listOf, textOf } from "./operations.ts";
import type { Operations, Output, ServiceOptions } from "./operations.ts";
import { DEFAULT_VISIBILITY_SECONDS, MAX_ENTRIES, chosen, receive, send } from "./sqs-queue.ts";
import type { Queue } from "./sqs-queue.ts";

/**
 * Queues in memory. An empty queue answers at once, however long its reader would wait.
 *
 * Source: Amazon SQS API reference.
 */
export function createSqs(names: readonly string[], options: ServiceOptions): Operations {
  const { account, region, now } = options;
  const queues = new Map<string, Queue>(names.map((name) => [name, []]));
  const urlOf = (name: string): string => `https://sqs.${region}.amazonaws.com/${account}/${name}`;
  const queueOf = (input: ApiInput): Queue => {
    const [, owner = "", name = ""] = /\/(\d{12})\/([^/]+)$/.exec(textOf(input, "QueueUrl")) ?? [];
    return existing(owner === account ? queues.get(name) : undefined, NO_QUEUE);
  };
  return {
    GetQueueUrl: (input) => {
      const name = textOf(input, "QueueName");
      existing(queues.get(name), NO_QUEUE);
      return { QueueUrl: urlOf(name) };
    },
    ListQueues: (input) => {
      const prefix = textOf(input, "QueueNamePrefix");
      const found = [...queues.keys()].filter((name) => name.startsWith(prefix));
      return found.length === 0 ? {} : { QueueUrls: found.map(urlOf) };
    },
    SendMessage: (input) => send(queueOf(input), input, now()),
    SendMessageBatch: (input) => {
      const queue = queueOf(input);
      const Successful = batchOf(input).map((entry) => ({
        Id: textOf(entry, "Id"),
        ...send(queue, entry, now()),
      }));
      return { Successful, Failed: [] };
    },
    ReceiveMessage: (input) => {
      const Messages = receive(queueOf(input), input, now());
      return Messages.length === 0 ? {} : { Messages };
    },
    DeleteMessage: (input) => {
      const queue = queueOf(input);
      const at = queue.findIndex(({ handle }) => handle !== "" && handle === input["ReceiptHandle"]);
      if (at >= 0) queue.splice(at, 1);
      return {};
    },
    GetQueueAttributes: (input) => {
      const queue = queueOf(input);
      const name = textOf(input, "QueueUrl").split("/").at(-1) ?? "";
      const arn = `arn:aws:sqs:${region}:${account}:${name}`;
      return { Attributes: chosen(attributesOf(queue, arn, now()), input["AttributeNames"]) };
    },
  };
}

const NO_QUEUE = { code: "QueueDoesNotExist", message: "The specified queue does not exist." };

function attributesOf(queue: Queue, arn: string, nowMs: number): Output {
  const waiting = queue.filter(({ visibleAtMs }) => visibleAtMs <= nowMs).length;
  return {
    QueueArn: arn,
    ApproximateNumberOfMessages: String(waiting),
    ApproximateNumberOfMessagesNotVisible: String(queue.length - waiting),
    VisibilityTimeout: String(DEFAULT_VISIBILITY_SECONDS),
  };
}

function batchOf(input: ApiInput): readonly ApiInput[] {
  const entries = listOf(input, "Entries");
  if (entries.length === 0) {
    throw new LocalError("EmptyBatchRequest", "There should be at least one entry in the request.", 400);
  }
  if (entries.length <= MAX_ENTRIES) return entries;
  const message = `Maximum number of entries per request are ${MAX_ENTRIES}. You have sent ${entries.length}.`;
  throw new LocalError("TooManyEntriesInBatchRequest", message, 400);
}
