import type { Caller } from "../../domain/caller.ts";
import { claimValues } from "../claim-values.ts";
import { type ConditionKey, readKey, UPSTREAM_KEY } from "./keys.ts";
import { not, type Truth, trueOfAll, trueOfAny } from "./truth.ts";
import { type Asked, type KeyValues, valuesOf } from "./values.ts";
import type { WhenDocument, WhenValue } from "../document.ts";
import { NULL, type OperatorName, readOperatorName } from "./operator-name.ts";
import { OPERATORS, readBool } from "./operator.ts";
import type { FilledValues, ValueTest } from "./operator-text.ts";

/** One operator with one key, made ready to be held against requests. */
export interface Condition {
  /** As it is written, such as `IpAddress aws:SourceIp` or `upstreams: [s3]`. */
  readonly text: string;
  /** Undefined for one that could not be made ready. */
  readonly key: ConditionKey | undefined;
  readonly truth: (asked: Asked) => Truth;
  /** The same of a condition on a claim, which is the same for all that the caller asks; undefined of others. */
  readonly ofCaller: ((caller: Caller) => Truth) | undefined;
}

/** What an operator makes of the values of a key, for a caller whose claims may be among those of the rule. */
type Judge = (values: readonly string[], caller: Caller) => Truth;

/** Prepares every condition of a rule. What `whenProblems` would find is unknown whatever is asked. */
export function compileConditions(when: WhenDocument): readonly Condition[] {
  return Object.entries(when).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]): Condition => {
      const text = key === UPSTREAM_KEY ? `upstreams: [${textsOf(values).join(", ")}]` : `${operator} ${key}`;
      const made = compileTruth(operator, key, textsOf(values)) ?? NOT_TOLD;
      return { text, key: readKey(key), ...made };
    }),
  );
}

const NOT_TOLD: Pick<Condition, "truth" | "ofCaller"> = { truth: () => "unknown", ofCaller: undefined };

/** The values of a condition as texts: one, or any of several. */
export function textsOf(values: WhenValue | readonly WhenValue[]): readonly string[] {
  return [values].flat().map(String);
}

function compileTruth(
  operator: string,
  key: string,
  written: readonly string[],
): Pick<Condition, "truth" | "ofCaller"> | undefined {
  const name = readOperatorName(operator);
  const known = readKey(key);
  if (name === undefined || known === undefined || written.length === 0) return undefined;
  const judge = name.base === NULL ? judgeAbsence(written) : judgeValues(name, known, written);
  if (judge === undefined) return undefined;
  const truthOf = (values: KeyValues, caller: Caller): Truth =>
    values === "unknown" ? values : judge(values, caller);
  const { claim } = known;
  if (claim === undefined) {
    const read = valuesOf(known);
    return { truth: (asked) => truthOf(read(asked), asked.caller), ofCaller: undefined };
  }
  const ofCaller = (caller: Caller): Truth => truthOf(claimValues(caller, claim), caller);
  return { truth: ({ caller }) => ofCaller(caller), ofCaller };
}

/** IAM's pages call an empty text a null value, and use it as a value: where that matters, nothing is known. */
function judgeAbsence(written: readonly string[]): Judge | undefined {
  const wanted = written.map(readBool);
  if (wanted.includes(undefined)) return undefined;
  return (values) => {
    if (values.length > 0 && values.every((value) => value === "")) return "unknown";
    return wanted.includes(values.length === 0);
  };
}

function judgeValues(name: OperatorName, key: ConditionKey, written: readonly string[]): Judge | undefined {
  const operator = OPERATORS.get(name.base);
  const ready = operator?.compile(written);
  if (operator === undefined || ready === undefined) return undefined;
  const { negated } = operator;
  const absent = withoutKey(name, key, negated);
  const forCaller = typeof ready === "function" ? withoutClaims(ready) : ready.forCaller;
  return (values, caller) => {
    const { test, isComplete } = forCaller(caller);
    if (values.length === 0) return isComplete ? absent : "unknown";
    return judgeSet(name.set, values, negated ? (value) => not(test(value)) : test);
  };
}

function withoutClaims(test: ValueTest): (caller: Caller) => FilledValues {
  const values = { test, isComplete: true };
  return () => values;
}

/**
 * An absent key fits no value: positive operators fail on it, and negated ones hold. Of a claim nobody knows why it is
 * absent, so a rule that says what it must not be has no answer. Nor has one with a claim in its values
 * that cannot be used (S4.5), or the session policy, which says nothing of that claim, would mean more than the rule.
 */
function withoutKey({ set, ifExists }: OperatorName, { claim }: ConditionKey, negated: boolean): Truth {
  if (ifExists) return true;
  if (negated && claim !== undefined) return "unknown";
  return set === undefined ? negated : set === "ForAllValues";
}

function judgeSet(set: OperatorName["set"], values: readonly string[], holds: ValueTest): Truth {
  if (set === "ForAnyValue") return trueOfAny(values, holds);
  // IAM leaves open what several values are without a set operator.
  if (set === undefined) return values.length === 1 ? holds(values[0] ?? "") : "unknown";
  // IAM's pages say that a null value, such as an empty text, holds; then any rule on a list would take it.
  return trueOfAll(values, (value) => {
    const truth = holds(value);
    return value === "" && truth === false ? "unknown" : truth;
  });
}
