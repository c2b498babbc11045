import type { Problem, RuleDocument } from "../document.ts";
import { type ActionBook, isWild } from "./action-book.ts";
import { isEverything } from "../resource-pattern.ts";

/** Messages name so many at most. */
const MAX_TOLD = 3;

/** Finds denies that hold for more than their `on` says: where no request tells what it touches, it might be that (S3.7). */
export function wideDenies({ deny = [], on = ["*"] }: RuleDocument, book: ActionBook): Problem[] {
  if (on.some(isEverything)) return [];
  return deny.flatMap((pattern, i) => {
    const unknown = book.meantBy(pattern, "deny").filter((one) => one.asked && one.unknownResource === true);
    if (unknown.length === 0) return [];
    const told = unknown.slice(0, MAX_TOLD).map(({ action }) => action);
    const more = unknown.length > MAX_TOLD ? ` and ${unknown.length - MAX_TOLD} more` : "";
    const narrower = isWild(pattern) ? "name the actions that are meant, or deny these" : "deny it";
    const message =
      `it denies ${told.join(", ")}${more} whatever on says, where a request does not tell what it touches: ` +
      `${narrower} in a rule without on`;
    return [{ path: ["deny", i], message }];
  });
}
