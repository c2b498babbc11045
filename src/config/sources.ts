import type { SessionPlan, SourceTraits } from "../policy/document.ts";
import { SETTINGS, type Source } from "./credentials-schema.ts";
import type { Config } from "./schema.ts";

type Sources = Pick<Config, "credentials">;

/** The credential sources by name, without the settings that stand beside them. */
export function sourcesOf({ credentials }: Sources): Readonly<Record<string, Source>> {
  const entries = Object.entries(credentials).filter(([name]) => !SETTINGS.has(name));
  return Object.fromEntries(entries) as Readonly<Record<string, Source>>;
}

/** The name of the source that rules use when neither they nor their upstream name one. */
export function defaultSourceOf(config: Sources): string | undefined {
  return defaultAmong(Object.entries(sourcesOf(config)).map(([name, source]) => ({ name, ...source })));
}

/** The one that is marked, or the only one. */
export function defaultAmong(
  sources: readonly { readonly name: string; readonly default?: unknown }[],
): string | undefined {
  const marked = sources.find((source) => source.default === true);
  return (marked ?? (sources.length === 1 ? sources[0] : undefined))?.name;
}

/** The source that each upstream names, for rules that name none. */
export function upstreamSourcesOf({ upstreams }: Pick<Config, "upstreams">): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(upstreams).flatMap(([name, { credentials }]) =>
      credentials === undefined ? [] : [[name, credentials]],
    ),
  );
}

/** What rules must know of each source. */
export function sourceTraitsOf(config: Sources): ReadonlyMap<string, SourceTraits> {
  return new Map(Object.entries(sourcesOf(config)).map(([name, source]) => [name, traitsOf(source)]));
}

/** How the role sessions of each source are made that asks STS itself. */
export function sessionPlansOf(config: Sources): ReadonlyMap<string, SessionPlan> {
  return new Map(
    [...sourceTraitsOf(config)].flatMap(([name, { plan }]) => (plan === undefined ? [] : [[name, plan]])),
  );
}

/** What rules must know of one source. */
export function traitsOf(source: Source): SourceTraits {
  if (source.type === "assume-role") {
    return { kind: source.type, plan: { ...planOf(source), tags: source.tags, sourceIdentity: true } };
  }
  if (source.type === "web-identity") return { kind: source.type, plan: planOf(source) };
  return source.flow === "basic"
    ? { kind: "identity-pool-basic", plan: planOf(source) }
    : { kind: "identity-pool" };
}

interface SessionSettings {
  readonly sessionName: string;
  /** Seconds. */
  readonly sessionDuration: number;
  readonly downscope: boolean;
}

/** A web identity brings its tags and its source identity in the token. */
function planOf({ sessionName, sessionDuration, downscope }: SessionSettings): SessionPlan {
  return { sessionName, durationSeconds: sessionDuration, tags: {}, sourceIdentity: false, downscope };
}
