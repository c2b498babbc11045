import { type DenylistEntries, parseDenylist } from "./denylist.ts";

/** What one line of a denylist says. */
export interface DenylistLine {
  readonly entries: DenylistEntries;
  /** `jti`, `origin_jti` or `sub`. */
  readonly kind: string;
  /** Of a `sub`: the issuer's configured name. */
  readonly issuer: string | undefined;
  /** Epoch milliseconds; `Infinity` where it has no end. */
  readonly endsAtMs: number;
}

/** A line that an operator writes: an entry, maybe an end, maybe a comment. Undefined what cannot be shown whole. */
const LINE = /^[^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]{1,4096}$/u;

/** Reads one line, as a denylist's are read; or says what is wrong with it. */
export function readDenylistLine(line: string): DenylistLine | { readonly problem: string } {
  if (!LINE.test(line))
    return { problem: "an entry is one line of at most 4,096 characters that can be seen" };
  const parsed = parseDenylist(line);
  if ("problems" in parsed) return { problem: parsed.problems[0]?.message ?? "it is no entry" };
  const [entry] = parsed.entries;
  if (entry === undefined) return { problem: "a comment alone revokes nobody" };
  const [handle, endsAtMs] = entry;
  const kind = handle.slice(0, handle.indexOf(":"));
  const issuer = kind === "sub" ? handle.slice("sub:".length, handle.indexOf("/")) : undefined;
  return { entries: parsed.entries, kind, issuer, endsAtMs };
}
