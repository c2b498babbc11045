import { isObject, type JsonObject } from "../aws/strict-json.ts";

/**
 * What decides whom a resource of an IoT policy belongs to: the identity or a Thing that is attached to it, the client id, which
 * the client chooses, or nobody, as the resource is a single name that was written out.
 */
export type IotBinding = "identity" | "client" | "name";

/** Where the value of a policy variable comes from. */
type Source = "identity" | "thing" | "client";

/** A variable; one with a default value (`${name, 'value'}`) has that in its name, and is not known. */
const VARIABLE = /\$\{([^{}]*)\}/g;

/** In lower case. Of a type or a group there are many Things. */
const OF_A_THING = /^iot:connection\.thing\.(?:thingname|attributes\[[\w.,@/:#-]+\])$/;

/** What more than one client, topic or filter may be meant by: a filter with MQTT's own wildcards is many topics too. */
const WIDE = /[*?+#]|\$\{/;

/** What a resource is bound by; undefined where it may be many, and the same for all. */
export function bindingOf(resource: unknown): IotBinding | undefined {
  if (typeof resource !== "string") return undefined;
  const sources = sourcesIn(resource);
  if (sources.some((source) => source !== "client")) return "identity";
  if (sources.length > 0) return "client";
  return WIDE.test(resource) ? undefined : "name";
}

/** Whether a statement's condition holds the client, a Thing and the identity against each other, any two of them. */
export function isBoundByCondition(condition: unknown): boolean {
  if (!isObject(condition)) return false;
  // All operators and keys of a condition have to be met, so that one that binds is enough.
  return Object.entries(condition).some(
    ([operator, keys]) => BINDING.has(operator) && isObject(keys) && bindsSomeKey(operator, keys),
  );
}

/** These ask for a value, and are not met where there is none. What is compared here is no ARN. */
const BINDING: ReadonlySet<string> = new Set(["StringEquals", "StringLike"]);

function bindsSomeKey(operator: string, keys: JsonObject): boolean {
  const entries = Object.entries(keys);
  // Keys go by any case: of two that are the same, AWS might go by either.
  if (new Set(entries.map(([key]) => key.toLowerCase())).size < entries.length) return false;
  return entries.some(([key, value]) => {
    const source = sourceOf(key);
    const values = listOf(value);
    // One of the values has to be met, so that each must bind.
    return (
      source !== undefined && values.length > 0 && values.every((one) => bindsValue(operator, source, one))
    );
  });
}

/**
 * A value that comes from where its key does is met by everybody. The client id can be made to fit a pattern that it is part
 * of, as one letter fits `${iot:ClientId}*`, so that it has to be the same text.
 */
function bindsValue(operator: string, key: Source, value: unknown): boolean {
  if (typeof value !== "string") return false;
  const sources = sourcesIn(value);
  if (sources.includes(key)) return false;
  return sources.some((source) => source !== "client" || operator === "StringEquals");
}

function sourcesIn(text: string): readonly Source[] {
  return [...text.matchAll(VARIABLE)].flatMap(([, name = ""]) => sourceOf(name) ?? []);
}

/**
 * The source of a variable, or of a condition's key, that tells one client or identity from others; undefined for all the rest
 * (AWS IoT Core Developer Guide, policy variables; IAM User Guide for that of Cognito). Names go by any case.
 */
function sourceOf(name: string): Source | undefined {
  const lower = name.toLowerCase();
  if (lower === "cognito-identity.amazonaws.com:sub") return "identity";
  if (lower === "iot:clientid") return "client";
  return OF_A_THING.test(lower) ? "thing" : undefined;
}

/** IAM lets a single value stand for a list of one. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
