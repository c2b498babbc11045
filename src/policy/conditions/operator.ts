import { isWithin, readAddress, readRange } from "./address-range.ts";
import { readDate, readMeantDate } from "./date.ts";
import { readNumber } from "./number.ts";
import { likeArn } from "./operator-arn.ts";
import {
  equalsIgnoringCase,
  equalsText,
  likeText,
  type RuleValues,
  type ValueTest,
} from "./operator-text.ts";

/** A condition operator: how it compares. */
export interface Operator {
  /** Whether it holds where no value fits. */
  readonly negated: boolean;
  /** What it takes for a value, in words. */
  readonly takes: string;
  /** Whether claims can be filled into its values: IAM has variables in texts and ARNs alone. */
  readonly variables: boolean;
  /** Makes the values of a rule ready; undefined where it does not take one of them. */
  readonly compile: (written: readonly string[]) => RuleValues | undefined;
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
const ADDRESS = kind(
  "an IP address or a CIDR range, such as 10.0.0.0/8",
  compared(readRange, readAddress, isWithin),
);

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
  [
    "Bool",
    kind(
      "true or false",
      compared(readBool, readBool, (theirs, ours) => theirs === ours),
    ),
  ],
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
  return compared(readOurs, readTheirs, (left, right) => holds(left - right));
}

/** Each value is read once, be there many to compare it with. */
function compared<Ours, Theirs>(
  readOurs: (text: string) => Ours | undefined,
  readTheirs: (text: string) => Theirs | undefined,
  fits: (theirs: Theirs, ours: Ours) => boolean,
): Operator["compile"] {
  return (written) => {
    const wanted = written.map(readOurs);
    if (!wanted.every((ours) => ours !== undefined)) return undefined;
    return (value): ReturnType<ValueTest> => {
      const theirs = readTheirs(value);
      return theirs === undefined ? "unknown" : wanted.some((ours) => fits(theirs, ours));
    };
  };
}

/** Reads a truth value; case does not matter. */
export function readBool(text: string): boolean | undefined {
  if (text.length > "false".length) return undefined;
  const lower = text.toLowerCase();
  return lower === "true" || lower === "false" ? lower === "true" : undefined;
}
