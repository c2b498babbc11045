import { decodePercent } from "../domain/percent.ts";
import { Refusal } from "../domain/refusal.ts";

/** One part of a path between slashes. */
export interface Segment {
  /** Decoded once. */
  readonly text: string;
  /**
   * Whether the text has a `/`, `\`, `%`, `?` or `#` in it, which came escaped. Who decodes at another time reads another
   * path: this is for a label that is known to hold such text, and refused elsewhere.
   */
  readonly isOdd: boolean;
}

/** A path as its segments. */
export interface Segments {
  readonly segments: readonly Segment[];
  /** Whether a `/` follows the last segment; that of the path `/` follows none. */
  readonly endsInSlash: boolean;
}

/** What may stand in a path (RFC 3986 section 3.3). */
const RAW_PATH = /^\/[\w\-.~!$&'()*+,;=:@%/]*$/;
/** An escape of a character that needs none (RFC 3986 section 2.3). */
const NEEDLESS = /%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/i;

const CONTROL = /\p{Cc}/u;
const DOT_SEGMENT = /(?:^|[/\\])\.\.?(?:$|[/\\])/;
const ODD = /[/\\%?#]/;

/**
 * Reads the path of any service but S3: split at its slashes, then each segment decoded once. What another reader could
 * take for another path is refused, so that the path can go on the wire as it came; only the case of an escape's digits
 * is left open, which no reader minds.
 *
 * @param path as the client sent it, without the query
 * @throws Refusal target-malformed, target-ambiguous
 */
export function readSegments(path: string): Segments {
  if (!RAW_PATH.test(path)) throw malformed("a raw character in the path");
  if (path.includes("%") && NEEDLESS.test(path)) throw ambiguous("an escape of a character that needs none");
  const endsInSlash = path.endsWith("/");
  const inner = path.slice(1, endsInSlash ? -1 : undefined);
  if (path === "/") return { segments: [], endsInSlash };
  return { segments: inner.split("/").map(readSegment), endsInSlash };
}

function readSegment(raw: string): Segment {
  const text = decodePercent(raw);
  if (text === undefined) throw malformed("an escape is not UTF-8");
  if (text === "") throw ambiguous("an empty segment");
  if (CONTROL.test(text)) throw malformed("an escaped control character");
  if (DOT_SEGMENT.test(text)) throw ambiguous("a dot segment");
  // Some servers cut a segment there, since parameters may follow (RFC 3986 section 3.3).
  if (text.includes(";")) throw ambiguous("a semicolon in the path");
  return { text, isOdd: ODD.test(text) };
}

function malformed(detail: string): Refusal {
  return new Refusal("target-malformed", { detail });
}

function ambiguous(detail: string): Refusal {
  return new Refusal("target-ambiguous", { detail });
}
