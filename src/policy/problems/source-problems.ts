import {
  type Problem,
  type RuleDocument,
  SESSION_MEMBERS,
  type SourceNames,
  type SourceTraits,
} from "../document.ts";

/** Finds a source that is not there, or that cannot give what the rule says. */
export function sourceProblems(rule: RuleDocument, names: SourceNames): Problem[] {
  const { allow, credentials } = rule;
  const path = ["credentials"];
  if (allow === undefined) return [];
  if (credentials !== undefined && !names.sources.has(credentials)) {
    return [{ path, message: `no credential source is named "${credentials}"` }];
  }
  const problems = [...sourcesMet(rule, names)].flatMap(([name, traits]) =>
    traitProblems(rule, name, traits),
  );
  if (credentials === undefined && names.defaultSource === undefined) {
    const all = [...names.sources.keys()].join(", ");
    problems.push({ path, message: `with no default source an allow names one of ${all}` });
  }
  return problems;
}

/** The sources that an allow may use: its own, or those of the upstreams and the default. */
export function sourcesMet(
  { allow, credentials }: RuleDocument,
  { sources, upstreamSources, defaultSource }: SourceNames,
): ReadonlyMap<string, SourceTraits> {
  const named = credentials === undefined ? [...upstreamSources.values(), defaultSource] : [credentials];
  return new Map(allow === undefined ? [] : [...sources].filter(([name]) => named.includes(name)));
}

function traitProblems(rule: RuleDocument, name: string, { kind, plan }: SourceTraits): Problem[] {
  const { who, role } = rule;
  const problems: Problem[] = [];
  if (who?.guest === true) {
    if (kind !== "identity-pool" || role !== "pool") {
      const message = `guests get the role that the identity pool gives them: role: pool, with a source of its enhanced flow (here ${name})`;
      problems.push({ path: ["who", "guest"], message });
    }
  } else if (role === "pool" && kind !== "identity-pool") {
    problems.push({ path: ["role"], message: `the source "${name}" chooses no role: name a role` });
  }
  if (who?.machine === true && kind !== "assume-role") {
    const message = `a machine has no ID token, and the source "${name}" asks for one: name a source of type assume-role`;
    problems.push({ path: ["who", "machine"], message });
  }
  if (plan === undefined) {
    for (const member of SESSION_MEMBERS.filter((member) => rule[member] !== undefined)) {
      const message = `the enhanced flow of an identity pool takes no session settings (source "${name}")`;
      problems.push({ path: [member], message });
    }
  }
  return problems;
}
