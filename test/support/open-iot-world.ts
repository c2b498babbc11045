import type { World } from "../../src/local/world.ts";

/** A world whose AWS IoT allows the analyst everything, by IAM and by a policy of the identity: only Postern refuses. */
export function withOpenIot(world: World): World {
  const statement = { Effect: "Allow", Action: "iot:*", Resource: "*" };
  const everything = { Version: "2012-10-17", Statement: [statement] };
  return {
    ...world,
    roles: world.roles.map((role) =>
      role.name === "analyst" ? { ...role, policies: [...role.policies, everything] } : role,
    ),
    iotPolicies: (world.iotPolicies ?? []).map((policy) =>
      policy.name === "everyone" ? { ...policy, attachedTo: ["analyst"] } : policy,
    ),
  };
}
