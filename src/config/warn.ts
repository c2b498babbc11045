import { parseDenylist } from "../identity/denylist.ts";
import { warningsOf } from "../policy/lints.ts";
import { hostOf, isLoopback } from "./address.ts";
import type { Surroundings } from "./expand.ts";
import type { Found } from "./problem.ts";
import type { Config } from "./schema.ts";
import { defaultSourceOf, sourcesOf, sourceTraitsOf, upstreamSourcesOf } from "./sources.ts";

/** Finds what may start, and yet may not be what is meant. */
export function warn(config: Config, file: Surroundings["file"]): readonly Found[] {
  return [
    ...anyClient(config),
    ...guests(config),
    ...denylist(config, file),
    ...sources(config),
    ...shared(config),
    ...rules(config),
  ];
}

function anyClient({ identity }: Config): Found[] {
  return identity.userPools.flatMap(({ clientIds }, i) =>
    clientIds === "any"
      ? [
          {
            path: ["identity", "userPools", i, "clientIds"],
            message: "tokens of every app client of the pool are accepted, those of other applications too",
          },
        ]
      : [],
  );
}

function guests({ identity, policy }: Config): Found[] {
  const isInvited = policy.rules.some(({ allow, who }) => allow !== undefined && who?.guest === true);
  if (identity.guests === "deny" || isInvited) return [];
  const message = "guests come in, and no rule allows them anything; an allow for them says guest: true";
  return [{ path: ["identity", "guests"], message }];
}

/** An entry of a name that nobody has revokes nobody; it may be meant for another that reads the same list. */
function denylist({ identity }: Config, file: Surroundings["file"]): Found[] {
  const { denylistFile = "", userPools, issuers } = identity;
  const parsed = parseDenylist((denylistFile === "" ? undefined : file(denylistFile)) ?? "");
  if ("problems" in parsed) return [];
  const names = new Set([...userPools, ...issuers].map(({ name }) => name));
  const named = [...parsed.entries.keys()].flatMap((entry) => /^sub:([^/]+)\//.exec(entry)?.[1] ?? []);
  return [...new Set(named)]
    .filter((name) => !names.has(name))
    .slice(0, MAX_NAMES)
    .map((name) => ({
      path: ["identity", "denylistFile"],
      message: `the file has entries for "${name}", and no user pool or issuer here has that name`,
    }));
}

/** More of them are no slips of the pen. */
const MAX_NAMES = 5;

function sources(config: Config): Found[] {
  return Object.entries(sourcesOf(config)).flatMap(([name, source]) => {
    const path = ["credentials", name];
    return [
      ...(source.verifyRole
        ? []
        : [{ path: [...path, "verifyRole"], message: "nobody checks which role its credentials hold" }]),
      ...("acceptAnyTrustingRole" in source
        ? [{ path: [...path, "acceptAnyTrustingRole"], message: ANY_ROLE }]
        : []),
    ];
  });
}

const ANY_ROLE =
  "whoever holds a login can assume every role that trusts the provider, without Postern; let none trust it that is not for everybody";

function shared({ credentials }: Config): Found[] {
  const { url, passwordFile } = credentials.shared ?? {};
  if (url === undefined || passwordFile !== undefined || isLoopback(hostOf(url))) return [];
  const message =
    "nobody needs a password there: who reaches it can throw away what is shared; give it a passwordFile";
  return [{ path: ["credentials", "shared", "url"], message }];
}

function rules(config: Config): Found[] {
  const { policy, identity } = config;
  const immutableClaims = new Map<string, readonly string[]>([
    ...identity.userPools.map(({ name, immutableClaims }) => [name, immutableClaims] as const),
    ...identity.issuers.map(({ name }) => [name, []] as const),
  ]);
  const names = {
    issuers: [...immutableClaims.keys()],
    sources: sourceTraitsOf(config),
    upstreamSources: upstreamSourcesOf(config),
    defaultSource: defaultSourceOf(config),
    immutableClaims,
  };
  return warningsOf(policy.rules, names).map(({ path, message }) => ({
    path: ["policy", "rules", ...path],
    message,
  }));
}
