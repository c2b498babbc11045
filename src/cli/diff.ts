import type { Environment } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { defaultSourceOf, sourceTraitsOf, upstreamSourcesOf } from "../config/sources.ts";
import { diffPolicies } from "../policy/diff/diff.ts";
import type { PolicySide } from "../policy/diff/side.ts";
import { type LoadedConfig, readConfigFile } from "./config-file.ts";
import { countedActions } from "./counted-actions.ts";
import { changeLines, type ToldChange, toldChanges } from "./diff-words.ts";
import { EXIT } from "./exit.ts";
import { terminal } from "./terminal.ts";

/** Two configurations to compare, and how. */
export interface DiffOptions {
  readonly old: string;
  readonly changed: string;
  readonly json: boolean;
  /** Whether a change is told by the exit code too. */
  readonly exitCode: boolean;
}

/** More lines than this nobody reads; JSON has them all. */
const MAX_LINES = 500;

/** Prints what the rules of one configuration give that those of another do not: `postern check --diff`. */
export function printDiff({ old, changed, json, exitCode }: DiffOptions, env: Environment): number {
  // All problems of both are told.
  const [before, after] = [readConfigFile(old, env), readConfigFile(changed, env)];
  if (before === undefined || after === undefined) return EXIT.config;
  const found = diffPolicies(sideOf(before), sideOf(after), countedActions());
  const changes = toldChanges(
    found,
    [before, after].some(({ config }) => issuersOf(config).length > 1),
  );
  const mode = modeChange(before, after);
  const lines = json
    ? JSON.stringify({ ...(mode !== undefined && { mode }), changes }, undefined, 2).split("\n")
    : linesFor(changes, mode);
  terminal.out(lines.map(terminal.plain).join("\n"));
  const isSame = changes.length === 0 && mode === undefined;
  return exitCode && !isSame ? EXIT.failure : EXIT.ok;
}

function linesFor(changes: readonly ToldChange[], mode: string | undefined): readonly string[] {
  if (changes.length === 0 && mode === undefined) return ["nothing changes"];
  const lines = changeLines(changes.slice(0, MAX_LINES));
  return [
    ...(mode === undefined ? [] : [mode]),
    ...lines,
    ...(changes.length > MAX_LINES ? [`and ${changes.length - MAX_LINES} more; --json has all`] : []),
  ];
}

/** In record mode users may do what no rule denies, so the rules are not all that decides. */
function modeChange(before: LoadedConfig, after: LoadedConfig): string | undefined {
  const [was, now] = [modeOf(before.config), modeOf(after.config)];
  return was === now ? undefined : `policy.mode was ${was}, and is ${now}`;
}

function modeOf({ policy: { mode, until } }: Config): string {
  return mode === "record" && until !== undefined ? `${mode} until ${new Date(until).toISOString()}` : mode;
}

function sideOf({ config }: LoadedConfig): PolicySide {
  return {
    rules: config.policy.rules,
    names: {
      issuers: issuersOf(config),
      sources: sourceTraitsOf(config),
      upstreamSources: upstreamSourcesOf(config),
      defaultSource: defaultSourceOf(config),
    },
  };
}

function issuersOf({ identity: { userPools, issuers } }: Config): readonly string[] {
  return [...userPools, ...issuers].map(({ name }) => name);
}
