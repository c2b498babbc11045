import { isOwnAction } from "../own-actions.ts";
import { meetsAction } from "../pattern.ts";
import type { SessionCondition } from "./session-condition.ts";
import { compileTemplate, fillTemplate, type ReadClaim } from "../template.ts";

/** What a rule means, claims filled in. */
export interface Scope {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition?: SessionCondition | undefined;
}

/** As many characters as STS takes for a session policy (STS API reference, AssumeRole, `Policy`). */
export const MAX_POLICY_LENGTH = 2048;

/** The only version of the policy language that knows variables, `${*}` among them. */
export const POLICY_VERSION = "2012-10-17";

/** STS takes more, but this much is safe in every form body; the rest is escaped, which JSON reads as the same. */
const OUTSIDE_ASCII = /[^ -~]/g;

/**
 * The session policy that says what rules say: each allow, and of each deny the actions that an allow can mean too.
 * Other denies would only take room. Of Postern's own actions AWS is told nothing: who is allowed no others gets a session
 * that can do nothing.
 *
 * To AWS a deny means the actions that it names and no others: one of `s3:GetObject` beside an allow of `s3:Get*` leaves
 * `s3:GetObjectVersion` open there. Postern, through which the credentials are used, denies what covers it too; to say it
 * here as well, action by action, would soon be too long. So it is with resources that nobody can tell, or in whatever case:
 * AWS knows which it is, and compares exactly.
 */
export function derivePolicy(allows: readonly Scope[], denies: readonly Scope[]): string {
  const told = allows.flatMap((scope) => withActions(scope, (action) => !isOwnAction(action)));
  const allowed = told.flatMap(({ actions }) => actions);
  const isMet = (action: string): boolean =>
    !isOwnAction(action) && allowed.some((one) => meetsAction(one, action));
  const met = denies.flatMap((scope) => withActions(scope, isMet));
  const statements = [
    ...told.map((scope) => statement("Allow", scope)),
    ...met.map((scope) => statement("Deny", scope)),
  ];
  // IAM takes no policy without a statement.
  const Statement = statements.length > 0 ? statements : [statement("Deny", EVERYTHING)];
  return written({ Version: POLICY_VERSION, Statement });
}

const EVERYTHING: Scope = { actions: ["*"], resources: ["*"] };

/** What a rule means with some of its actions; nothing where none is left. */
function withActions(scope: Scope, isOne: (action: string) => boolean): readonly Scope[] {
  const actions = scope.actions.filter(isOne);
  return actions.length === 0 ? [] : [{ ...scope, actions }];
}

/**
 * A policy as somebody wrote it, with claims filled into the texts that are its values. What is filled is the document
 * and not its text, so that no claim can end a string; undefined where a claim cannot be used.
 */
export function fillPolicy(document: unknown, read: ReadClaim): string | undefined {
  let complete = true;
  const fill = (value: unknown): unknown => {
    if (typeof value === "string") {
      const text = fillTemplate(compileTemplate(value), read);
      complete &&= text !== undefined;
      return text;
    }
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fill(entry)]));
  };
  const filled = written(fill(document));
  return complete ? filled : undefined;
}

function statement(effect: "Allow" | "Deny", { actions, resources, condition }: Scope) {
  return { Effect: effect, Action: actions, Resource: resources, Condition: condition };
}

function written(policy: unknown): string {
  return JSON.stringify(policy).replace(
    OUTSIDE_ASCII,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
