import type { Output } from "./operations.ts";

/** Lists of JSON by the name that each item has in XML. */
const LISTS: Readonly<Record<string, string>> = {
  QueueUrls: "QueueUrl",
  Messages: "Message",
  Successful: "SendMessageBatchResultEntry",
  Failed: "BatchResultErrorEntry",
};
const MAPS: Readonly<Record<string, string>> = {
  Attributes: "Attribute",
  MessageAttributes: "MessageAttribute",
};

/** An output of SQS as its query protocol flattens it; `name[]` is that of each item of a list. */
export function flattened(output: Output): Output {
  return Object.fromEntries(
    Object.entries(output).map(([name, value]) => {
      const list = LISTS[name];
      if (list !== undefined) return [`${list}[]`, items(value as readonly unknown[])];
      const map = MAPS[name];
      return map === undefined || value === undefined
        ? [name, value]
        : [`${map}[]`, entries(value as Output)];
    }),
  );
}

function items(list: readonly unknown[] = []): readonly unknown[] {
  return list.map((item) => (typeof item === "object" ? flattened(item as Output) : item));
}

function entries(map: Output): readonly Output[] {
  return Object.entries(map).map(([Name, Value]) => ({ Name, Value }));
}
