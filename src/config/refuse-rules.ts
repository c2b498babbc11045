import { conditionsOn } from "../policy/conditions/conditions-on.ts";
import { GET_CREDENTIALS } from "../policy/own-actions.ts";
import { problemsOf } from "../policy/problems/problems.ts";
import type { Draft } from "./draft.ts";
import type { Found } from "./problem.ts";
import { namesIn, namesOf } from "./rule-names.ts";

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
    ...keyless(draft),
    ...unnamedRoles(draft),
  ];
}

/** Members of a rule that mean something which does not fit the schema, or is not there at all. */
function unsaidOf({ userPools, issuers, guests, sources }: Draft): ReadonlySet<string | number> {
  const entries = [...userPools, ...issuers];
  const isIssuerUnsure =
    namesIn(entries).length < entries.length || (entries.length === 0 && guests !== "allow");
  const isSourceUnsure = sources.length === 0 || sources.some(({ fit }) => fit === undefined);
  return new Set([...(isIssuerUnsure ? ["issuers"] : []), ...(isSourceUnsure ? ["credentials"] : [])]);
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

/** Without key schemas nobody can tell the leading keys of any request. */
function keyless({ rules, upstreams }: Draft): Found[] {
  if (upstreams.some(({ fit }) => fit === undefined || Object.keys(fit.tables).length > 0)) return [];
  return rules.flatMap(({ key, fit }) =>
    conditionsOn("dynamodb:LeadingKeys", fit).map((path) => ({
      path: ["policy", "rules", key, ...path],
      message: "leading keys are told by key schemas: write tables under the upstream of service dynamodb",
    })),
  );
}

/** Whose credentials are handed out is said in so many words, and not by a pattern that is there for something else. */
function unnamedRoles({ rules }: Draft): Found[] {
  return rules.flatMap(({ key, fit: { allow = [], on = [], role = "pool" } = {} }) => {
    const hands = allow.some((action) => action.toLowerCase() === GET_CREDENTIALS.toLowerCase());
    if (!hands || role === "pool" || on.includes(role)) return [];
    const message = `${GET_CREDENTIALS} hands out the credentials of a role that stands in on: write ${role} there`;
    return [{ path: ["policy", "rules", key, "on"], message }];
  });
}
