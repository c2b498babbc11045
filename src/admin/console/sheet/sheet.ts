/** How a text is meant. Colour says it too, and never alone. */
export type Tone = "good" | "warn" | "bad" | "quiet";

/** A text. Nothing in it hides: see `plainText`. */
export type Line = string | { readonly text: string; readonly tone: Tone };

/** A cell of a table: one line under the other. */
export type Cell = readonly Line[];

/** A row of a table. */
export type Row = readonly Cell[];

/** The name of a table. */
export type TableName =
  | "traffic"
  | "stages"
  | "rules"
  | "refusals"
  | "identities"
  | "exchanges"
  | "issuers"
  | "load";

/** Single texts of the page. */
export type WordName =
  | "state"
  | "remarks"
  | "since"
  | "configuration"
  | "summary"
  | "identities"
  | "taken"
  | "document";

/** A chart: when, and a list of values for each line. */
export interface Chart {
  /** Epoch seconds. */
  readonly at: readonly number[];
  /** Null where there is none. */
  readonly lines: readonly (readonly (number | null)[])[];
}

/** The name of a chart. */
export type ChartName = "requests" | "latency";

/**
 * The whole page in words and numbers, which both the server and the browser put in place: what is shown is said once, here.
 */
export interface Sheet {
  readonly words: Readonly<Record<WordName, Cell>>;
  readonly tables: Readonly<Record<TableName, readonly Row[]>>;
  readonly charts: Readonly<Record<ChartName, Chart>>;
  /** Whether record mode has suggestions. */
  readonly isRecording: boolean;
}

/** What has changed between two sheets. */
export interface Changes {
  readonly words: Partial<Sheet["words"]>;
  readonly tables: Partial<Sheet["tables"]>;
  readonly charts: Partial<Sheet["charts"]>;
  readonly isRecording: boolean;
}
