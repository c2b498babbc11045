import { knownActionsOf } from "../aws/known-actions.ts";
import type { KnownAction } from "../domain/known-action.ts";
import type { PolicyNames } from "../policy/document.ts";
import type { LintNames } from "../policy/problems/lints.ts";
import type { CallerTraits } from "../policy/problems/nobody.ts";
import { actionPrefixOf, needsAccount } from "./api-model.ts";
import { asMap, type Draft, type Entry } from "./draft.ts";
import { refuseApis } from "./refuse-apis.ts";
import { refuseServices } from "./refuse-services.ts";
import type { Config } from "./schema.ts";
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

/** Of a service nothing is known where one of its upstreams is not what it is to be: mended, it may take other actions. */
function actionsOf(draft: Draft): Pick<PolicyNames, "actions" | "moreActions"> {
  const odd = new Set([...refuseApis(draft), ...refuseServices(draft)].map(({ path }) => path[1]));
  const read = draft.upstreams.map(({ key, raw, fit }) => ({
    prefix: rawPrefixOf(raw),
    actions: fit === undefined || odd.has(key) ? undefined : actionsOn(key, fit, draft.aws),
  }));
  const unsound = read.filter(({ actions }) => actions === undefined);
  const isSure = (prefix: string | undefined): boolean =>
    unsound.every((one) => one.prefix !== undefined && one.prefix !== prefix);
  return {
    actions: read.flatMap(({ prefix, actions }) => (isSure(prefix) ? (actions ?? []) : [])),
    moreActions: unsound.length > 0,
  };
}

type Settings = Config["upstreams"][string];

/** What an upstream takes; undefined where it has no account that its ARNs need, which is told elsewhere. */
function actionsOn(key: string, settings: Settings, aws: Draft["aws"]): readonly KnownAction[] | undefined {
  if (aws === undefined) return undefined;
  if (needsAccount(settings) && (settings.account ?? aws.account) === undefined) return undefined;
  return regionsOf(settings, aws).flatMap((region) =>
    knownActionsOf(upstreamOf(key, settings, { ...aws, region })),
  );
}

/** What the actions of an upstream begin with, as far as it can be told of one that does not fit. */
function rawPrefixOf(raw: unknown): string | undefined {
  const { service, actionPrefix } = asMap(raw);
  if (typeof service !== "string") return undefined;
  return actionPrefixOf({
    service,
    actionPrefix: typeof actionPrefix === "string" ? actionPrefix : undefined,
  });
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
