/** The names of the key attributes of a table, or of one of its indexes. */
export interface KeySchema {
  readonly partitionKey: string;
  readonly sortKey?: string;
}

/** Finds a key schema; undefined when there is no such table or index. */
export type KeySchemaOf = (table: string, index?: string) => KeySchema | undefined;
