import { randomUUID } from "node:crypto";
import type { ApiInput } from "../guard/api-actions.ts";
import { existing, listOf, textOf } from "./operations.ts";
import type { Operations, ServiceOptions } from "./operations.ts";

/**
 * Topics that take messages and tell nobody.
 *
 * Source: Amazon SNS API reference.
 */
export function createSns(names: readonly string[], { account, region }: ServiceOptions): Operations {
  const arns = names.map((name) => `arn:aws:sns:${region}:${account}:${name}`);
  const mustExist = (input: ApiInput): string => {
    const arn = textOf(input, "TopicArn") || textOf(input, "TargetArn");
    const found = arns.find((each) => each === arn);
    return existing(found, { code: "NotFound", message: "Topic does not exist", status: 404 });
  };
  return {
    Publish: (input) => {
      if (input["PhoneNumber"] === undefined) mustExist(input);
      return { MessageId: randomUUID() };
    },
    PublishBatch: (input) => {
      mustExist(input);
      const Successful = listOf(input, "PublishBatchRequestEntries").map(({ Id }) => ({
        Id,
        MessageId: randomUUID(),
      }));
      return { Successful, Failed: [] };
    },
    ListTopics: () => ({ Topics: arns.map((TopicArn) => ({ TopicArn })) }),
    Subscribe: (input) => ({ SubscriptionArn: `${mustExist(input)}:${randomUUID()}` }),
  };
}
