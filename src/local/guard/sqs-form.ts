import { LocalError } from "../request.ts";
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

/**
 * The members of a form of SQS under the names that they have in JSON (Amazon SQS API reference, sample requests).
 *
 * @throws LocalError `MalformedInput` 400 where a text stands for a list.
 */
export function sqsMembers(form: Members): Members {
  return Object.fromEntries(
    Object.entries(form).map(([name, value]) => {
      const map = MAPS[name];
      if (map !== undefined) return [map, mapOf(structures(name, value))];
      const list = LISTS[name];
      if (list === "Entries") return [list, structures(name, value).map(sqsMembers)];
      return [list ?? name, value];
    }),
  );
}

function structures(name: string, value: Member): readonly Members[] {
  const isList = Array.isArray(value) && value.every((each) => typeof each === "object");
  if (isList) return value as readonly Members[];
  throw new LocalError("MalformedInput", `${name} is not a list of structures`, 400);
}
