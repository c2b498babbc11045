import { nearest } from "../../domain/nearest.ts";
import { OPERATORS } from "./operator.ts";

/** An operator as a rule names it. */
export interface OperatorName {
  /** Of {@link OPERATORS}, or `Null`. */
  readonly base: string;
  /** How the values of a key that has several are told: any of them, or all. Without it a key has one. */
  readonly set: "ForAnyValue" | "ForAllValues" | undefined;
  /** Whether it holds for a key that is absent. */
  readonly ifExists: boolean;
}

/** Whether a key is absent (IAM user guide, condition operators): it looks at no value. */
export const NULL = "Null";

const NAME = /^(?:(?<set>ForAnyValue|ForAllValues):)?(?<base>[A-Za-z]+?)(?<ifExists>IfExists)?$/;
const BINARY = "BinaryEquals";

/** Reads the name of an operator; undefined for one that there is not. */
export function readOperatorName(written: string): OperatorName | undefined {
  const { set, base = "", ifExists } = NAME.exec(written)?.groups ?? {};
  if (written !== NULL && !OPERATORS.has(base)) return undefined;
  return { base, set: set as OperatorName["set"], ifExists: ifExists !== undefined };
}

/** What is wrong with the name of an operator; undefined where nothing is. */
export function operatorProblem(written: string): string | undefined {
  if (readOperatorName(written) !== undefined) return undefined;
  const base = NAME.exec(written)?.groups?.["base"];
  if (base === NULL) return "Null asks whether a key is there: it takes neither a set operator nor IfExists";
  if (base === BINARY) return `${BINARY} compares bytes, and no key here holds any: compare texts`;
  const meant = nearest(written, ALL_NAMES);
  return `no condition operator is named "${written}"${meant === undefined ? "" : `; is it ${meant}?`}`;
}

const ALL_NAMES: readonly string[] = [
  NULL,
  ...["", "ForAnyValue:", "ForAllValues:"].flatMap((set) =>
    ["", "IfExists"].flatMap((suffix) => [...OPERATORS.keys()].map((base) => `${set}${base}${suffix}`)),
  ),
];
