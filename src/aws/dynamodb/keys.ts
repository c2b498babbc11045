import type { RequestKeys } from "../../domain/operation.ts";
import { malformed } from "../body.ts";
import { attributesIn } from "./expression.ts";
import type { AccessForm } from "./forms.ts";
import { queriedValue } from "./key-condition.ts";
import { keyText } from "./key-text.ts";
import type { KeyEntry } from "./key-entry.ts";
import { isObject, type JsonObject, own } from "../strict-json.ts";

/** One access to items of one table. */
export interface ItemAccess {
  readonly form: AccessForm;
  readonly input: JsonObject;
  /** Of the table or index; undefined where the configuration does not tell it. */
  readonly partitionKey: string | undefined;
  /** What holds for the whole request. */
  readonly request: readonly KeyEntry[];
}

type Values = readonly string[] | "unknown";

/** The key whose values are those of the partition key. */
export const LEADING_KEYS = "dynamodb:leadingkeys";

/** The key whose values are names of top-level attributes. */
export const ATTRIBUTES = "dynamodb:attributes";

const SELECT = "dynamodb:select";
const RETURN_VALUES = "dynamodb:returnvalues";

/** Of what reaches every item of a table without naming one, such as its deletion. */
export const ALL_ITEMS: RequestKeys = new Map([
  [LEADING_KEYS, "unknown"],
  [ATTRIBUTES, "unknown"],
]);

/** Values of `ReturnValues` that give back nothing, or what the update names (API reference, UpdateItem). */
const NAMED_ONLY: ReadonlySet<string> = new Set(["NONE", "UPDATED_OLD", "UPDATED_NEW"]);

/** Of one list; a batch says the same list of each of its keys. */
const MAX_NAMES = 255;

/** In characters, of an attribute's name: it has less than 64 KB (developer guide, naming rules). */
const MAX_NAME = 64 * 1024 - 1;

/** In characters, of all the names that an access says: no item is larger than 400 KB, its names among it. */
const MAX_NAMED = 400 * 1024;

/**
 * IAM's condition keys of one access to items (DynamoDB developer guide, fine-grained access control). What cannot be read
 * with certainty is unknown.
 *
 * @throws Refusal body-malformed: a name that no attribute has
 */
export function accessKeys(access: ItemAccess): RequestKeys {
  const { form, input, request } = access;
  const entries: KeyEntry[] = [
    ...request,
    ...entry(ATTRIBUTES, attributesOf(form, input)),
    [LEADING_KEYS, leadingKeysOf(access)],
  ];
  if (form.select !== undefined) entries.push([SELECT, selectOf(form.select, input)]);
  if (form.returns === true) entries.push([RETURN_VALUES, returnValuesOf(input)]);
  return new Map(entries);
}

/**
 * Whether an access reaches no attribute but those that it names. A read without a projection gives out all there are, a
 * put or a deletion takes away all there were, and what is given back of an item may be all of it.
 *
 * @param keys what {@link accessKeys} told of it
 */
export function namesAllItReaches(form: AccessForm, input: JsonObject, keys: RequestKeys): boolean {
  if (form.select !== undefined) return isNarrow(keys.get(SELECT), input);
  const returned = keys.get(RETURN_VALUES) ?? [];
  if (form.replaces === true || returned === "unknown") return false;
  return returned.every((value) => NAMED_ONLY.has(value));
}

/** A count gives out nothing; names are said in a projection. */
function isNarrow(select: Values | undefined, input: JsonObject): boolean {
  if (select === undefined || select === "unknown") return false;
  if (select[0] === "COUNT") return true;
  const some = projectionsOf(input);
  return select[0] === "SPECIFIC_ATTRIBUTES" && some.length > 0 && !some.some(isEmpty);
}

/** A key with the value of a member that is a text; without the member it is absent. */
export function textEntry(key: string, input: JsonObject, member: string): readonly KeyEntry[] {
  const value = own(input, member);
  return value === undefined ? [] : [[key, textOf(value)]];
}

