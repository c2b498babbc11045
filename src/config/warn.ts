import { parseDenylist } from "../identity/denylist.ts";
import { hostOf, isLoopback } from "./address.ts";
import type { Draft } from "./draft.ts";
import type { Surroundings } from "./expand.ts";
import type { Found } from "./problem.ts";
import { namesIn } from "./rule-names.ts";
import { warnOfCertificates } from "./warn-certificates.ts";
import { warnOfPages } from "./warn-pages.ts";
import { warnOfStages } from "./warn-stages.ts";
import { warnOfRules } from "./warn-rules.ts";
import { warnOfWebSockets } from "./warn-websockets.ts";

/** Finds what may start, and yet may not be what is meant: in all that fits the schema, and is not refused. */
export function warn(
  draft: Draft,
  surroundings: Pick<Surroundings, "file" | "now">,
  refused: readonly Found[],
): readonly Found[] {
  return [
    ...anyClient(draft),
    ...guests(draft),
    ...denylist(draft, surroundings.file),
    ...warnOfCertificates(draft, surroundings),
    ...sources(draft),
    ...shared(draft),
    ...recording(draft),
    ...warnOfStages(draft),
    ...warnOfPages(draft),
    ...warnOfWebSockets(draft),
    ...warnOfRules(draft, refused),
  ];
}

/** Its end may have passed: then it does nothing, and hardly belongs there. */
function recording({ mode, until }: Draft): Found[] {
  if (mode !== "record" || until === undefined) return [];
  const message = `what users do is let through though no rule allows it, until ${new Date(until).toISOString()}`;
  return [{ path: ["policy", "mode"], message }];
}

function anyClient({ userPools }: Draft): Found[] {
  return userPools.flatMap(({ key, fit }) =>
    fit?.clientIds === "any"
      ? [
          {
            path: ["identity", "userPools", key, "clientIds"],
            message: "tokens of every app client of the pool are accepted, those of other applications too",
          },
        ]
      : [],
  );
}

function guests({ guests, rules }: Draft): Found[] {
  const mayBeInvited = rules.some(
    ({ fit }) => fit === undefined || (fit.allow !== undefined && fit.who?.guest === true),
  );
  if (guests !== "allow" || mayBeInvited) return [];
  const message = "guests come in, and no rule allows them anything; an allow for them says guest: true";
  return [{ path: ["identity", "guests"], message }];
}

/** An entry of a name that nobody has revokes nobody; it may be meant for another that reads the same list. */
function denylist({ denylistFile = "", userPools, issuers }: Draft, file: Surroundings["file"]): Found[] {
  const parsed = parseDenylist((denylistFile === "" ? undefined : file(denylistFile)) ?? "");
  if ("problems" in parsed) return [];
  const names = new Set(namesIn([...userPools, ...issuers]));
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

function sources({ sources }: Draft): Found[] {
  return sources.flatMap(({ key, fit }) => {
    const path = ["credentials", key];
    if (fit === undefined) return [];
    return [
      ...(fit.verifyRole
        ? []
        : [{ path: [...path, "verifyRole"], message: "nobody checks which role its credentials hold" }]),
      ...("acceptAnyTrustingRole" in fit
        ? [{ path: [...path, "acceptAnyTrustingRole"], message: ANY_ROLE }]
        : []),
    ];
  });
}

const ANY_ROLE =
  "whoever holds a login can assume every role that trusts the provider, without Postern; let none trust it that is not for everybody";

function shared({ shared: tier }: Draft): Found[] {
  const { url, passwordFile } = tier ?? {};
  if (url === undefined || passwordFile !== undefined || isLoopback(hostOf(url))) return [];
  const message =
    "nobody needs a password there: who reaches it can throw away what is shared; give it a passwordFile";
  return [{ path: ["credentials", "shared", "url"], message }];
}
