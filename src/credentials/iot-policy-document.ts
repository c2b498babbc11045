import { isObject, type JsonObject, own, parseStrictJson } from "../aws/strict-json.ts";

/**
 * Why an IoT policy must not be attached to each identity that comes; undefined where it may.
 *
 * A policy that is the same for all gives each of them what the others have. So everything that it allows has to be bound to the
 * identity by a policy variable, in the resource itself or by a condition of its statement; or it is a single name, which was
 * written out on purpose. What cannot be read is not attached.
 *
 * @param document JSON, as AWS IoT keeps it
 */
export function iotPolicyProblem(document: string): string | undefined {
  let statements: readonly unknown[];
  try {
    statements = listOf(own(parseStrictJson(document), "Statement"));
  } catch {
    return "its document cannot be read";
  }
  if (statements.length === 0) return "it has no statement";
  const problems = statements.map(statementProblem);
  const at = problems.findIndex((problem) => problem !== undefined);
  if (at >= 0) return `statement ${at + 1} ${problems[at]}`;
  return VARIABLE.test(document) ? undefined : "nothing in it is bound to the identity";
}

/**
 * The variables that tell one identity from others (AWS IoT Core Developer Guide, policy variables; IAM User Guide for that of
 * Cognito). Their names go by any case, and one with a default value is none.
 */
const VARIABLE =
  /\$\{(?:cognito-identity\.amazonaws\.com:sub|iot:ClientId|iot:Connection\.Thing\.(?:ThingName|Attributes\[[\w.,@/:#-]+\]))\}/i;

/** What more than one client, topic or filter may be meant by: a filter with MQTT's own wildcards is many topics too. */
const WIDE = /[*?+#]|\$\{/;

function statementProblem(statement: unknown): string | undefined {
  if (!isObject(statement)) return "cannot be read";
  const effect = own(statement, "Effect");
  if (effect === "Deny") return undefined;
  if (effect !== "Allow") return "neither allows nor denies";
  if (isBoundByCondition(own(statement, "Condition"))) return undefined;
  const resources = listOf(own(statement, "Resource"));
  if (resources.length === 0) return "allows all but some resources";
  return resources.every(isNarrow)
    ? undefined
    : "allows what is not bound to the identity by a policy variable, such as ${iot:ClientId}";
}

function isNarrow(resource: unknown): boolean {
  return typeof resource === "string" && (VARIABLE.test(resource) || !WIDE.test(resource));
}

/** These ask for a value, and are not met where there is none. */
const BINDING: ReadonlySet<string> = new Set(["StringEquals", "StringLike"]);

/** All operators and keys of a condition have to be met, so that one that binds is enough. */
function isBoundByCondition(condition: unknown): boolean {
  if (!isObject(condition)) return false;
  return Object.entries(condition).some(
    ([operator, keys]) => BINDING.has(operator) && isObject(keys) && bindsSomeKey(keys),
  );
}

/** One of a key's values has to be met, so that each must bind. A variable that is held against itself says nothing. */
function bindsSomeKey(keys: JsonObject): boolean {
  return Object.entries(keys).some(([key, value]) => {
    const values = listOf(value);
    const itself = `\${${key}}`.toLowerCase();
    return (
      values.length > 0 &&
      values.every((one) => typeof one === "string" && VARIABLE.test(one) && one.toLowerCase() !== itself)
    );
  });
}

/** IAM lets a single value stand for a list of one. */
function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
