import { compileConditions, type Condition } from "./condition.ts";
import type { Asked } from "./values.ts";
import type { WhenDocument } from "../document.ts";

export type { Asked } from "./values.ts";

/** The conditions of a rule, made ready to be held against requests. */
export interface When {
  /** Whether the rule means the request as far as its conditions go: unknown is no in an allow and yes in a deny. */
  readonly holds: (asked: Asked) => boolean;
  /** The first condition by which the rule does not mean the request, in words without any value; undefined where it does. */
  readonly against: (asked: Asked) => string | undefined;
  /** Keys that it names, in lower case. */
  readonly keys: ReadonlySet<string>;
  /** Whether it looks at claims of the caller alone, so that it is the same for every request of the caller. */
  readonly ofCallerAlone: boolean;
}

const ALWAYS: When = {
  holds: () => true,
  against: () => undefined,
  keys: new Set(),
  ofCallerAlone: true,
};

/**
 * Prepares the conditions of a rule once; they must be free of problems (`whenProblems`). All of them must hold.
 *
 * Not every key can be told from a request (security.md S4.2): one that is unknown never lets an allow hold. A deny is
 * held off only by a condition that is known not to hold.
 */
export function compileWhen(when: WhenDocument | undefined, side: "allow" | "deny"): When {
  if (when === undefined) return ALWAYS;
  const conditions = compileConditions(when).map((condition) =>
    side === "allow" ? condition : withPartialUnknown(condition),
  );
  const holds =
    side === "allow"
      ? (asked: Asked) => conditions.every(({ truth }) => truth(asked) === true)
      : (asked: Asked) => conditions.every(({ truth }) => truth(asked) !== false);
  return {
    holds,
    against: (asked) => {
      for (const { text, truth } of conditions) {
        const found = truth(asked);
        if (found === false) return `${text} does not hold`;
        if (found === "unknown" && side === "allow") return `${text} cannot be told`;
      }
      return undefined;
    },
    keys: new Set(conditions.flatMap(({ key }) => (key === undefined ? [] : [key.name.toLowerCase()]))),
    ofCallerAlone: conditions.every(({ key }) => key?.claim !== undefined),
  };
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
