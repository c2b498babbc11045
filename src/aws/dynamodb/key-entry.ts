/** One of IAM's condition keys of a request: its name in lower case, and its values. */
export type KeyEntry = readonly [key: string, values: readonly string[] | "unknown"];
