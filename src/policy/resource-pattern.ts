import type { ClaimPlaces, ClaimRow } from "./claim-places.ts";
import { matchesFrom } from "./pattern.ts";
import { compileTemplate } from "./template.ts";

/** A literal text, or the place of a claim. */
type Piece = string | number;

/** A resource pattern made ready: it is read with a caller's claims in it, without being written out for each caller. */
export interface ResourcePattern {
  readonly written: string;
  /** What stands before the first wildcard: most patterns are told apart there, and it takes no walk. */
  readonly head: readonly Piece[];
  /** From the first wildcard on; empty where there is none. */
  readonly tail: readonly Piece[];
  /** Of all its claims. */
  readonly places: readonly number[];
}

const WILDCARD = /[*?]/;
const ANYTHING: readonly Piece[] = ["*"];

/** Prepares a pattern once. */
export function compileResource(written: string, { placeOf }: ClaimPlaces): ResourcePattern {
  const pieces = compileTemplate(written).parts.map((part): Piece =>
    typeof part === "string" ? part : placeOf(part),
  );
  const places = pieces.filter((piece) => typeof piece === "number");
  const first = pieces.findIndex((piece) => typeof piece === "string" && WILDCARD.test(piece));
  const cut = pieces[first];
  if (typeof cut !== "string") return { written, head: pieces.filter(isSomething), tail: [], places };
  const at = cut.search(WILDCARD);
  const tail = [cut.slice(at), ...pieces.slice(first + 1)].filter(isSomething);
  return {
    written,
    head: [...pieces.slice(0, first), cut.slice(0, at)].filter(isSomething),
    tail: tail.length === 1 && tail[0] === "*" ? ANYTHING : tail,
    places,
  };
}

/** Whether a pattern means a resource, for the caller of a row. */
export function meansResource({ head, tail }: ResourcePattern, resource: string, row: ClaimRow): boolean {
  let at = 0;
  for (const piece of head) {
    const text = typeof piece === "string" ? piece : row[piece];
    if (text === undefined || !standsAt(text, resource, at)) return false;
    at += text.length;
  }
  if (tail === ANYTHING) return true;
  if (tail.length === 0) return at === resource.length;
  const pattern = filled(tail, row);
  return pattern !== undefined && matchesFrom(pattern, resource, at);
}

/** Whether it names a claim of the row that cannot be used. */
export function isUnusable({ places }: ResourcePattern, row: ClaimRow): boolean {
  return places.some((place) => row[place] === undefined);
}

/** Compares from the end, since the patterns of a policy begin alike: most are told apart by a character or two. */
function standsAt(text: string, resource: string, at: number): boolean {
  if (at + text.length > resource.length) return false;
  for (let i = text.length - 1; i >= 0; i--) {
    if (text.charCodeAt(i) !== resource.charCodeAt(at + i)) return false;
  }
  return true;
}

/** Nothing in a claim of a row is a wildcard. */
function filled([first = "", ...rest]: readonly Piece[], row: ClaimRow): string | undefined {
  if (typeof first === "string" && rest.length === 0) return first;
  let text = "";
  for (const piece of [first, ...rest]) {
    const part = typeof piece === "string" ? piece : row[piece];
    if (part === undefined) return undefined;
    text += part;
  }
  return text;
}

function isSomething(piece: Piece): boolean {
  return piece !== "";
}
