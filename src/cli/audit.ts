import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { type AuditFault, type AuditReport, createAuditCheck } from "./audit-check.ts";
import { command } from "./command.ts";
import { Complaint } from "./complaint.ts";
import { EXIT } from "./exit.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern audit [--json] [FILE… | -]

Reads a log of Postern's, from standard input where no file is named, and tells whether the lines of its audit are all
there and as they were written: with log.auditChain each is tied to the one before. Lines of several processes may be
mixed. Files are read in the order in which they are named: the oldest first. Other lines, and what an outer log writes
before a line, do not count. Exit code 1 if a line is missing or changed, if one of the audit is in no chain though
chains had begun, or if none is in a chain.

What was cut off at the end leaves no trace in a log, nor does a whole chain that is gone, and whoever can write the log
can add one: compare the chains and the last seq and chain of each, which this prints, with those that you keep elsewhere.

  --json    what was found, as JSON`;

/** More files than a shell has room for. */
const MAX_FILES = 10_000;

/** `postern audit`. */
export const audit = command(
  {
    name: "audit",
    help: HELP,
    options: { json: { type: "boolean" } },
    words: MAX_FILES,
    completes: { words: "files" },
  },
  async ({ values, words }) => {
    const report = await checked(words.length === 0 ? ["-"] : words);
    const isWhole = report.chains.length > 0 && report.faults.length === 0;
    if (values["json"] === true) terminal.json({ isWhole, ...report });
    else if (report.chains.length === 0) throw new Complaint(nothingIn(report));
    else terminal.lines(linesOf(report));
    return isWhole ? EXIT.ok : EXIT.failure;
  },
);

async function checked(files: readonly string[]): Promise<AuditReport> {
  const check = createAuditCheck();
  for (const file of files) {
    const input = file === "-" ? process.stdin : createReadStream(file);
    let line = 0;
    try {
      for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
        check.read(text, file, ++line);
    } catch (error) {
      throw new Complaint(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return check.report();
}

function nothingIn({ unchained }: AuditReport): string {
  if (unchained === 0) return "no line of an audit is there";
  return `no line is in a chain; of ${unchained} of an audit nobody can tell: log.auditChain ties them`;
}

function linesOf({ chains, unchained, faults }: AuditReport): readonly string[] {
  return [
    ...faults.map((fault) => `${fault.file}:${fault.line}: ${inWords(fault)}`),
    ...chains.map(
      ({ chainStart, lines, seq, chain }) =>
        `chain ${chainStart}: ${counted(lines, "line")}, the last with seq ${seq} and chain ${chain}`,
    ),
    ...(unchained === 0 ? [] : [`${counted(unchained, "line")} in no chain`]),
    faults.length === 0 ? "nothing is missing or changed" : counted(faults.length, "fault"),
  ];
}

function inWords(told: AuditFault): string {
  if (told.fault === "unchained") return "a line of the audit is in no chain";
  const { fault, seq, from, chainStart } = told;
  const name = `of chain ${chainStart.slice(0, 8)}`;
  if (fault === "changed") return `seq ${seq} ${name} is not what was written`;
  if (fault === "order") return `seq ${seq} ${name} stands behind a later one, or twice`;
  return from === seq - 1
    ? `seq ${from} ${name} is missing before it`
    : `seq ${from} to ${seq - 1} ${name} are missing before it`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
