import type { ClaimPlaces, ClaimRow } from "./claim-places.ts";
import { keepLast } from "./keep-last.ts";
import { meets } from "./pattern.ts";
import { compileTemplate } from "./template.ts";
import { compilePattern, type TextTest } from "./text-pattern.ts";

/** A literal text, or the place of a claim. */
type Piece = string | number;

/** A resource pattern made ready: it is read with a caller's claims in it, without being written out for each caller. */
export interface ResourcePattern {
  readonly written: string;
  /** Whether it means every resource, whatever it is. */
  readonly isEverything: boolean;
  /** All of it. */
  readonly pieces: readonly Piece[];
  /** What stands before the first wildcard: it takes no walk. */
  readonly head: readonly Piece[];
  /** What must stand from the first wildcard on, for the caller of a row; left out where there is none. */
  readonly tail?: (row: ClaimRow) => TextTest | undefined;
  /** Of all its claims. */
  readonly places: readonly number[];
}

const WILDCARD = /[*?]/;
const STARS = /^\*+$/;

/**
 * Prepares a pattern once.
 *
 * @param spelt how its letters are taken. Default: as they are written
 */
export function compileResource(
  written: string,
  { placeOf }: ClaimPlaces,
  spelt: (text: string) => string = asItIs,
): ResourcePattern {
  const pieces = compileTemplate(written).parts.map((part): Piece =>
    typeof part === "string" ? spelt(part) : placeOf(part),
  );
  const places = pieces.filter((piece) => typeof piece === "number");
  const named = { written, isEverything: isEverything(written), pieces };
  const first = pieces.findIndex((piece) => typeof piece === "string" && WILDCARD.test(piece));
  const cut = pieces[first];
  if (typeof cut !== "string") {
    return { ...named, head: pieces.filter(isSomething), places };
  }
  const at = cut.search(WILDCARD);
  const head = [...pieces.slice(0, first), cut.slice(0, at)].filter(isSomething);
  const tail = compileTail([cut.slice(at), ...pieces.slice(first + 1)]);
  return { ...named, head, tail, places };
}

/** Whether a pattern means every resource, whatever it is: no other than one of stars alone does. */
export function isEverything(written: string): boolean {
  return STARS.test(written);
}

/** Whether a pattern means a resource, for the caller of a row. */
export function meansResource(pattern: ResourcePattern, resource: string, row: ClaimRow): boolean {
  const { head, tail } = pattern;
  const length = lengthOf(head, row);
  if (length === undefined || length > resource.length) return false;
  if (tail === undefined && length < resource.length) return false;
  if (!endsAt(length, head, resource, row)) return false;
  return tail === undefined || tail(row)?.(resource, length) === true;
}

/** Whether there is a resource that it means, for the caller of a row, and that another pattern means too. */
export function meetsResource({ pieces }: ResourcePattern, other: string, row: ClaimRow): boolean {
  const text = filled(pieces, row);
  return text !== undefined && meets(text, other);
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

/** Without claims in it a tail is made ready once. */
function compileTail(pieces: readonly Piece[]): (row: ClaimRow) => TextTest | undefined {
  if (pieces.every((piece) => typeof piece === "string")) {
    const test = compilePattern(pieces.join(""));
    return () => test;
  }
  return keepLast(
    (row: ClaimRow) => {
      const text = filled(pieces, row);
      return text === undefined ? undefined : compilePattern(text);
    },
    (row) => row,
  );
}

/** Nothing in a claim of a row is a wildcard. */
function filled(pieces: readonly Piece[], row: ClaimRow): string | undefined {
  const texts = pieces.map((piece) => (typeof piece === "string" ? piece : row[piece]));
  return texts.includes(undefined) ? undefined : texts.join("");
}

function asItIs(text: string): string {
  return text;
}

function isSomething(piece: Piece): boolean {
  return piece !== "";
}
