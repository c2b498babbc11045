import { textsOf } from "./condition.ts";
import { keyProblem } from "./key-problem.ts";
import { readKey } from "./keys.ts";
import type { Problem, RuleDocument, WhenDocument, WhenValue } from "../document.ts";
import { NULL, operatorProblem, readOperatorName } from "./operator-name.ts";
import { OPERATORS, readBool } from "./operator.ts";
import { notKnown, unknownVariables } from "../template.ts";

type Values = WhenValue | readonly WhenValue[];

const NOTHING = "nothing is in it; leave it out, or say what is meant";

/** Finds the conditions of a rule that cannot be meant; the rule's conditions can be compiled when there are none. */
export function whenProblems({ when, allow }: RuleDocument): readonly Problem[] {
  if (when === undefined) return [];
  const operators = Object.entries(when);
  if (operators.length === 0) return [{ path: ["when"], message: NOTHING }];
  return operators.flatMap(([operator, keys]) => {
    const path = ["when", operator];
    const problem = operatorProblem(operator) ?? (Object.keys(keys).length === 0 ? NOTHING : undefined);
    if (problem !== undefined) return [{ path, message: problem }];
    return Object.entries(keys).flatMap(([key, values]) => [
      ...messagesFor(keyProblem(key), [...path, key]),
      ...(allow === undefined ? [] : messagesFor(guardProblem(when, operator, key), [...path, key])),
      ...valueProblems(operator, values).map(({ path: rest, message }) => ({
        path: [...path, key, ...rest],
        message,
      })),
    ]);
  });
}

function messagesFor(message: string | undefined, path: Problem["path"]): Problem[] {
  return message === undefined ? [] : [{ path, message }];
}

/** What holds for a key that is absent would allow whoever leaves it out. */
function guardProblem(when: WhenDocument, operator: string, key: string): string | undefined {
  const name = readOperatorName(operator);
  const known = readKey(key);
  if (name === undefined || known === undefined) return undefined;
  if ((!name.ifExists && name.set !== "ForAllValues") || isGuarded(when, known.name)) return undefined;
  return `${operator} holds where ${key} is absent: in an allow write Null: { "${key}": false } beside it, or an operator that asks for the key`;
}

function isGuarded(when: WhenDocument, name: string): boolean {
  return Object.entries(when[NULL] ?? {}).some(
    ([key, values]) =>
      readKey(key)?.name === name && textsOf(values).every((text) => readBool(text) === false),
  );
}

function valueProblems(operator: string, values: Values): readonly Problem[] {
  const list = [values].flat();
  if (list.length === 0) return [{ path: [], message: NOTHING }];
  return list.flatMap((value, i) =>
    messagesFor(valueProblem(operator, value), Array.isArray(values) ? [i] : []),
  );
}

function valueProblem(name: string, value: WhenValue): string | undefined {
  const { base = "" } = readOperatorName(name) ?? {};
  const operator = OPERATORS.get(base);
  const text = String(value);
  if (typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    return `${text} may not be the number that is written: put it in quotes`;
  }
  if (text.includes("${") && operator?.variables !== true) {
    return `${name} takes no variables: claims fill texts and ARNs alone`;
  }
  const [unknown] = unknownVariables(text);
  if (unknown !== undefined) return notKnown(unknown);
  if (operator === undefined) return readBool(text) === undefined ? `${name} takes true or false` : undefined;
  return operator.compile([text]) === undefined ? `"${text}" is not ${operator.takes}` : undefined;
}
