import type { Config } from "../config/schema.ts";

/**
 * Settings that say nothing of who gets what: where Postern tells what it does, how long it waits, what it keeps in
 * memory. `policy` is compared rule by rule.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "policy",
  "log",
  "probes",
  "operator",
  "timeouts",
  "credentials.cache",
  "credentials.rates",
]);

/**
 * The settings outside the policy that two configurations differ in, as paths such as `identity.userPools.0.clientIds`.
 * Their values are not told: they may come from the environment or a file.
 */
export function settingsThatDiffer(before: Config, after: Config): readonly string[] {
  const differences = differencesBetween(before, after, "");
  return isInOtherOrder(before, after) ? [...differences, "upstreams (their order)"] : differences;
}

/** A request that two upstreams match is for the first of them. */
function isInOtherOrder({ upstreams: before }: Config, { upstreams: after }: Config): boolean {
  const isInBoth = (name: string): boolean =>
    before[name]?.match !== undefined && after[name]?.match !== undefined;
  const [one, other] = [before, after].map((upstreams) => Object.keys(upstreams).filter(isInBoth).join(" "));
  return one !== other;
}

function differencesBetween(one: unknown, other: unknown, path: string): readonly string[] {
  if (LEFT_OUT.has(path)) return [];
  if (!isParted(one) || !isParted(other)) return JSON.stringify(one) === JSON.stringify(other) ? [] : [path];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap((key) =>
    differencesBetween(one[key], other[key], path === "" ? key : `${path}.${key}`),
  );
}

/** Whether something has parts that are worth a line each: a map, or a list of maps. */
function isParted(value: unknown): value is Readonly<Record<string, unknown>> {
  if (Array.isArray(value)) return value.length > 0 && value.every(isParted);
  return typeof value === "object" && value !== null;
}
