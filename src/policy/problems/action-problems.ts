import { nearest } from "../../domain/nearest.ts";
import { type ActionBook, isWild, serviceIn } from "./action-book.ts";
import type { PolicyNames, Problem, RuleDocument } from "../document.ts";
import { isAction } from "./action-pattern.ts";
import { sourcesMet } from "./source-problems.ts";

/** An action of a rule, as it is written, and where. */
interface Written {
  readonly pattern: string;
  readonly path: Problem["path"];
}

/** Finds actions that the services of the upstreams do not have. */
export function unknownActions(rule: RuleDocument, book: ActionBook): Problem[] {
  const side = sideOf(rule);
  return actionsOf(rule).flatMap(({ pattern, path }) => {
    if (!book.services.has(serviceIn(pattern)) || book.meantBy(pattern, side).length > 0) return [];
    const meant = book.nearestTo(pattern);
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    const message = isWild(pattern)
      ? `"${pattern}" means no action of ${serviceIn(pattern)}${hint}`
      : `there is no action ${pattern}${hint}`;
    return [{ path, message }];
  });
}

/** Finds actions that no request through this Postern can need: of services that it does not front, or does not read. */
export function idleActions(rule: RuleDocument, book: ActionBook, names: PolicyNames): Problem[] {
  if (book.services.size === 0) return [];
  return actionsOf(rule).flatMap(({ pattern, path }) => {
    const message = idle(pattern, rule, book, names);
    return message === undefined ? [] : [{ path, message }];
  });
}

function idle(pattern: string, rule: RuleDocument, book: ActionBook, names: PolicyNames): string | undefined {
  const service = serviceIn(pattern);
  if (service === "*") return undefined;
  if (!book.services.has(service)) {
    if (names.moreActions === true) return undefined;
    const meant = nearest(service, [...book.services]);
    if (meant !== undefined) return `no upstream is of a service ${service}; did you mean ${meant}?`;
    return goesToAws(rule, names)
      ? undefined
      : `no upstream is of the service ${service}, so no request needs it`;
  }
  const meant = book.meantBy(pattern, sideOf(rule));
  if (meant.length === 0 || meant.some(({ asked }) => asked)) return undefined;
  if (rule.deny !== undefined || goesToAws(rule, names)) return undefined;
  return `no request that Postern reads needs ${pattern}: the rule allows nothing by it`;
}

/** Session policies hold what a rule allows, also what AWS asks for by itself, such as kms:Decrypt. */
function goesToAws(rule: RuleDocument, names: PolicyNames): boolean {
  return [...sourcesMet(rule, names).values()].some(({ plan }) => plan?.downscope === true);
}

function actionsOf(rule: RuleDocument): readonly Written[] {
  const side = sideOf(rule);
  return (rule[side] ?? []).flatMap((pattern, i) =>
    isAction(pattern) ? [{ pattern, path: [side, i] }] : [],
  );
}

function sideOf({ deny }: RuleDocument): "allow" | "deny" {
  return deny === undefined ? "allow" : "deny";
}
