import { problemsOf } from "../policy/document.ts";
import { isLoopback } from "./address.ts";
import type { Config } from "./schema.ts";

interface Found {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Finds what a schema cannot see: parts that do not fit each other, and settings that would not be safe. */
export function refuse(config: Config): readonly Found[] {
  return [...unsafe(config), ...sources(config), ...upstreams(config), ...pools(config), ...policy(config)];
}

/** The credential sources, without the settings that stand beside them. */
export function sourcesOf({ credentials }: Config) {
  const { cache: _, ...sources } = credentials;
  return sources;
}

/** The name of the source that rules use when they name none. */
export function defaultSourceOf(config: Config): string | undefined {
  const named = Object.entries(sourcesOf(config));
  const marked = named.filter(([, source]) => source.default);
  return (marked.length === 0 && named.length === 1 ? named : marked)[0]?.[0];
}

function unsafe({ listen, operator, aws }: Config): Found[] {
  const found: Found[] = [];
  if (!isLoopback(listen.address.host) && !listen.plaintext) {
    found.push({
      path: ["listen", "address"],
      message: "tokens would cross the network unencrypted; listen on loopback, or write plaintext: true",
    });
  }
  if (!isLoopback(operator.address.host)) {
    found.push({ path: ["operator", "address"], message: "the operator listener binds loopback only" });
  }
  if (aws.endpoint !== undefined && !isLoopback(hostOf(aws.endpoint))) {
    found.push({
      path: ["aws", "endpoint"],
      message: "one address for every AWS call is for testing, and must be loopback",
    });
  }
  return found;
}

function sources(config: Config): Found[] {
  const named = Object.entries(sourcesOf(config));
  if (named.length === 0) return [{ path: ["credentials"], message: "no credential source" }];
  const marked = named.filter(([, source]) => source.default);
  return marked
    .slice(1)
    .map(([name]) => ({
      path: ["credentials", name, "default"],
      message: "there is another default source",
    }));
}

function upstreams({ upstreams: named, aws }: Config): Found[] {
  const found: Found[] = [];
  const scopes = new Map<string, string>();
  for (const [name, { service, region, account, match }] of Object.entries(named)) {
    if (service === "dynamodb" && account === undefined && aws.account === undefined) {
      found.push({
        path: ["upstreams", name],
        message: "its ARNs carry an account: set aws.account, or account here",
      });
    }
    const scope = `${region ?? aws.region}/${service}`;
    const other = match === undefined ? scopes.get(scope) : undefined;
    if (other !== undefined) {
      found.push({
        path: ["upstreams", name],
        message: `an SDK's request for ${scope} could mean ${other} as well; give one a match`,
      });
    }
    if (match === undefined) scopes.set(scope, name);
  }
  return found;
}

function pools({ identity, aws }: Config): Found[] {
  const found: Found[] = [];
  const names = new Set<string>();
  const ids = new Set<string>();
  for (const [i, { name, id }] of identity.userPools.entries()) {
    const path = ["identity", "userPools", i];
    if (names.has(name))
      found.push({ path: [...path, "name"], message: `another user pool is named "${name}" too` });
    if (ids.has(id)) found.push({ path: [...path, "id"], message: "this user pool stands here already" });
    if (id.endsWith("_LOCAL") && aws.endpoint === undefined) {
      found.push({
        path: [...path, "id"],
        message: "the stand-in's user pool is for tests, with aws.endpoint on loopback",
      });
    }
    names.add(name);
    ids.add(id);
  }
  return found;
}

function policy(config: Config): Found[] {
  const names = {
    issuers: config.identity.userPools.map(({ name }) => name),
    sources: Object.keys(sourcesOf(config)),
    defaultSource: defaultSourceOf(config),
  };
  return problemsOf(config.policy.rules, names).map(({ path, message }) => ({
    path: ["policy", "rules", ...path],
    message,
  }));
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, "");
}
