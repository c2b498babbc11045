import type { ApiInput } from "../guard/api-actions.ts";
import { existing, listOf, textOf } from "./operations.ts";
import type { Operations, Output, ServiceOptions } from "./operations.ts";

/**
 * Data streams of one shard that count what they are given and forget it.
 *
 * Source: Amazon Kinesis Data Streams API reference.
 */
export function createKinesis(names: readonly string[], { account, region }: ServiceOptions): Operations {
  const arnOf = (name: string): string => `arn:aws:kinesis:${region}:${account}:stream/${name}`;
  let put = 0;
  const mustExist = (input: ApiInput): void => {
    const arn = textOf(input, "StreamARN") || arnOf(textOf(input, "StreamName"));
    const message = `Stream ${arn} not found.`;
    existing(
      names.find((name) => arnOf(name) === arn),
      { code: "ResourceNotFoundException", message },
    );
  };
  const record = (): Output => ({
    ShardId: "shardId-000000000000",
    SequenceNumber: String(++put).padStart(56, "0"),
  });
  return {
    PutRecord: (input) => {
      mustExist(input);
      return record();
    },
    PutRecords: (input) => {
      mustExist(input);
      return { FailedRecordCount: 0, Records: listOf(input, "Records").map(record) };
    },
  };
}
