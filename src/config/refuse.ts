import { problemsOf } from "../policy/document.ts";
import { type Address, hostOf, isLoopback } from "./address.ts";
import { asMap, type Draft } from "./draft.ts";
import type { Found } from "./problem.ts";
import type { Config } from "./schema.ts";
import { nameSchema } from "./values.ts";

/** Finds what a schema cannot see: parts that do not fit each other, and settings that would not be safe. */
export function refuse(draft: Draft): readonly Found[] {
  return [
    ...listeners(draft),
    ...endpoint(draft),
    ...userPools(draft),
    ...sources(draft),
    ...upstreams(draft),
    ...rules(draft),
  ];
}

/** The credential sources, without the settings that stand beside them. */
export function sourcesOf({ credentials }: Pick<Config, "credentials">) {
  const { cache: _, ...sources } = credentials;
  return sources;
}

/** The name of the source that rules use when they name none. */
export function defaultSourceOf(config: Pick<Config, "credentials">): string | undefined {
  const named = Object.entries(sourcesOf(config)).map(([name, source]) => ({ name, ...source }));
  return defaultAmong(named);
}

function defaultAmong(
  sources: readonly { readonly name: string; readonly default: boolean }[],
): string | undefined {
  const marked = sources.find((source) => source.default);
  return (marked ?? (sources.length === 1 ? sources[0] : undefined))?.name;
}

function listeners({ listen, probes, operator }: Draft): Found[] {
  const found: Found[] = [];
  if (listen !== undefined && !listen.plaintext && !isLoopback(listen.address.host)) {
    const message =
      "tokens would cross the network unencrypted; listen on loopback, or write plaintext: true";
    found.push({ path: ["listen", "address"], message });
  }
  if (operator !== undefined && !isLoopback(operator.address.host)) {
    found.push({ path: ["operator", "address"], message: "the operator listener binds loopback only" });
  }
  const taken = new Map<string, string>();
  for (const [face, settings] of Object.entries({ listen, probes, operator })) {
    const spot = settings === undefined ? undefined : spotOf(settings.address);
    const other = spot === undefined ? undefined : taken.get(spot);
    if (other !== undefined)
      found.push({ path: [face, "address"], message: `${other} listens there already; take another port` });
    else if (spot !== undefined) taken.set(spot, face);
  }
  return found;
}

/** What no two listeners can share; undefined for port 0, which is any that is free. */
function spotOf({ host, port }: Address): string | undefined {
  return port === 0 ? undefined : `${host.toLowerCase()} ${port}`;
}

function endpoint({ aws }: Draft): Found[] {
  if (aws?.endpoint === undefined || isLoopback(hostOf(aws.endpoint))) return [];
  const message = "one address for every AWS call is for testing, and must be loopback";
  return [{ path: ["aws", "endpoint"], message }];
}

function userPools({ userPools: pools, aws }: Draft): Found[] {
  const found: Found[] = [];
  const names = new Set<string>();
  const ids = new Set<string>();
  for (const { key, fit } of pools) {
    if (fit === undefined) continue;
    const { name, id } = fit;
    const path = ["identity", "userPools", key];
    if (names.has(name))
      found.push({ path: [...path, "name"], message: `another user pool is named "${name}" too` });
    if (ids.has(id)) found.push({ path: [...path, "id"], message: "this user pool stands here already" });
    if (id.endsWith("_LOCAL") && aws !== undefined && aws.endpoint === undefined) {
      const message = "the stand-in's user pool is for tests, with aws.endpoint on loopback";
      found.push({ path: [...path, "id"], message });
    }
    names.add(name);
    ids.add(id);
  }
  return found;
}

function sources({ sources: entries }: Draft): Found[] {
  if (entries.length === 0) {
    return [
      { path: ["credentials"], message: "it names no source; pool: { type: identity-pool, … } is one" },
    ];
  }
  const unnameable = entries.flatMap(({ key }) =>
    (nameSchema.safeParse(key).error?.issues ?? []).map(({ message }) => ({
      path: ["credentials", key],
      message,
    })),
  );
  const marked = entries.filter(({ fit }) => fit?.default === true);
  const rivals = marked.slice(1).map(({ key }) => ({
    path: ["credentials", key, "default"],
    message: `${marked[0]?.key} is the default already`,
  }));
  return [...unnameable, ...rivals];
}

function upstreams({ upstreams: entries, aws }: Draft): Found[] {
  const found: Found[] = [];
  const taken = new Map<string, string>();
  for (const { key, fit } of entries) {
    if (fit === undefined || aws === undefined) continue;
    const { service, region = aws.region, account = aws.account, match } = fit;
    const path = ["upstreams", key];
    if (service === "dynamodb" && account === undefined) {
      found.push({ path, message: "its ARNs carry an account: set aws.account, or account here" });
    }
    const meant =
      match === undefined
        ? `an SDK's request for ${region}/${service}`
        : `a request for ${match.host ?? "any host"}${match.pathPrefix ?? ""}`;
    const other = taken.get(meant);
    if (other === undefined) taken.set(meant, key);
    else found.push({ path, message: `${meant} could mean ${other} as well; tell them apart by match` });
  }
  return found;
}

/**
 * What is wrong with the rules. Where a pool or a source does not fit the schema, nothing is said of the rules that may
 * mean it: mended, it may be just what they need.
 */
function rules({ rules: entries, userPools: pools, sources: named }: Draft): Found[] {
  const sound = entries.flatMap(({ key, fit }) => (fit === undefined ? [] : [{ key, rule: fit }]));
  const issuers = pools.map(({ raw }) => asMap(raw)["name"]).filter((name) => typeof name === "string");
  const usable = named.flatMap(({ key, fit }) => (fit === undefined ? [] : [{ name: key, ...fit }]));
  const unsaid = new Set<string | number>([
    ...(issuers.length === 0 || issuers.length < pools.length ? ["issuers"] : []),
    ...(usable.length === 0 || usable.length < named.length ? ["credentials"] : []),
  ]);
  const names = {
    issuers,
    sources: named.map(({ key }) => key),
    defaultSource: defaultAmong(usable),
  };
  return problemsOf(
    sound.map(({ rule }) => rule),
    names,
  ).flatMap(({ path: [index, ...rest], message }) =>
    rest.some((part) => unsaid.has(part))
      ? []
      : [{ path: ["policy", "rules", sound[Number(index)]?.key ?? 0, ...rest], message }],
  );
}
