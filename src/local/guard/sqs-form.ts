import { mapOf } from "./form-members.ts";
import type { Member } from "./form-members.ts";

type Members = Readonly<Record<string, Member>>;

/** Lists that the query protocol of SQS flattens under another name. */
const LISTS: Readonly<Record<string, string>> = {
  SendMessageBatchRequestEntry: "Entries",
  AttributeName: "AttributeNames",
  MessageAttributeName: "MessageAttributeNames",
};
const MAPS: Readonly<Record<string, string>> = {
  Attribute: "Attributes",
  MessageAttribute: "MessageAttributes",
};

/** The members of a form of SQS under the names that they have in JSON (Amazon SQS API reference, sample requests). */
export function sqsMembers(form: Members): Members {
  return Object.fromEntries(
    Object.entries(form).map(([name, value]) => {
      const map = MAPS[name];
      if (map !== undefined) return [map, mapOf(value as readonly Members[])];
      const list = LISTS[name];
      if (list === "Entries") return [list, (value as readonly Members[]).map(sqsMembers)];
      return [list ?? name, value];
    }),
  );
}
