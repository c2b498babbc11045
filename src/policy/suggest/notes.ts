import type { Bundle } from "./bundles.ts";
import type { Use } from "./use.ts";

/** Of each kind of remark so many, and then how many there would be more. */
const MAX_SHOWN = 5;

/** What is seen of it is less than what a rule without conditions allows. */
const WIDER: readonly (readonly [form: RegExp, note: string])[] = [
  [
    /^s3:ListBucket(?:Versions)?$/,
    "It allows listings of the whole bucket; a condition on s3:prefix narrows them.",
  ],
  [
    /^dynamodb:(?:(?:Get|Put|Update|Delete)Item|Query|Batch(?:Get|Write)Item)$/,
    "It allows every item of the table; a condition on dynamodb:LeadingKeys narrows that.",
  ],
];

/** How often what a rule would allow was done, and what only one caller did. */
export function notesOn({ actions, uses }: Bundle): readonly string[] {
  const times = uses.reduce((sum, use) => sum + use.times, 0);
  const first = Math.min(...uses.map(({ firstMs }) => firstMs));
  const last = Math.max(...uses.map(({ lastMs }) => lastMs));
  const seen = `Seen ${counted(times, "time")} from ${told(first)} to ${told(last)}.`;
  const wide = WIDER.filter(([form]) => actions.some((action) => form.test(action))).map(([, note]) => note);
  return [seen, ...singles(uses), ...wide];
}

/** That several groups may be the reason, and which was taken. */
export function notesOnGuesses(group: string, uses: readonly Use[]): readonly string[] {
  const sets = [...new Set(uses.map(({ groups }) => groups.join(", ")))].sort();
  return shown(sets.map((set) => `Callers of ${set} did it, and ${group} is the rarest of these groups.`));
}

function singles(uses: readonly Use[]): readonly string[] {
  const lonely = uses.filter(({ callers }) => callers === 1);
  if (lonely.length === 0) return [];
  if (uses.length === 1) return ["One caller only did it."];
  const things = [...new Set(lonely.map(({ action, resource }) => `${action} on ${resource}`))].sort();
  return shown(things.map((thing) => `One caller only did ${thing}.`));
}

function shown(remarks: readonly string[]): readonly string[] {
  const left = remarks.length - MAX_SHOWN;
  return left > 0 ? [...remarks.slice(0, MAX_SHOWN), `${left} more like that.`] : remarks;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** To the minute. */
function told(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}
