import { linkOf } from "../telemetry/audit-chain.ts";

/** Something wrong with a chain. */
export interface AuditFault {
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

/** A line of a chain, of which the end is always the same. What stands before it is what an outer log may have put there. */
const CHAINED =
  /(?<json>\{.*"seq":(?<seq>[1-9]\d{0,14}),"chainStart":"(?<chainStart>[0-9a-f]{32})"),"chain":"(?<chain>[0-9a-f]{64})"\}\s*$/;

/** A line of an audit, as far as that can be told. */
const AUDITED = /"time":"[^"]*","audit":"[a-z-]+"/;

/** Begins to look. */
export function createAuditCheck(): AuditCheck {
  const chains = new Map<string, AuditedChain>();
  const faults: AuditFault[] = [];
  let unchained = 0;
  return {
    read: (text, file, line) => {
      const found = readLine(text);
      if (found === undefined) {
        if (AUDITED.test(text)) unchained++;
        return;
      }
      const { chainStart, seq, chain } = found;
      const last = chains.get(chainStart) ?? { chainStart, lines: 0, seq: 0, chain: chainStart };
      const fault = faultOf(found, last);
      if (fault !== undefined) faults.push({ file, line, chainStart, seq, ...fault });
      // What comes too late does not take the chain back.
      const stands = fault?.fault === "order" ? last : { chainStart, seq, chain };
      chains.set(chainStart, { ...stands, lines: last.lines + 1 });
    },
    report: () => ({ chains: [...chains.values()], unchained, faults }),
  };
}

interface ChainedLine {
  /** Without its `chain`. */
  readonly json: string;
  readonly seq: number;
  readonly chainStart: string;
  readonly chain: string;
}

function readLine(text: string): ChainedLine | undefined {
  const groups = CHAINED.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { json = "", seq = "", chainStart = "", chain = "" } = groups;
  return { json: `${json}}`, seq: Number(seq), chainStart, chain };
}

/** Behind a gap nobody can tell whether a line is what it was: it is one with those that are not there. */
function faultOf(
  { json, seq, chain }: ChainedLine,
  last: AuditedChain,
): Pick<AuditFault, "fault" | "from"> | undefined {
  if (seq <= last.seq) return { fault: "order", from: seq };
  if (seq > last.seq + 1) return { fault: "missing", from: last.seq + 1 };
  return linkOf(last.chain, json) === chain ? undefined : { fault: "changed", from: seq };
}
