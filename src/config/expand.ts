/** Where `${env:…}` and `${file:…}` find their values; each returns undefined where there is none. */
export interface Surroundings {
  readonly env: (name: string) => string | undefined;
  readonly file: (path: string) => string | undefined;
}

/** A reference that has no value. */
export interface Unresolved {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const REFERENCE = /\$\{(?<kind>env|file):(?<what>[^}]+)\}/g;

/**
 * Fills references in the values of a document, each once: what comes in is plain text and is not looked at again, so
 * no environment variable and no file is ever a template.
 */
export function expand(
  document: unknown,
  surroundings: Surroundings,
): { readonly value: unknown; readonly problems: readonly Unresolved[] } {
  const problems: Unresolved[] = [];
  const walk = (value: unknown, path: readonly (string | number)[]): unknown => {
    if (typeof value === "string") return fill(value, path);
    if (Array.isArray(value)) return value.map((entry, i) => walk(entry, [...path, i]));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, walk(entry, [...path, key])]),
    );
  };
  const fill = (text: string, path: readonly (string | number)[]): string =>
    text.replace(REFERENCE, (reference, kind: "env" | "file", what: string) => {
      const found = surroundings[kind](what);
      if (found === undefined || found === "") {
        const problem =
          kind === "env"
            ? `the environment variable ${what} is not set`
            : `the file ${what} cannot be read, or is empty`;
        problems.push({ path, message: problem });
        return reference;
      }
      return found;
    });
  return { value: walk(document, []), problems };
}
