import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import { watchFile } from "../files/watched.ts";

/** Says which callers are revoked, though their tokens are good. */
export interface Denylist {
  readonly isRevoked: (caller: Pick<Caller, "handles">) => boolean;
  /** Milliseconds since the file was last seen to hold these entries. */
  readonly ageMs: () => number | undefined;
  /**
   * Takes entries over at once that stand in the file by now; whoever reads it anew takes those that stand there then. Resolves
   * when whoever is told of changes has done what it does then.
   */
  readonly add: (more: DenylistEntries) => Promise<void>;
  readonly close: () => void;
}

/** What {@link createDenylist} needs. */
export interface DenylistOptions {
  readonly path: string;
  readonly now: Clock;
  /** Told after each change, for whoever keeps what a revoked caller may have no longer. */
  readonly onChange: () => unknown;
  /** Told of each change that could not be taken over, for the log; the last good entries go on holding. */
  readonly onFailure: (error: unknown) => void;
}

/** Entries of a denylist, as they stand in {@link Caller.handles}, each with its end in epoch milliseconds. */
export type DenylistEntries = ReadonlyMap<string, number>;

/** What is wrong with one line; lines count from 1. */
export interface DenylistProblem {
  readonly line: number;
  readonly message: string;
}

/** A denylist, or why it is none. */
export type ParsedDenylist =
  | { readonly entries: Map<string, number> }
  | { readonly problems: readonly DenylistProblem[] };

const MAX_LINES = 1_000_000;
/** Of the whole file. */
export const MAX_DENYLIST_BYTES = 64 * 1024 * 1024;

/** A file of another kind is wrong in every line, and nobody reads more than this. */
const MAX_PROBLEMS = 20;

/**
 * `jti:` and `origin_jti:` with any value, `sub:` with an issuer's configured name; then an end, then a comment. One
 * expression for the whole line, since there may be a million.
 */
const ENTRY = /^((?:origin_)?jti:\S+|sub:[a-z0-9][a-z0-9-]*\/\S+)(?:\s+([^\s#]\S*))?(?:\s+#[^]*)?$/;

/** Date and time with an offset (RFC 3339 section 5.6), but for leap seconds. */
const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

/**
 * Reads a denylist: one entry a line, `jti:…`, `origin_jti:…` or `sub:<issuer name>/<sub>`, then, after white space, the
 * time at which it ends, where it does. `#` at the start of a line or after white space begins a comment.
 */
export function parseDenylist(text: string): ParsedDenylist {
  if (Buffer.byteLength(text) > MAX_DENYLIST_BYTES)
    return problem(1, `a denylist has at most ${MAX_DENYLIST_BYTES} bytes`);
  const entries = new Map<string, number>();
  const problems: DenylistProblem[] = [];
  // What is too much is not even split: sixty million empty lines would take a gigabyte.
  const lines = text.split("\n", MAX_LINES + 2);
  if (lines.at(-1) === "") lines.pop();
  if (lines.length > MAX_LINES) return problem(MAX_LINES + 1, `a denylist has at most ${MAX_LINES} lines`);
  for (const [i, line] of lines.entries()) {
    const message = readLine(line, entries);
    if (message === undefined) continue;
    problems.push({ line: i + 1, message });
    if (problems.length === MAX_PROBLEMS) break;
  }
  return problems.length > 0 ? { problems } : { entries };
}

/** Takes one line over, or says what is wrong with it. */
function readLine(line: string, entries: Map<string, number>): string | undefined {
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return undefined;
  const [, entry, end] = ENTRY.exec(text) ?? [];
  if (entry === undefined)
    return "a line is jti:…, origin_jti:… or sub:<issuer name>/<sub>, and at most an end after it";
  const endsAtMs = end === undefined ? Number.POSITIVE_INFINITY : endOf(end);
  if (endsAtMs === undefined) return "the end of an entry is written like 2026-12-31T23:59:59Z";
  entries.set(entry, Math.max(endsAtMs, entries.get(entry) ?? endsAtMs));
  return undefined;
}

function endOf(text: string): number | undefined {
  const [, year, month, day] = DATE_TIME.exec(text) ?? [];
  if (year === undefined) return undefined;
  const endsAtMs = Date.parse(text.toUpperCase());
  if (Number.isNaN(endsAtMs)) return undefined;
  // The 30th of February would be read as a day of March.
  const isReal = Number(day) <= 28 || new Date(`${year}-${month}-${day}`).getUTCDate() === Number(day);
  return isReal ? endsAtMs : undefined;
}

function problem(line: number, message: string): ParsedDenylist {
  return { problems: [{ line, message }] };
}

/**
 * Follows a denylist file. While it cannot be read or has an error, the last good entries hold.
 *
 * @throws Error where there is no good denylist to begin with
 */
export function createDenylist({ path, now, onChange, onFailure }: DenylistOptions): Denylist {
  let entries: Map<string, number> | undefined;
  let failure: unknown;
  const file = watchFile({
    path,
    maxBytes: MAX_DENYLIST_BYTES,
    now,
    onText: (text) => {
      const isFirst = entries === undefined;
      entries = readEntries(text, path);
      if (!isFirst) onChange();
    },
    onFailure: (error) => {
      if (entries === undefined) failure = error;
      else onFailure(error);
    },
  });
  if (entries === undefined) {
    file.close();
    throw new Error(`no denylist can be had from ${path}`, { cause: failure });
  }
  // The events may fail where the file itself is good.
  if (failure !== undefined) onFailure(failure);
  return {
    isRevoked: ({ handles }) => {
      const nowMs = now();
      return handles.some((handle) => nowMs < (entries?.get(handle) ?? Number.NEGATIVE_INFINITY));
    },
    ageMs: file.ageMs,
    add: async (more) => {
      for (const [entry, endsAtMs] of more)
        entries?.set(entry, Math.max(endsAtMs, entries.get(entry) ?? endsAtMs));
      await onChange();
    },
    close: file.close,
  };
}

function readEntries(text: string, path: string): Map<string, number> {
  const parsed = parseDenylist(text);
  if ("entries" in parsed) return parsed.entries;
  const [first, ...others] = parsed.problems.map(({ line, message }) => `${path}:${line}: ${message}`);
  throw new Error(others.length > 0 ? `${first} (and ${others.length} more)` : first);
}
