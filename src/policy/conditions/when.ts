import type { Caller } from "../../domain/caller.ts";
import { compileConditions, type Condition } from "./condition.ts";
import { isOfRequest } from "./keys.ts";
import type { Truth } from "./truth.ts";
import type { Asked, Holds } from "./values.ts";
import type { WhenDocument } from "../document.ts";

export type { Asked } from "./values.ts";

/** The conditions of a rule, made ready to be held against requests. */
export interface When {
  /**
   * Whether the conditions on claims hold: a rule of which they do not is not about the caller at all. Unknown is no in an
   * allow and yes in a deny.
   */
  readonly holdsOf: (caller: Caller) => boolean;
  /** Whether all others hold, likewise. */
  readonly holdsBesides: Holds;
  /** The first condition by which the rule does not mean the request, in words without any value; undefined where it does. */
  readonly against: (asked: Asked) => string | undefined;
  /** The same of conditions on claims alone. */
  readonly againstOf: (caller: Caller) => string | undefined;
  /** Keys that it names, in lower case. */
  readonly keys: ReadonlySet<string>;
  /** Whether it looks at keys of what a request asks. */
  readonly isOfRequest: boolean;
  /** Whether it looks at claims of the caller alone, so that it is the same for every request of the caller. */
  readonly ofCallerAlone: boolean;
}

const ALWAYS: When = {
  holdsOf: () => true,
  holdsBesides: () => true,
  against: () => undefined,
  againstOf: () => undefined,
  keys: new Set(),
  isOfRequest: false,
  ofCallerAlone: true,
};

/**
 * Prepares the conditions of a rule once; they must be free of problems (`whenProblems`). All of them must hold.
 *
 * Not every key can be told from a request: one that is unknown never lets an allow hold. A deny is
 * held off only by a condition that is known not to hold.
 */
export function compileWhen(when: WhenDocument | undefined, side: "allow" | "deny"): When {
  if (when === undefined) return ALWAYS;
  const conditions = compileConditions(when).map((condition) =>
    side === "allow" ? condition : withPartialUnknown(condition),
  );
  const isEnough = (truth: Truth): boolean => (side === "allow" ? truth === true : truth !== false);
  const whyNot = (truth: Truth): string | undefined => {
    if (isEnough(truth)) return undefined;
    return truth === false ? "does not hold" : "cannot be told";
  };
  const ofClaims = conditions.flatMap(({ ofCaller }) => ofCaller ?? []);
  const others = conditions.filter(({ ofCaller }) => ofCaller === undefined);
  const ofEach = others.filter(isOfEach);
  const ofAll = others.filter((condition) => !isOfEach(condition));
  const holdsOfAll: Holds = (asked) => ofAll.every(({ truth }) => isEnough(truth(asked)));
  return {
    holdsOf: (caller) => ofClaims.every((truth) => isEnough(truth(caller))),
    holdsBesides: (asked) =>
      (ofAll.length === 0 || foundOnce(holdsOfAll, asked)) &&
      ofEach.every(({ truth }) => isEnough(truth(asked))),
    against: (asked) => firstOf(conditions, ({ truth }) => whyNot(truth(asked))),
    againstOf: (caller) => firstOf(conditions, ({ ofCaller }) => ofCaller && whyNot(ofCaller(caller))),
    keys: new Set(conditions.flatMap(({ key }) => (key === undefined ? [] : [key.name.toLowerCase()]))),
    isOfRequest: conditions.some(isOfEach),
    ofCallerAlone: conditions.every(({ key }) => key?.claim !== undefined),
  };
}

/** Whether it may hold of one requirement of an operation, and not of another. */
function isOfEach({ key }: Condition): boolean {
  return key !== undefined && isOfRequest(key.name);
}

/** A thousand objects to delete are asked for from one address, at one time. */
function foundOnce(holds: Holds, asked: Asked): boolean {
  const found = asked.found?.get(holds);
  if (found !== undefined) return found;
  const now = holds(asked);
  asked.found?.set(holds, now);
  return now;
}

/** The first condition that there is something against, in words. */
function firstOf(
  conditions: readonly Condition[],
  against: (condition: Condition) => string | undefined,
): string | undefined {
  for (const condition of conditions) {
    const why = against(condition);
    if (why !== undefined) return `${condition.text} ${why}`;
  }
  return undefined;
}

/** A condition of a deny: what the request reaches besides the values of a key might be meant too. */
function withPartialUnknown(condition: Condition): Condition {
  const name = condition.key?.name ?? "";
  return {
    ...condition,
    truth: (asked) =>
      asked.requirement.partial?.includes(name) === true ? "unknown" : condition.truth(asked),
  };
}
