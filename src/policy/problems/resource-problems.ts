import type { KnownAction, ResourceShape } from "../../domain/known-action.ts";
import { type ActionBook, isWild, serviceIn } from "./action-book.ts";
import { isAction } from "./action-pattern.ts";
import type { PolicyNames, Problem, RuleDocument } from "../document.ts";
import { isEverything } from "../resource-pattern.ts";
import { nameOf, shapeInWords } from "../scope/resource-shape.ts";

/** Tells what of a rule's resources and actions cannot come together. */
export interface ResourceCheck {
  /** Patterns in `on` that nothing is like which the rule's actions touch. */
  readonly strayPatterns: (rule: RuleDocument) => Problem[];
  /** Actions that touch nothing which is like a pattern in `on`. */
  readonly strayActions: (rule: RuleDocument) => Problem[];
}

/** Prepares the check. */
export function compileResourceCheck(book: ActionBook, { moreActions }: PolicyNames): ResourceCheck {
  const touchedBy = (rule: RuleDocument): readonly KnownAction[] | undefined => {
    const side = rule.deny === undefined ? "allow" : "deny";
    const patterns = rule[side] ?? [];
    const isKnown = (pattern: string): boolean => {
      if (!isAction(pattern)) return false;
      if (pattern === "*") return book.services.size > 0 && moreActions !== true;
      const meant = book.services.has(serviceIn(pattern)) ? book.meantBy(pattern, side) : [];
      return meant.length > 0 && (isWild(pattern) || meant.some(({ asked }) => asked));
    };
    if (!patterns.every(isKnown)) return undefined;
    const touching = patterns.flatMap((pattern) => book.meantBy(pattern, side)).filter(({ asked }) => asked);
    return touching.length > 0 ? touching : undefined;
  };
  /** Tells the patterns that mean something of what the actions touch: of what nobody can tell, everything. */
  const aboutIt = (
    actions: readonly KnownAction[],
    { deny }: RuleDocument,
  ): ((pattern: string) => boolean) => {
    const shapes = shapesOf(actions);
    const isUnknown = actions.some(({ unknownResource }) => unknownResource === true);
    if (shapes.length === 0 && !isUnknown) return () => true;
    return (pattern) =>
      (isUnknown && (deny !== undefined || isEverything(pattern))) ||
      shapes.some((shape) => book.meets(pattern, shape));
  };
  const strayPatterns = (rule: RuleDocument): Problem[] => {
    const actions = touchedBy(rule);
    if (actions === undefined) return [];
    const isAbout = aboutIt(actions, rule);
    return (rule.on ?? []).flatMap((pattern, i) => {
      if (isAbout(pattern)) return [];
      const message = `no request for these actions is about it: ${aboutInWords(actions)}`;
      return [{ path: ["on", i], message }];
    });
  };
  return {
    strayPatterns,
    strayActions: (rule) => {
      const side = rule.deny === undefined ? "allow" : "deny";
      const { on } = rule;
      // Where that is so of every pattern, it is the patterns that are wrong.
      if (on === undefined || strayPatterns(rule).length === on.length) return [];
      return (rule[side] ?? []).flatMap((pattern, i) => {
        const actions = book.meantBy(pattern, side).filter(({ asked }) => asked);
        if (actions.length === 0 || on.some(aboutIt(actions, rule))) return [];
        const message = `nothing in on is what it is about: ${aboutInWords(actions)}`;
        return [{ path: [side, i], message }];
      });
    },
  };
}

function shapesOf(actions: readonly KnownAction[]): readonly ResourceShape[] {
  const shapes = actions.flatMap(({ resources }) => resources);
  return [...new Map(shapes.map((shape) => [nameOf(shape), shape])).values()];
}

/** More of them make no message clearer. */
const MAX_TOLD = 3;

/** What actions touch, such as `s3:GetObject is about objects, such as arn:aws:s3:::BUCKET/KEY`. */
function aboutInWords(actions: readonly KnownAction[]): string {
  const told = new Set<string>();
  for (const shape of shapesOf(actions).slice(0, MAX_TOLD)) {
    const touching = actions.find(({ resources }) => resources.some((one) => nameOf(one) === nameOf(shape)));
    told.add(`${touching?.action ?? ""} is about ${shapeInWords(shape)}`);
  }
  const untold = actions.find(({ resources }) => resources.length === 0);
  if (untold !== undefined)
    told.add(`no request tells what ${untold.action} touches, so that only on: ["*"] allows it`);
  return [...told].join("; ");
}
