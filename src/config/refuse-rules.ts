import type { PolicyNames } from "../policy/document.ts";
import { problemsOf } from "../policy/problems.ts";
import { asMap, type Draft } from "./draft.ts";
import type { Found } from "./problem.ts";
import { defaultAmong, traitsOf } from "./sources.ts";

/**
 * Finds what is wrong with the rules. Where a pool, an issuer or a source does not fit the schema, nothing is said of the
 * rules that may mean it: mended, it may be just what they need.
 */
export function refuseRules(draft: Draft): readonly Found[] {
  const sound = draft.rules.flatMap(({ key, fit }) => (fit === undefined ? [] : [{ key, rule: fit }]));
  const unsaid = unsaidOf(draft);
  const problems = problemsOf(
    sound.map(({ rule }) => rule),
    namesOf(draft),
  );
  return [
    ...problems
      .filter(({ path }) => !path.some((part) => unsaid.has(part)))
      .map(({ path: [index, ...rest], message }) => ({
        path: ["policy", "rules", sound[Number(index)]?.key ?? 0, ...rest],
        message,
      })),
    ...uninvited(draft),
  ];
}

/** What rules may refer to. A source that does not fit the schema has no traits, and is held against no rule. */
function namesOf({ userPools, issuers, sources, upstreams }: Draft): PolicyNames {
  return {
    issuers: namesIn([...userPools, ...issuers]),
    sources: new Map(sources.flatMap(({ key, fit }) => (fit === undefined ? [] : [[key, traitsOf(fit)]]))),
    defaultSource: defaultAmong(
      sources.map(({ key, raw }) => ({ name: key, default: asMap(raw)["default"] })),
    ),
    upstreamSources: new Map(
      upstreams.flatMap(({ key, fit }) => (fit?.credentials === undefined ? [] : [[key, fit.credentials]])),
    ),
  };
}

/** Members of a rule that mean something which does not fit the schema, or is not there at all. */
function unsaidOf({ userPools, issuers, guests, sources }: Draft): ReadonlySet<string | number> {
  const entries = [...userPools, ...issuers];
  const isIssuerUnsure =
    namesIn(entries).length < entries.length || (entries.length === 0 && guests !== "allow");
  const isSourceUnsure = sources.length === 0 || sources.some(({ fit }) => fit === undefined);
  return new Set([...(isIssuerUnsure ? ["issuers"] : []), ...(isSourceUnsure ? ["credentials"] : [])]);
}

function namesIn(entries: readonly { readonly raw: unknown }[]): readonly string[] {
  return entries.map(({ raw }) => asMap(raw)["name"]).filter((name) => typeof name === "string");
}

function uninvited({ rules, guests }: Draft): Found[] {
  if (guests !== "deny") return [];
  return rules
    .filter(({ fit }) => fit?.who?.guest === true)
    .map(({ key }) => ({
      path: ["policy", "rules", key, "who", "guest"],
      message: "no guest comes in; write identity.guests: allow, or leave the rule out",
    }));
}
