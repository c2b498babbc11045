import { linkOf } from "../telemetry/audit-chain.ts";

/** Something wrong with a log. */
export type AuditFault = ChainFault | LooseLine;

/** Something wrong with a chain. */
export interface ChainFault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly chainStart: string;
  /**
   * `changed`: the line is not what was written; `missing`: lines before it are not there; `order`: one that should stand
   * before it, or a second time the same.
   */
  readonly fault: "changed" | "missing" | "order";
  readonly seq: number;
  /** The first that is missing; of the others the line's own. */
  readonly from: number;
}

/** A line of an audit in no chain, behind the beginning of one or of a later time: anybody may have put it there. */
export interface LooseLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly fault: "unchained";
}

/** The lines of one process. */
export interface AuditedChain {
  readonly chainStart: string;
  readonly lines: number;
  /** Of the last line. */
  readonly seq: number;
  readonly chain: string;
}

/** What there is to say of a log. */
export interface AuditReport {
  readonly chains: readonly AuditedChain[];
  /** Lines of an audit that are in no chain. */
  readonly unchained: number;
  readonly faults: readonly AuditFault[];
}

/** Looks at the lines of a log, one after another. */
export interface AuditCheck {
  readonly read: (text: string, file: string, line: number) => void;
  readonly report: () => AuditReport;
}

/** Begins to look. */
export function createAuditCheck(): AuditCheck {
  const chains = new Map<string, AuditedChain>();
  const faults: AuditFault[] = [];
  const early: Early[] = [];
  let unchained = 0;
  let beganMs = Number.POSITIVE_INFINITY;
  return {
    read: (text, file, line) => {
      const found = readChained(text);
      if (found === undefined) {
        const timeMs = auditedMsOf(text);
        if (timeMs === undefined) return;
        unchained++;
        // Before the first chain is seen nobody knows when it began.
        if (chains.size === 0) early.push({ file, line, timeMs });
        else faults.push({ file, line, fault: "unchained" });
        return;
      }
      const { chainStart, seq, chain } = found;
      if (!chains.has(chainStart)) beganMs = Math.min(beganMs, auditedMsOf(text) ?? beganMs);
      const last = chains.get(chainStart) ?? { chainStart, lines: 0, seq: 0, chain: chainStart };
      const fault = faultOf(found, last);
      if (fault !== undefined) faults.push({ file, line, chainStart, seq, ...fault });
      // What comes too late does not take the chain back.
      const stands = fault?.fault === "order" ? last : { chainStart, seq, chain };
      chains.set(chainStart, { ...stands, lines: last.lines + 1 });
    },
    report: () => {
      const late = early.filter(({ timeMs }) => !(timeMs < beganMs));
      const loose = chains.size === 0 ? [] : late;
      return {
        chains: [...chains.values()],
        unchained,
        faults: [...loose.map(({ file, line }) => ({ file, line, fault: "unchained" as const })), ...faults],
      };
    },
  };
}

/** A line of an audit in no chain, while none was seen. */
interface Early {
  readonly file: string;
  readonly line: number;
  /** Not a number where the line tells none. */
  readonly timeMs: number;
}

/** When a line of an audit was written; not a number where it tells none, and undefined where it is no such line. */
function auditedMsOf(text: string): number | undefined {
  // JSON may write any letter as its number.
  if (!text.includes('"audit"') && !text.includes("\\u00")) return undefined;
  const line = objectIn(text);
  if (typeof line?.["audit"] !== "string") return undefined;
  return typeof line["time"] === "string" ? Date.parse(line["time"]) : Number.NaN;
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  const at = text.indexOf("{");
  if (at < 0) return undefined;
  try {
    return JSON.parse(text.slice(at)) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

interface ChainedLine {
  /** Without its `chain`. */
  readonly json: string;
  readonly seq: number;
  readonly chainStart: string;
  readonly chain: string;
}

const LINK = ',"chain":"';
/** The ends of a line of a chain are always the same, and only they are looked at: what stands before may be of any kind. */
const LINK_END = /^,"chain":"(?<chain>[0-9a-f]{64})"\}\s*$/;
const NAME_END = /"seq":(?<seq>[1-9]\d{0,14}),"chainStart":"(?<chainStart>[0-9a-f]{32})"$/;
const NAME_LENGTH = '"seq":,"chainStart":""'.length + 15 + 32;

/** Reads a line of a chain, from its first brace: what stands before that an outer log may have put there. */
function readChained(text: string): ChainedLine | undefined {
  const at = text.lastIndexOf(LINK);
  const from = text.indexOf("{");
  if (at < 0 || from < 0) return undefined;
  const link = LINK_END.exec(text.slice(at))?.groups;
  const name = NAME_END.exec(text.slice(Math.max(from, at - NAME_LENGTH), at))?.groups;
  if (link === undefined || name === undefined) return undefined;
  const { seq = "", chainStart = "" } = name;
  return { json: `${text.slice(from, at)}}`, seq: Number(seq), chainStart, chain: link["chain"] ?? "" };
}

/** Behind a gap nobody can tell whether a line is what it was: it is one with those that are not there. */
function faultOf(
  { json, seq, chain }: ChainedLine,
  last: AuditedChain,
): Pick<ChainFault, "fault" | "from"> | undefined {
  if (seq <= last.seq) return { fault: "order", from: seq };
  if (seq > last.seq + 1) return { fault: "missing", from: last.seq + 1 };
  return linkOf(last.chain, json) === chain ? undefined : { fault: "changed", from: seq };
}
