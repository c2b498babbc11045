/** How grave a line is. */
export type Level = "debug" | "info" | "warn" | "error";

/** How much is logged. */
export interface LogSettings {
  /** The least that is logged. Lines of requests are `info`, and so are those of tunnels and of packets that are refused. */
  readonly level: Level | "silent";
  /** Which requests have a line, and likewise which tunnels and packets. */
  readonly requests: "all" | "refused" | "none";
  /** Of requests that succeeded and changed nothing, the part that has a line. Default 1. */
  readonly sample?: number;
  /** Whether what an audit asks for has a line whatever the others say, but for `silent`. Default true. */
  readonly audit?: boolean;
  /** Whether the lines of the audit are tied to one another. Default false. */
  readonly auditChain?: boolean;
}
