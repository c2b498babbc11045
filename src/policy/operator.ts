import { isWithin, readAddress, readRange } from "./address-range.ts";
import { readDate, readMeantDate } from "./condition-date.ts";
import { readNumber } from "./condition-number.ts";
import { equalsIgnoringCase, equalsText, likeArn, likeText, type RuleValue } from "./operator-text.ts";

/** A condition operator: how it compares. */
export interface Operator {
  /** Whether it holds where no value fits. */
  readonly negated: boolean;
  /** What it takes for a value, in words. */
  readonly takes: string;
  /** Whether claims can be filled into its values: IAM has variables in texts and ARNs alone. */
  readonly variables: boolean;
  /** Makes one value of a rule ready; undefined for one that it does not take. */
  readonly compile: (written: string) => RuleValue | undefined;
}

type Kind = Omit<Operator, "negated">;

const kind = (takes: string, compile: Operator["compile"], variables = false): Kind => ({
  takes,
  compile,
  variables,
});

const ARN = kind("an ARN of six parts, such as arn:aws:s3:::reports/*", likeArn, true);
const number = (holds: (order: number) => boolean) =>
  kind("a number of at most 15 digits", ordered(readNumber, readNumber, holds));
const date = (holds: (order: number) => boolean) =>
  kind(
    "a date such as 2026-01-31T12:00:00Z, or whole seconds since 1970",
    ordered(readMeantDate, readDate, holds),
  );
const ADDRESS = kind("an IP address or a CIDR range, such as 10.0.0.0/8", address);

/** Operators that come with an opposite: what each is named, what its opposite is named, how both compare. */
const PAIRS: readonly (readonly [name: string, opposite: string, kind: Kind])[] = [
  ["StringEquals", "StringNotEquals", kind("text", equalsText, true)],
  ["StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", kind("text", equalsIgnoringCase, true)],
  ["StringLike", "StringNotLike", kind("text", likeText, true)],
  ["NumericEquals", "NumericNotEquals", number((order) => order === 0)],
  ["DateEquals", "DateNotEquals", date((order) => order === 0)],
  ["IpAddress", "NotIpAddress", ADDRESS],
  ["ArnEquals", "ArnNotEquals", ARN],
  ["ArnLike", "ArnNotLike", ARN],
];

const OTHERS: readonly (readonly [name: string, kind: Kind])[] = [
  ["NumericLessThan", number((order) => order < 0)],
  ["NumericLessThanEquals", number((order) => order <= 0)],
  ["NumericGreaterThan", number((order) => order > 0)],
  ["NumericGreaterThanEquals", number((order) => order >= 0)],
  ["DateLessThan", date((order) => order < 0)],
  ["DateLessThanEquals", date((order) => order <= 0)],
  ["DateGreaterThan", date((order) => order > 0)],
  ["DateGreaterThanEquals", date((order) => order >= 0)],
  ["Bool", kind("true or false", bool)],
];

/**
 * Every condition operator but `Null` by its bare name (IAM user guide, condition operators). `BinaryEquals` is left
 * out: no key here holds bytes.
 */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ...PAIRS.flatMap(([name, opposite, kind]): [string, Operator][] => [
    [name, { ...kind, negated: false }],
    [opposite, { ...kind, negated: true }],
  ]),
  ...OTHERS.map(([name, kind]): [string, Operator] => [name, { ...kind, negated: false }]),
]);

function ordered(
  readOurs: (text: string) => number | undefined,
  readTheirs: (text: string) => number | undefined,
  holds: (order: number) => boolean,
): Operator["compile"] {
  return (written) => {
    const right = readOurs(written);
    if (right === undefined) return undefined;
    return (value) => {
      const left = readTheirs(value);
      return left === undefined ? "unknown" : holds(left - right);
    };
  };
}

function bool(written: string): RuleValue | undefined {
  const wanted = readBool(written);
  if (wanted === undefined) return undefined;
  return (value) => {
    const found = readBool(value);
    return found === undefined ? "unknown" : found === wanted;
  };
}

/** Reads a truth value; case does not matter. */
export function readBool(text: string): boolean | undefined {
  if (text.length > "false".length) return undefined;
  const lower = text.toLowerCase();
  return lower === "true" || lower === "false" ? lower === "true" : undefined;
}

function address(written: string): RuleValue | undefined {
  const range = readRange(written);
  if (range === undefined) return undefined;
  return (value) => {
    const found = readAddress(value);
    return found === undefined ? "unknown" : isWithin(found, range);
  };
}
