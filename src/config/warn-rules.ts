import { conditionsOn } from "../policy/conditions/conditions-on.ts";
import { warningsOf } from "../policy/problems/lints.ts";
import { isLoopback } from "./address.ts";
import type { Draft } from "./draft.ts";
import { type Found, isAtOrBelow } from "./problem.ts";
import { lintNamesOf } from "./rule-names.ts";

/** Finds what may not be meant in the rules that are not refused. */
export function warnOfRules(draft: Draft, refused: readonly Found[]): readonly Found[] {
  const wrong = new Set(
    refused.flatMap(({ path }) => (isAtOrBelow(path, ["policy", "rules"]) ? [path[2]] : [])),
  );
  const sound = draft.rules.flatMap(({ key, fit }) =>
    fit === undefined || wrong.has(key) || wrong.has(undefined) ? [] : [{ key, rule: fit }],
  );
  const names = lintNamesOf(draft, sound.length < draft.rules.length);
  const warnings = warningsOf(
    sound.map(({ rule }) => rule),
    names,
  );
  return [
    ...warnings.map(({ path: [index, ...rest], message }) => ({
      path: ["policy", "rules", sound[Number(index)]?.key ?? 0, ...rest],
      message,
    })),
    ...ownAddress(draft),
  ];
}

/** On loopback whoever calls is this machine: the peer of the socket is the application, not its caller. */
function ownAddress({ listen, rules }: Draft): Found[] {
  if (listen === undefined || "socket" in listen.address || !isLoopback(listen.address.host)) return [];
  return rules.flatMap(({ key, fit }) =>
    conditionsOn("aws:SourceIp", fit).map((path) => ({
      path: ["policy", "rules", key, ...path],
      message: "the listener is on loopback only, so this is the address of the application itself",
    })),
  );
}
