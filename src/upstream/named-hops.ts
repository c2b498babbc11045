/** Names that the values of Connection make hop by hop; undefined where they only say what becomes of the connection. */
export function namedHops(values: readonly string[]): ReadonlySet<string> | undefined {
  // Nearly every answer has this one line, or none.
  if (values.length === 0 || (values.length === 1 && values[0] === "keep-alive")) return undefined;
  const names = values.flatMap((value) => value.toLowerCase().split(",")).map((name) => name.trim());
  return names.every((name) => name === "close" || name === "keep-alive") ? undefined : new Set(names);
}
