import type { ClaimPlaces, ClaimRow } from "./claim-places.ts";
import { matchesFrom } from "./pattern.ts";
import { compileTemplate } from "./template.ts";

/** A literal text, or the place of a claim. */
type Piece = string | number;

/** A resource pattern made ready: it is read with a caller's claims in it, without being written out for each caller. */
export interface ResourcePattern {
  readonly written: string;
  /** What stands before the first wildcard: it takes no walk. */
  readonly head: readonly Piece[];
  /** From the first wildcard on; empty where there is none. */
  readonly tail: readonly Piece[];
  /** What the tail ends with after its last wildcard or claim. */
  readonly end: string;
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
  if (typeof cut !== "string") {
    return { written, head: pieces.filter(isSomething), tail: [], end: "", places };
  }
  const at = cut.search(WILDCARD);
  const head = [...pieces.slice(0, first), cut.slice(0, at)].filter(isSomething);
  const tail = [cut.slice(at), ...pieces.slice(first + 1)].filter(isSomething);
  const isAnything = tail.length === 1 && tail[0] === "*";
  return { written, head, tail: isAnything ? ANYTHING : tail, end: endOf(tail.at(-1)), places };
}

/** Whether a pattern means a resource, for the caller of a row. */
export function meansResource(pattern: ResourcePattern, resource: string, row: ClaimRow): boolean {
  const { head, tail, end } = pattern;
  const length = lengthOf(head, row);
  if (length === undefined || length > resource.length) return false;
  if (tail.length === 0 && length < resource.length) return false;
  if (!standsAt(resource.length - end.length, end, resource)) return false;
  if (!endsAt(length, head, resource, row)) return false;
  if (tail.length === 0 || tail === ANYTHING) return true;
  const rest = filled(tail, row);
  return rest !== undefined && matchesFrom(rest, resource, length);
}

/** Whether it names a claim of the row that cannot be used. */
export function isUnusable({ places }: ResourcePattern, row: ClaimRow): boolean {
  return places.some((place) => row[place] === undefined);
}

/** How long pieces are together; undefined with a claim that cannot be used. */
function lengthOf(pieces: readonly Piece[], row: ClaimRow): number | undefined {
  let length = 0;
  for (const piece of pieces) {
    const text = typeof piece === "string" ? piece : row[piece];
    if (text === undefined) return undefined;
    length += text.length;
  }
  return length;
}

/** Whether pieces stand in a resource up to a place. */
function endsAt(place: number, pieces: readonly Piece[], resource: string, row: ClaimRow): boolean {
  let at = place;
  for (let i = pieces.length - 1; i >= 0; i--) {
    const piece = pieces[i] ?? "";
    const text = typeof piece === "string" ? piece : (row[piece] ?? "");
    at -= text.length;
    if (!standsAt(at, text, resource)) return false;
  }
  return true;
}

/**
 * Whether a text stands at a place of a resource. It compares from the end: the rules that are looked at for one resource
 * begin alike, and are told apart there by a character or two.
 */
function standsAt(place: number, text: string, resource: string): boolean {
  for (let i = text.length - 1; i >= 0; i--) {
    if (text.charCodeAt(i) !== resource.charCodeAt(place + i)) return false;
  }
  return true;
}

/** Nothing in a claim of a row is a wildcard. */
function filled(pieces: readonly Piece[], row: ClaimRow): string | undefined {
  const [only] = pieces;
  if (typeof only === "string" && pieces.length === 1) return only;
  const texts = pieces.map((piece) => (typeof piece === "string" ? piece : row[piece]));
  return texts.includes(undefined) ? undefined : texts.join("");
}

function endOf(piece: Piece | undefined): string {
  if (typeof piece !== "string") return "";
  return piece.slice(Math.max(piece.lastIndexOf("*"), piece.lastIndexOf("?")) + 1);
}

function isSomething(piece: Piece): boolean {
  return piece !== "";
}
