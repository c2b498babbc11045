/** A string and, where it is a member's name, its colon; or a bracket. */
const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|[[\]{}]/g;

/**
 * Whether an object of a JSON text names a member twice, however it is escaped: of two, one reader takes the first and
 * another the last. The text is valid JSON.
 */
export function namesTwice(text: string): boolean {
  const open: Set<string>[] = [];
  for (const [token, string, colon] of text.matchAll(TOKENS)) {
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (string !== undefined && colon !== undefined) {
      const names = open.at(-1);
      const name = JSON.parse(string) as string;
      if (names?.has(name) === true) return true;
      names?.add(name);
    }
  }
  return false;
}

/** What is sent has one form alone: escapes in capitals where there must be some, and each parameter once, in order. */
export function isCanonicalTarget(target: string): boolean {
  const [path = "", query = "", ...rest] = target.split("?");
  const names = query === "" ? [] : query.split("&").map((pair) => pair.replace(/=.*$/s, ""));
  return (
    rest.length === 0 &&
    /^\/(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})*$/.test(path) &&
    !path.startsWith("//") &&
    !path.split("/").some((segment) => segment === "." || segment === "..") &&
    /^(?:(?:[A-Za-z0-9\-._~&=]|%[0-9A-F]{2})*)$/.test(query) &&
    new Set(names).size === names.length &&
    !names.some((name) => /^x-amz-/i.test(name))
  );
}
