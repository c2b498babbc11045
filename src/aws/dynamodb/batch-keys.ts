import type { Requirement, RequestKeys } from "../../domain/operation.ts";
import { KEY_FORM, PROJECTION_FORM } from "./forms.ts";
import { accessKeys, ATTRIBUTES, namesAllItReaches } from "./keys.ts";
import type { KeyEntry } from "./key-entry.ts";
import { type JsonObject, own } from "../strict-json.ts";

const NO_KEY: readonly unknown[] = [undefined];

/** The keys in one table's part of BatchGetItem; without any, one that is not told. */
export function batchedKeys(part: JsonObject): readonly unknown[] {
  const keys = own(part, "Keys");
  return Array.isArray(keys) && keys.length > 0 ? keys : NO_KEY;
}

/**
 * What conditions can tell of the reads of one table's part of BatchGetItem, once where they cannot tell some apart. What
 * the part says of all its keys is read once, and not compared.
 *
 * @param request what holds for the whole request
 */
export function batchAccesses(
  part: JsonObject,
  partitionKey: string | undefined,
  request: readonly KeyEntry[],
): readonly Pick<Requirement, "keys" | "partial">[] {
  const shared = accessKeys({ form: PROJECTION_FORM, input: part, partitionKey, request });
  const partial = namesAllItReaches(PROJECTION_FORM, part, shared) ? undefined : [ATTRIBUTES];
  const found = new Map<string, RequestKeys>();
  for (const Key of batchedKeys(part)) {
    const one = accessKeys({ form: KEY_FORM, input: { Key }, partitionKey, request: [] });
    const text = JSON.stringify([...one]);
    if (!found.has(text)) found.set(text, joined(one, shared));
  }
  return [...found.values()].map((keys) => (partial === undefined ? { keys } : { keys, partial }));
}

/** Both say some of the attributes; all else of the key replaces what the part cannot tell. */
function joined(one: RequestKeys, shared: RequestKeys): RequestKeys {
  const keys = new Map([...shared, ...one]);
  const inKey = one.get(ATTRIBUTES) ?? [];
  const inPart = shared.get(ATTRIBUTES) ?? [];
  if (inKey === "unknown" || inPart === "unknown") return keys.set(ATTRIBUTES, "unknown");
  const first = new Set(inKey);
  const names = [...inKey, ...inPart.filter((name) => !first.has(name))];
  return names.length === 0 ? keys : keys.set(ATTRIBUTES, names);
}