function entry(key: string, values: Values): readonly KeyEntry[] {
  return values.length === 0 ? [] : [[key, values]];
}

function textOf(value: unknown): Values {
  return typeof value === "string" ? [value] : "unknown";
}

/** To IAM a scan has none, and so passes by every condition on them: what it reaches is not told. */
function leadingKeysOf({ form, input, partitionKey }: ItemAccess): Values {
  const { item, condition } = form;
  if (partitionKey === undefined || (item === undefined && condition !== true)) return "unknown";
  const text = keyText(
    item === undefined ? queriedValue(input, partitionKey) : memberOf(input, item, partitionKey),
  );
  return text === undefined ? "unknown" : [text];
}

function memberOf(input: JsonObject, name: string, member: string): unknown {
  const value = own(input, name);
  return isObject(value) ? own(value, member) : undefined;
}

/** Top-level attributes, each once; more than an item can have are not told. */
function attributesOf({ item, maps, lists, expressions }: AccessForm, input: JsonObject): Values {
  const names = own(input, "ExpressionAttributeNames");
  const found = [
    ...maps.map((name) => mapNames(own(input, name), name === item)),
    ...lists.map((name) => listNames(own(input, name))),
    ...expressions.map(([name, kind]) => {
      const expression = own(input, name);
      return expression === undefined ? [] : attributesIn(expression, names, kind);
    }),
  ];
  return found.includes(undefined) ? "unknown" : distinctNames(found.flatMap((some) => some ?? []));
}

function distinctNames(names: readonly string[]): Values {
  const distinct = new Set<string>();
  let length = 0;
  for (const name of names) {
    if (name.length > MAX_NAME) throw malformed("a name of an attribute that is too long");
    if (distinct.has(name)) continue;
    distinct.add(name);
    length += name.length;
    if (length > MAX_NAMED) return "unknown";
  }
  return [...distinct];
}

function mapNames(value: unknown, required: boolean): readonly string[] | undefined {
  if (value === undefined && !required) return [];
  return isObject(value) ? Object.keys(value) : undefined;
}

function listNames(value: unknown): readonly string[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > MAX_NAMES) return undefined;
  return value.every((name) => typeof name === "string") ? value : undefined;
}

/** What DynamoDB takes `Select` for where it is left out (API reference, Query); reads of one item have no such member. */
function selectOf(select: "asked" | "follows", input: JsonObject): Values {
  const asked = own(input, "Select");
  if (asked !== undefined) return select === "asked" ? textOf(asked) : "unknown";
  const some = projectionsOf(input);
  if (some.some(isEmpty)) return "unknown";
  if (some.length > 0) return ["SPECIFIC_ATTRIBUTES"];
  const ofIndex = select === "asked" && own(input, "IndexName") !== undefined;
  return [ofIndex ? "ALL_PROJECTED_ATTRIBUTES" : "ALL_ATTRIBUTES"];
}

function projectionsOf(input: JsonObject): readonly unknown[] {
  const some = ["ProjectionExpression", "AttributesToGet"].map((name) => own(input, name));
  return some.filter((value) => value !== undefined);
}

/** Whether a member that is there names nothing: DynamoDB refuses it, or gives everything. */
function isEmpty(value: unknown): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

/** Where a condition fails, the item may come back by a member of its own; NONE beside another value adds nothing. */
function returnValuesOf(input: JsonObject): Values {
  const asked = ["ReturnValues", "ReturnValuesOnConditionCheckFailure"].map((name) => own(input, name));
  const values = new Set<string>();
  for (const value of asked) {
    if (value !== undefined && typeof value !== "string") return "unknown";
    if (value !== undefined && value !== "NONE") values.add(value);
  }
  return values.size === 0 ? ["NONE"] : [...values];
}
