import type { Truth } from "./truth.ts";
import { matches } from "../pattern.ts";

/** Steps that holding one value against a pattern with `?` may take. No key of S3's or DynamoDB's comes near. */
const MAX_STEPS = 2 ** 22;

/**
 * Prepares a pattern with `*` and `?`, which are any run of characters and any one.
 *
 * What stands between stars is looked for natively: in time that grows with the value alone, whatever a claim put there.
 */
export function compileLike(pattern: string): (value: string) => Truth {
  if (pattern.includes("?")) {
    return (value) => (pattern.length * value.length > MAX_STEPS ? "unknown" : matches(pattern, value));
  }
  const [head = "", ...middle] = pattern.split("*");
  const tail = middle.pop();
  if (tail === undefined) return (value) => value === pattern;
  return (value) => {
    const end = value.length - tail.length;
    let at = head.length;
    if (!value.startsWith(head) || !value.endsWith(tail)) return false;
    for (const piece of middle) {
      const found = value.indexOf(piece, at);
      if (found === -1) return false;
      at = found + piece.length;
    }
    return at <= end;
  };
}
