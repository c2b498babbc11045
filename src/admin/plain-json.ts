/** For `JSON.stringify`, which knows no maps: they become objects. */
export function plainJson(_name: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value as ReadonlyMap<string, unknown>) : value;
}
