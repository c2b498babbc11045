import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Case, type Cases, readCases } from "../config/cases.ts";
import type { Environment } from "../config/load.ts";
import { callerInWords, questionOf } from "./case-question.ts";
import { type Came, cameInWords, cameOf, expectedInWords, isAsExpected } from "./case-result.ts";
import { command, seeHelp, textOf } from "./command.ts";
import { misuse } from "./complaint.ts";
import { CONFIG_HELP, lineOf, type LoadedConfig, readConfigFile } from "./config-file.ts";
import { EXIT } from "./exit.ts";
import { paintCases } from "./paint.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern test CASES [--config FILE] [--json]

Policy as code: asks a configuration what it would make of requests, and holds that against what a file of cases expects.
Nothing runs, nothing is exchanged and nothing is sent. Exit code 0 if all came as expected, 1 if not, 78 if a file is
not good.

  config: postern.yaml             # beside the cases
  cases:
    - name: analysts read reports
      caller: { groups: [analysts], claims: { "custom:tenant": acme } }   # or user, guest, { machine: CLIENT }
      request: GET /s3/reports/q3.txt                                     # or { method, target, headers, body }
      expect: permit                # or denial, refusal, a reason such as denied-no-rule,
                                    # or { verdict, reason, rule, role, source, operation }

A list of callers or requests is a case of each with each. sourceIp and at are the request's, and env what references of
the configuration stand for.

  ${CONFIG_HELP};
                      before them, the file that the cases name
  --json              every case with what came of it, as JSON`;

/** A case, and what came of it. */
interface Result {
  readonly one: Case;
  readonly came: Came;
  readonly passed: boolean;
}

/** `postern test`. */
export const test = command(
  {
    name: "test",
    help: HELP,
    options: { config: { type: "string", short: "c" }, json: { type: "boolean" } },
    words: 1,
    completes: { words: "files", config: "files" },
  },
  async (parsed, env) => {
    const [file] = parsed.words;
    if (file === undefined) throw misuse(`test reads a file of cases; ${seeHelp("test")}`);
    const cases = readCasesFile(file);
    if (cases === undefined) return EXIT.config;
    const loaded = configFor(cases, { file, named: textOf(parsed, "config"), env });
    if (loaded === undefined) return EXIT.config;
    const results = await resultsOf(cases.cases, loaded);
    if (parsed.values["json"] === true) terminal.json(jsonOf(results));
    else terminal.lines(linesOf(file, results), paintCases);
    return results.every(({ passed }) => passed) ? EXIT.ok : EXIT.failure;
  },
);

/** Prints every problem on standard error; undefined where there was any. */
function readCasesFile(file: string): Cases | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    terminal.err(terminal.plain(`${file}:1:1: the file cannot be read`));
    return undefined;
  }
  const { cases, problems } = readCases(text);
  for (const problem of problems) terminal.err(lineOf(file, problem));
  return cases;
}

function configFor(
  { config, env: own }: Cases,
  {
    file,
    named,
    env,
  }: { readonly file: string; readonly named: string | undefined; readonly env: Environment },
): LoadedConfig | undefined {
  const beside = config === undefined ? undefined : resolve(dirname(file), config);
  return readConfigFile(named ?? beside, { ...env, ...own });
}

async function resultsOf(cases: readonly Case[], { config }: LoadedConfig): Promise<readonly Result[]> {
  const { createRehearsal } = await import("../sidecar/rehearsal.ts");
  const rehearse = createRehearsal(config, { now: Date.now });
  const results: Result[] = [];
  for (const one of cases) {
    const came = cameOf(await rehearse(questionOf(one, config)));
    results.push({ one, came, passed: isAsExpected(one.expected, came) });
  }
  return results;
}

function linesOf(file: string, results: readonly Result[]): readonly string[] {
  const failed = results.filter(({ passed }) => !passed);
  return [
    ...failed.map(({ one, came }) => {
      const { line, column, expected } = one;
      return `${file}:${line}:${column}: ${titleOf(one)}: expected ${expectedInWords(expected)}, came ${cameInWords(came)}`;
    }),
    `${results.length - failed.length} passed, ${failed.length} failed`,
  ];
}

/** One case of a list does not tell by its name which. */
function titleOf({ name, caller, request }: Case): string {
  const asked = `${callerInWords(caller)}: ${request.method} ${request.target}`;
  return name === undefined ? asked : `${name}: ${asked}`;
}

function jsonOf(results: readonly Result[]): object {
  const failed = results.filter(({ passed }) => !passed).length;
  const cases = results.map(({ one: { atMs, ...one }, came, passed }) => ({
    ...one,
    ...(atMs !== undefined && { at: new Date(atMs).toISOString() }),
    came,
    passed,
  }));
  return { passed: results.length - failed, failed, cases };
}
