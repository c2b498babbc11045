import { knownActionsOf } from "../aws/known-actions.ts";
import type { PolicyNames } from "../policy/document.ts";
import type { LintNames } from "../policy/problems/lints.ts";
import type { CallerTraits } from "../policy/problems/nobody.ts";
import { asMap, type Draft, type Entry } from "./draft.ts";
import { defaultAmong, traitsOf } from "./sources.ts";
import { regionsOf, upstreamOf } from "./upstreams.ts";

/** What rules may refer to. A source that does not fit the schema has no traits, and is held against no rule. */
export function namesOf(draft: Draft): PolicyNames {
  const { userPools, issuers, sources, upstreams } = draft;
  return {
    issuers: namesIn([...userPools, ...issuers]),
    sources: new Map(sources.flatMap(({ key, fit }) => (fit === undefined ? [] : [[key, traitsOf(fit)]]))),
    defaultSource: defaultAmong(
      sources.map(({ key, raw }) => ({ name: key, default: asMap(raw)["default"] })),
    ),
    upstreamSources: new Map(
      upstreams.flatMap(({ key, fit }) => (fit?.credentials === undefined ? [] : [[key, fit.credentials]])),
    ),
    ...actionsOf(draft),
  };
}

/** What the warnings of rules look at besides. */
export function lintNamesOf(draft: Draft, moreRules: boolean): LintNames {
  return {
    ...namesOf(draft),
    moreRules,
    immutableClaims: immutableClaimsOf(draft),
    callers: callersOf(draft),
  };
}

/** The names that entries of a list have, whether they fit the schema or not. */
export function namesIn(entries: readonly { readonly raw: unknown }[]): readonly string[] {
  return entries.map(({ raw }) => asMap(raw)["name"]).filter((name) => typeof name === "string");
}

/** Of a service nothing is known where one of its upstreams does not fit: mended, it may take other actions. */
function actionsOf({ upstreams, aws }: Draft): Pick<PolicyNames, "actions" | "moreActions"> {
  const read = upstreams.map(({ key, raw, fit }) => {
    const regional =
      fit === undefined || aws === undefined
        ? []
        : regionsOf(fit, aws).map((region) => upstreamOf(key, fit, { ...aws, region }));
    // Its ARNs carry an account, and that there is none is told elsewhere.
    const isSound = regional.some(({ service, account }) => service === "s3" || account !== undefined);
    return {
      service: asMap(raw)["service"],
      actions: isSound ? regional.flatMap(knownActionsOf) : undefined,
    };
  });
  const unsound = read.filter(({ actions }) => actions === undefined);
  const isSure = (service: unknown): boolean =>
    unsound.every((one) => typeof one.service === "string" && one.service !== service);
  return {
    actions: read.flatMap(({ service, actions }) => (isSure(service) ? (actions ?? []) : [])),
    moreActions: unsound.length > 0,
  };
}

function immutableClaimsOf({ userPools, issuers }: Draft): LintNames["immutableClaims"] {
  const claims = new Map<string, readonly string[]>();
  for (const { name, immutableClaims } of fitsIn(userPools)) claims.set(name, immutableClaims);
  for (const { name } of fitsIn(issuers)) claims.set(name, []);
  return claims;
}

function callersOf({ userPools, issuers }: Draft): LintNames["callers"] {
  if ([...userPools, ...issuers].some(({ fit }) => fit === undefined)) return undefined;
  const traits = new Map<string, CallerTraits>();
  for (const { name, clientIds, tokenUse } of fitsIn(userPools))
    traits.set(name, { clientIds, tokens: tokenUse, hasGroups: true });
  for (const { name, audience, groupsClaim } of fitsIn(issuers))
    traits.set(name, { clientIds: audience, tokens: ["id"], hasGroups: groupsClaim !== undefined });
  return traits;
}

/** The entries of a list that fit the schema. */
function fitsIn<T>(entries: readonly Entry<string | number, T>[]): readonly T[] {
  return entries.flatMap(({ fit }) => (fit === undefined ? [] : [fit]));
}
