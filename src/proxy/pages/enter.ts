import { Refusal } from "../../domain/refusal.ts";
import { checkDoor } from "../door.ts";
import { hasBody } from "../has-body.ts";
import type { Cors } from "../live.ts";
import type { SelfServiceRules } from "../pipeline.ts";
import type { Visit } from "../visit.ts";
import type { Extra, Page } from "./page.ts";

/** One name without an escape: the router resolves dot segments and decodes, and a path has one reading here. */
const TARGET = /^\/\.postern\/([a-z-]*)(?:\?|$)/;

/**
 * Lets a visit in to one of the pages, and has it answer in the manner of that page from then on. A page that is off is
 * as unknown as one that there never was.
 *
 * @throws Refusal upstream-unknown, role-not-granted, query-not-allowed, body-malformed, and as the door's
 */
export function enter(visit: Visit, pages: ReadonlyMap<string, Page>, rules: SelfServiceRules): void {
  const { head, request } = visit;
  checkDoor(head, request.httpVersion);
  const name = TARGET.exec(head.target)?.[1];
  if (name === undefined) throw new Refusal("target-ambiguous", { detail: "not a plain name" });
  const page = pages.get(name);
  if (page?.isOn(rules) !== true) throw new Refusal("upstream-unknown", { detail: "no such page is on" });
  visit.manner = { word: page.word, cors: page.isForBrowsers ? corsOf(rules) : undefined };
  checkExtras(visit, page.takes);
}

/** Cookies are nobody's here: a page of another origin sends its token in a header. */
function corsOf({ origins }: SelfServiceRules): Cors | undefined {
  if (origins.size === 0) return undefined;
  return { origins, allowHeaders: [], exposeHeaders: [], maxAgeSeconds: 600, credentialed: new Set() };
}

function checkExtras(visit: Visit, takes: readonly Extra[]): void {
  const { headers, target } = visit.head;
  if (headers.has("x-postern-role") && !takes.includes("role"))
    throw new Refusal("role-not-granted", { detail: "a wish for a role, where no rule decides" });
  // A token that stands there was presented, and whoever presents one is no guest.
  if (target.includes("?") && !takes.includes("query"))
    throw new Refusal("query-not-allowed", { detail: "a query, where the page takes none" });
  if (hasBody(visit.head) && !takes.includes("body"))
    throw new Refusal("body-malformed", { detail: "a body, where the page takes none" });
}
