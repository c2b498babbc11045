import { type CaseCaller, type CaseRequest, casesSchema, type Expected } from "./cases-schema.ts";
import { inWords } from "./describe.ts";
import { type Document, readDocument } from "./document.ts";
import { issuesIn } from "./one-form.ts";
import type { Found } from "./problem.ts";
import type { ConfigProblem } from "./read.ts";

/** A file of cases: what a configuration shall make of requests. */
export interface Cases {
  /** Path of the configuration, from the folder of the file. */
  readonly config: string | undefined;
  /** What references of the configuration stand for, in place of what the environment says. */
  readonly env: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
}

/** One request of one caller, and what is expected of it. */
export interface Case {
  readonly name: string | undefined;
  readonly caller: CaseCaller;
  readonly request: CaseRequest;
  readonly sourceIp: string | undefined;
  /** Epoch milliseconds. */
  readonly atMs: number | undefined;
  readonly expected: Expected;
  /** Where it stands, from one; cases that are made of one list stand in one place. */
  readonly line: number;
  readonly column: number;
}

/** What came of reading a file of cases: the cases, or everything that is wrong with them, in the file's order. */
export type CasesReading =
  | { readonly cases: Cases; readonly problems: readonly [] }
  | { readonly cases: undefined; readonly problems: readonly ConfigProblem[] };

/** Reads a file of cases (YAML 1.2; JSON is YAML). A list of callers or of requests makes a case of each with each. */
export function readCases(text: string): CasesReading {
  const { value, problems, broken, place } = readDocument(text);
  if (broken) return unfit(problems, place);
  const parsed = casesSchema.safeParse(value, { error: inWords });
  const found = [...problems, ...(parsed.error === undefined ? [] : issuesIn(parsed.error))];
  if (!parsed.success || found.length > 0) return unfit(found, place);
  const { config, env, cases } = parsed.data;
  const all = cases.flatMap(({ name, caller: callers, request: requests, sourceIp, at: atMs, expect }, i) => {
    const rest = { name, sourceIp, atMs, expected: expect, ...place({ path: ["cases", i] }) };
    return callers.flatMap((caller) => requests.map((request) => ({ caller, request, ...rest })));
  });
  return { cases: { config, env, cases: all }, problems: [] };
}

function unfit(found: readonly Found[], place: Document["place"]): CasesReading {
  const problems = found
    .map((one) => ({ path: one.path.join("."), message: one.message, ...place(one) }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
  return { cases: undefined, problems };
}
