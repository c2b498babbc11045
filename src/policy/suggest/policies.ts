import { getOrAdd } from "../../domain/get-or-add.ts";
import { bundlesOf } from "./bundles.ts";
import type { Use } from "./use.ts";

/** What a role was seen to need, as an IAM policy. */
export interface RolePolicy {
  /** ARN of the role; `pool` for those that the identity pool chose and nobody told. */
  readonly role: string;
  readonly policy: {
    readonly Version: "2012-10-17";
    readonly Statement: readonly Statement[];
  };
  /** What to know before it is taken over, a sentence each. */
  readonly notes: readonly string[];
}

interface Statement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

const OWN = "${claim:sub}";

/**
 * A policy for each role: all that users did with it, by whatever rule, and nothing besides. What machines and guests need
 * is not in it.
 */
export function suggestPolicies(uses: readonly Use[]): readonly RolePolicy[] {
  const byRole = new Map<string, Use[]>();
  for (const use of uses) getOrAdd(byRole, use.role ?? "pool", (): Use[] => []).push(use);
  return [...byRole.keys()].sort().map((role) => {
    const bundles = bundlesOf(byRole.get(role) ?? []);
    return {
      role,
      policy: {
        Version: "2012-10-17",
        Statement: bundles.map(({ actions, resources }) => ({
          Effect: "Allow",
          Action: actions,
          Resource: resources.map((resource) => resource.replaceAll(OWN, "${aws:PrincipalTag/sub}")),
        })),
      },
      notes: notesOf(role, bundles),
    };
  });
}

function notesOf(
  role: string,
  bundles: readonly { readonly resources: readonly string[] }[],
): readonly string[] {
  const tagged = bundles.some(({ resources }) => resources.some((resource) => resource.includes(OWN)));
  return [
    "What machines and guests need is not in it.",
    ...(role === "pool" ? ["The identity pool chose the role, and nobody told which it was."] : []),
    ...(tagged
      ? ["The identity pool must map the claim sub to the principal tag sub (attributes for access control)."]
      : []),
  ];
}
