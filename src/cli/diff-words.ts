import { whenInWords } from "../policy/conditions/upstreams.ts";
import type { Change } from "../policy/diff/change.ts";
import type { Ground } from "../policy/diff/ground.ts";
import { inWords } from "../policy/scope/whom.ts";

/** A change in the words of people and of JSON. */
export interface ToldChange {
  readonly who: string;
  readonly change: Change["kind"];
  readonly action: string;
  readonly on: string;
  readonly was: readonly Ground[];
  readonly now: readonly Ground[];
  readonly deny?: string | undefined;
  /** What it does not hold of, or when alone it does. */
  readonly only?: string | undefined;
  readonly except: readonly string[];
}

/** Says changes, sorted by whom they are for. */
export function toldChanges(changes: readonly Change[], tellIssuers: boolean): readonly ToldChange[] {
  return changes
    .map((change) => toldChange(change, tellIssuers))
    .map((told) => [[told.who, told.change, told.on, told.action].join("\n"), told] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, told]) => told);
}

/** Changes as lines in columns; actions and resources of which the same is to be said share a line. */
export function changeLines(changes: readonly ToldChange[]): readonly string[] {
  const lines = changes.map((told): Line => ({
    who: told.who,
    change: told.change,
    actions: told.action,
    on: told.on,
    why: whyOf(told),
  }));
  const joined = joinedBy(joinedBy(lines, "actions"), "on");
  const width = Math.min(MAX_WIDTH, Math.max(0, ...joined.map(({ who }) => who.length)));
  return joined.map(
    ({ who, change, actions, on, why }) =>
      `${who.padEnd(width)}  ${WORDS[change]}  ${actions}  on ${on}  (${why})`,
  );
}

interface Line {
  readonly who: string;
  readonly change: Change["kind"];
  readonly actions: string;
  readonly on: string;
  readonly why: string;
}

/** Lines that differ in one member alone are one. */
function joinedBy(lines: readonly Line[], member: "actions" | "on"): readonly Line[] {
  const joined = new Map<string, Line>();
  for (const line of lines) {
    const key = JSON.stringify({ ...line, [member]: "" });
    const before = joined.get(key);
    joined.set(
      key,
      before === undefined ? line : { ...before, [member]: `${before[member]}, ${line[member]}` },
    );
  }
  return [...joined.values()];
}

/** Wider names push their line out of the columns. */
const MAX_WIDTH = 32;

/** Of one width. */
const WORDS: Readonly<Record<Change["kind"], string>> = {
  gain: "gain",
  lose: "lose",
  role: "role",
  conditions: "when",
};

const MAX_EXCEPT = 3;

function toldChange(
  { kind, region, was, now, deny, unusable, except }: Change,
  tellIssuers: boolean,
): ToldChange {
  const only = [
    ...(deny?.when === undefined ? [] : [whenInWords(deny.when)]),
    ...(unusable === true ? ["where a claim that it names cannot be used"] : []),
  ].join(", ");
  return {
    who: region.whom.map((whom) => inWords(whom, tellIssuers)).join(" and "),
    change: kind,
    action: region.actions.join(" as far as "),
    on: region.resources.join(" as far as "),
    was,
    now,
    ...(deny !== undefined && { deny: deny.rule }),
    ...(only !== "" && { only }),
    except,
  };
}

function whyOf({ change, was, now, deny, only, except }: ToldChange): string {
  if (deny !== undefined) {
    const said = change === "lose" ? `denied by "${deny}"` : `no longer denied by "${deny}"`;
    return only === undefined ? said : `${said} ${only}`;
  }
  const shown = except.slice(0, MAX_EXCEPT).join(", ");
  const more = except.length > MAX_EXCEPT ? `, and ${except.length - MAX_EXCEPT} more` : "";
  const but = except.length === 0 ? "" : `; but for ${shown}${more}`;
  if (change === "gain") return `${groundsInWords(now)}${but}`;
  if (change === "lose") return `was ${groundsInWords(was)}${but}`;
  const [before, after] = [groundsInWords(was), groundsInWords(now)];
  if (before !== after) return `was ${before}; now ${after}`;
  const sources = [was, now].map((grounds) => grounds.map(({ source }) => source).join(", "));
  return sources[0] === sources[1]
    ? `${after}, with other session settings`
    : `${after}, was from ${sources[0]}, now from ${sources[1]}`;
}

function groundsInWords(grounds: readonly Ground[]): string {
  if (grounds.length === 0) return "nothing";
  return grounds
    .map(({ rule, role, when }) => {
      const conditions = when === undefined ? "" : `, ${whenInWords(when)}`;
      return `rule "${rule}", role ${role}${conditions}`;
    })
    .join(", then ");
}
