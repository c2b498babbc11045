/** Whether a text, from a place on, is one that a pattern means. */
export type TextTest = (text: string, from?: number) => boolean;

/** What stands between two stars. */
interface Piece {
  readonly length: number;
  readonly standsAt: (text: string, place: number) => boolean;
  /** The first place from one on where it stands; -1 where there is none. */
  readonly find: (text: string, from: number) => number;
}

const NOTHING = literal("");

/**
 * Prepares a pattern of IAM's kind: `*` is any run of characters, `/` and `:` among them, `?` is any one.
 *
 * Between two stars the first place is as good as any other, so nothing is looked for twice: the time is bounded by the
 * length of the text, times a 32nd of what stands around a `?`. Callers write the texts, and some of the patterns by their
 * claims; they make it no longer.
 */
export function compilePattern(pattern: string): TextTest {
  const [head = NOTHING, ...middle] = pattern.split("*").map(compilePiece);
  const tail = middle.pop();
  if (tail === undefined) {
    return (text, from = 0) => text.length - from === head.length && head.standsAt(text, from);
  }
  const pieces = middle.filter(({ length }) => length > 0);
  return (text, from = 0) => {
    const end = text.length - tail.length;
    let at = from + head.length;
    if (at > end || !tail.standsAt(text, end) || !head.standsAt(text, from)) return false;
    for (const piece of pieces) {
      const found = piece.find(text, at);
      if (found === -1) return false;
      at = found + piece.length;
    }
    return at <= end;
  };
}

function compilePiece(text: string): Piece {
  if (!text.includes("?")) return literal(text);
  const skipped = text.search(/[^?]/);
  const standsAt = (other: string, place: number) => equalsBut(text, other, place);
  if (skipped === -1) return { length: text.length, standsAt, find: (_, from) => from };
  const find = compileSearch(text.slice(skipped).replace(/\?+$/, ""));
  return {
    length: text.length,
    standsAt,
    find: (other, from) => {
      const found = find(other, from + skipped);
      return found === -1 ? -1 : found - skipped;
    },
  };
}

function literal(piece: string): Piece {
  return {
    length: piece.length,
    standsAt: (text, place) => text.startsWith(piece, place),
    find: (text, from) => text.indexOf(piece, from),
  };
}

/** Whether a piece stands at a place where there is room for it, each `?` of it being any character. */
function equalsBut(piece: string, text: string, place: number): boolean {
  for (let i = 0; i < piece.length; i++) {
    if (piece[i] !== "?" && piece.charCodeAt(i) !== text.charCodeAt(place + i)) return false;
  }
  return true;
}

const BITS = 32;

/**
 * Prepares to look for a piece with `?` within it: a bit for each of its characters says whether the text fits up to there
 * (Baeza-Yates and Gonnet, A New Approach to Text Searching, 1992).
 */
function compileSearch(piece: string): Piece["find"] {
  if (!piece.includes("?")) return literal(piece).find;
  const longest = piece.split("?").reduce((one, other) => (other.length > one.length ? other : one));
  const fitting = new Map(piece.split("").map((char) => [char.charCodeAt(0), bitsOf(piece, char)]));
  const others = bitsOf(piece, "?");
  const last = 1 << ((piece.length - 1) % BITS);
  return (text, from) => {
    if (!text.includes(longest, from)) return -1;
    const state = new Int32Array(others.length);
    for (let at = from; at < text.length; at++) {
      const reached = step(state, fitting.get(text.charCodeAt(at)) ?? others);
      if ((reached & last) !== 0) return at - piece.length + 1;
    }
    return -1;
  };
}

/** The places of a piece at which a character fits. */
function bitsOf(piece: string, char: string): Int32Array {
  const bits = new Int32Array(Math.ceil(piece.length / BITS));
  for (let i = 0; i < piece.length; i++) {
    const fits = piece[i] === char || piece[i] === "?";
    if (fits) bits[Math.floor(i / BITS)] = (bits[Math.floor(i / BITS)] ?? 0) | (1 << (i % BITS));
  }
  return bits;
}

/** Takes one more character in, and gives the last of the state. */
function step(state: Int32Array, fits: Int32Array): number {
  let carried = 1;
  let reached = 0;
  for (let i = 0; i < state.length; i++) {
    const before = state[i] ?? 0;
    reached = ((before << 1) | carried) & (fits[i] ?? 0);
    state[i] = reached;
    carried = before >>> (BITS - 1);
  }
  return reached;
}
