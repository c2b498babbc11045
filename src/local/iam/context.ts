/** What IAM knows of one request: condition key → value, or values of a multivalued key. Keys ignore case. */
export type IamContext = Readonly<Record<string, string | readonly string[]>>;

/** A context made ready for look-ups: lower-case key → values. A key without values is absent. */
export type ContextIndex = ReadonlyMap<string, readonly string[]>;

/** Prepares a context once, so that every statement can look up in it. */
export function indexContext(context: IamContext): ContextIndex {
  const index = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(context)) {
    const values = typeof value === "string" ? [value] : value;
    if (values.length > 0) index.set(key.toLowerCase(), values);
  }
  return index;
}
