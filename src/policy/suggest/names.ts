/** The part of a rule's name that is whom it is for: names have 128 characters at most. */
const MAX_WHO = 64;
const MAX_NAME = 110;

/** What a rule's name cannot hold, and what begins a reference where a configuration is read. */
const NOT_IN_NAMES = /[\p{C}$]/gu;

/** A name for a rule, such as `analysts: s3 reports`, that no other rule has yet; from now on it is taken. */
export function nameFor(who: string, resources: readonly string[], taken: Set<string>): string {
  const things = [...new Set(resources.map(thingIn))];
  const more = things.length > 1 ? ` and ${things.length - 1} more` : "";
  return uniqueName(cut(`${who.slice(0, MAX_WHO)}: ${things[0] ?? ""}`) + more, taken);
}

/** The name itself, or with the first number that makes it another; from now on it is taken. */
export function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  for (let n = 2; taken.has(unique); n++) unique = `${cut(name)} ${n}`;
  taken.add(unique);
  return unique;
}

function cut(name: string): string {
  return name.slice(0, MAX_NAME).replaceAll(NOT_IN_NAMES, "_");
}

/** Service, and bucket or table: `dynamodb Orders` of `arn:aws:dynamodb:us-east-1:123456789012:table/Orders`. */
function thingIn(resource: string): string {
  const [, , service, , , ...rest] = resource.split(":");
  if (service === undefined) return "everything";
  const [name = "", ...below] = rest.join(":").split("/");
  return `${service} ${(name === "table" ? below[0] : name) ?? ""}`;
}
