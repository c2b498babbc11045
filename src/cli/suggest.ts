import type { Recorded } from "../sidecar/recorded.ts";
import { command, type Parsed, seeHelp } from "./command.ts";
import { Complaint, misuse } from "./complaint.ts";
import { EXIT } from "./exit.ts";
import type { Operator } from "./operator-call.ts";
import { ASK_COMPLETES, ASK_HELP, ASK_OPTIONS, operatorOf } from "./operator-options.ts";
import { whyRefused } from "./operator-trouble.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern suggest [--all | --json] [--url URL]
       postern suggest --iam [ROLE] [--url URL]

Asks a running Postern what users did while its policy has mode: record, and prints the rules that would allow it, to
paste under policy.rules. Read the comments first: whoever is recorded can do things only to have them suggested.
Requests of machines and guests are not recorded; their rules are yours to write. Exit code 1 if there is nothing to
suggest.

  --all       the rules that there are, too, each narrowed to what users did by it
  --iam       an IAM policy for each role in place of rules: all that users did with it. With ROLE, a name or an
              ARN, its policy alone
  --json      everything that was recorded, as JSON
${ASK_HELP}`;

/** `postern suggest`. */
export const suggest = command(
  {
    name: "suggest",
    help: HELP,
    options: {
      all: { type: "boolean" },
      iam: { type: "boolean" },
      json: { type: "boolean" },
      ...ASK_OPTIONS,
    },
    words: 1,
    completes: ASK_COMPLETES,
  },
  async (parsed, env) => {
    const form = formOf(parsed);
    const recorded = await recordedAt(operatorOf(parsed, env));
    if (recorded.mode === "enforce")
      terminal.err(terminal.plain(`postern: recording ended at ${recorded.until}; this is what it saw`));
    if (form === "json") terminal.json(recorded);
    else if (form === "iam") printPolicies(recorded, parsed.words[0]);
    else printRules(form === "all" ? recorded.all : recorded);
    return EXIT.ok;
  },
);

function formOf({ values, words: [role] }: Parsed): "rules" | "all" | "iam" | "json" {
  const [form = "rules", other] = (["all", "iam", "json"] as const).filter((name) => values[name] === true);
  if (other !== undefined)
    throw misuse(`--${form} and --${other} are two answers to one question; ${seeHelp("suggest")}`);
  if (role !== undefined && form !== "iam")
    throw misuse(`suggest does not know what to do with "${role}"; ${seeHelp("suggest")}`);
  return form;
}

async function recordedAt({ name: url, call }: Operator): Promise<Recorded> {
  const { status, json: told } = await call("/recorded");
  if (told === undefined || status === 401) throw whyRefused(url, status, told);
  if (status !== 200) throw new Complaint(whyNot(url, told));
  if (!isRecorded(told)) throw new Complaint(`what answers at ${url} is another version of Postern`);
  if (told.uses.length === 0)
    throw new Complaint(`nothing was recorded yet that could be allowed; recording ends at ${told.until}`);
  return told;
}

function whyNot(url: string, { message }: Readonly<Record<string, unknown>>): string {
  return message === "Nothing is recorded."
    ? `the Postern at ${url} records nothing: its policy needs mode: record and an until, and "postern serve" needs --allow-record`
    : `the Postern at ${url} says: ${String(message)}`;
}

function isRecorded(told: object): told is Recorded {
  const { mode, until, uses, yaml, policies, all } = told as Partial<Recorded>;
  const texts = [mode, until, yaml, all?.yaml].every((one) => typeof one === "string");
  return texts && Array.isArray(uses) && Array.isArray(policies);
}

function printRules({ rules, yaml }: Recorded["all"]): void {
  if (rules.length === 0) throw new Complaint("all that was recorded is allowed by the rules that there are");
  terminal.lines(yaml.trimEnd().split("\n"));
}

/** What to know goes to standard error: JSON has no comments. */
function printPolicies({ policies }: Recorded, wanted: string | undefined): void {
  const meant = policies.filter(({ role }) => wanted === undefined || isNamed(role, wanted));
  if (meant.length === 0)
    throw new Complaint(
      `nothing was done with the role ${wanted}; there is ${policies.map(({ role }) => role).join(", ")}`,
    );
  for (const { role, notes } of meant)
    for (const note of notes) terminal.err(terminal.plain(`# ${role}: ${note}`));
  const [first] = meant;
  terminal.json(
    wanted === undefined
      ? Object.fromEntries(meant.map(({ role, policy }) => [role, policy]))
      : first?.policy,
  );
}

function isNamed(role: string, wanted: string): boolean {
  return role === wanted || role.endsWith(`/${wanted}`);
}
