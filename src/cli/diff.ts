import type { Environment } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { defaultSourceOf, sourceTraitsOf, upstreamSourcesOf } from "../config/sources.ts";
import { diffPolicies } from "../policy/diff/diff.ts";
import type { PolicySide } from "../policy/diff/side.ts";
import type { RuleDocument } from "../policy/document.ts";
import { RECORDED } from "../policy/record.ts";
import { readConfigFile } from "./config-file.ts";
import { countedActions } from "./counted-actions.ts";
import { settingsThatDiffer } from "./diff-settings.ts";
import { changeLines, type ToldChange, toldChanges } from "./diff-words.ts";
import { EXIT } from "./exit.ts";
import { paintChanges } from "./paint.ts";
import { terminal } from "./terminal.ts";

/** Two configurations to compare, and how. */
export interface DiffOptions {
  readonly old: string;
  readonly changed: string;
  readonly json: boolean;
  /** Whether a change is told by the exit code too. */
  readonly exitCode: boolean;
}

/** What two configurations differ in. */
interface Difference {
  /** Of record mode, in words. */
  readonly mode?: string | undefined;
  /** Paths of the settings outside the policy. */
  readonly settings: readonly string[];
  readonly changes: readonly ToldChange[];
  /** There may be more changes. */
  readonly cutShort: boolean;
}

/** More lines than this nobody reads; JSON has them all. */
const MAX_LINES = 500;

const CUT_SHORT =
  "the comparison was cut short: there is too much to compare, and more may change than is told";

/** Prints what one configuration gives that another does not: `postern check --diff`. */
export function printDiff({ old, changed, json, exitCode }: DiffOptions, env: Environment): number {
  // All problems of both are told.
  const [before, after] = [readConfigFile(old, env), readConfigFile(changed, env)];
  if (before === undefined || after === undefined) return EXIT.config;
  const difference = differenceBetween(before.config, after.config);
  if (json) terminal.json(difference);
  else terminal.lines(linesFor(difference), paintChanges);
  return difference.cutShort || (exitCode && !isNothing(difference)) ? EXIT.failure : EXIT.ok;
}

function differenceBetween(before: Config, after: Config): Difference {
  const { changes, isCutShort } = diffPolicies(sideOf(before), sideOf(after), countedActions());
  const tellIssuers = [before, after].some((config) => issuersOf(config).length > 1);
  return {
    mode: modeChange(before, after),
    settings: settingsThatDiffer(before, after),
    changes: toldChanges(changes, tellIssuers),
    cutShort: isCutShort,
  };
}

function isNothing({ mode, settings, changes, cutShort }: Difference): boolean {
  return mode === undefined && settings.length === 0 && changes.length === 0 && !cutShort;
}

function linesFor(difference: Difference): readonly string[] {
  if (isNothing(difference)) return ["nothing changes"];
  const { mode, settings, changes, cutShort } = difference;
  return [
    ...(mode === undefined ? [] : [mode]),
    ...settings.map((path) => `${path}  differs`),
    ...changeLines(changes.slice(0, MAX_LINES)),
    ...(changes.length > MAX_LINES ? [`and ${changes.length - MAX_LINES} more, which --json has`] : []),
    ...(cutShort ? [CUT_SHORT] : []),
  ];
}

/** In record mode users may do what no rule denies, so the rules are not all that decides. */
function modeChange(before: Config, after: Config): string | undefined {
  const [was, now] = [modeOf(before), modeOf(after)];
  return was === now ? undefined : `policy.mode was ${was}, and is ${now}`;
}

/** Record mode that has ended is none. */
function modeOf({ policy: { mode, until = 0 } }: Config): string {
  return mode === "record" && until > Date.now()
    ? `record until ${new Date(until).toISOString()}`
    : "enforce";
}

function sideOf(config: Config): PolicySide {
  return {
    rules: modeOf(config) === "enforce" ? config.policy.rules : [...config.policy.rules, asAllow(config)],
    names: {
      issuers: issuersOf(config),
      sources: sourceTraitsOf(config),
      upstreamSources: upstreamSourcesOf(config),
      defaultSource: defaultSourceOf(config),
    },
  };
}

/** Record mode as a rule: after all others, users may do what none of them says, but for what a rule must name. */
function asAllow(config: Config): RuleDocument {
  const who = { authenticated: true, issuers: issuersOf(config) } as const;
  return { name: RECORDED, who, allow: ["*"], on: ["*"], role: "pool" };
}

function issuersOf({ identity: { userPools, issuers } }: Config): readonly string[] {
  return [...userPools, ...issuers].map(({ name }) => name);
}
