import { compilePolicy } from "../iam/policy.ts";
import type { CompiledPolicy } from "../iam/policy.ts";
import type { Identities } from "../identity/identities.ts";
import type { IotPolicy, World } from "../world.ts";

/** Policies of AWS IoT Core, and which identities they are attached to. */
export interface IotPolicies {
  readonly find: (name: string) => IotPolicy | undefined;
  /** Attaching again changes nothing. */
  readonly attach: (name: string, identityId: string) => void;
  /** False where it was not attached. */
  readonly detach: (name: string, identityId: string) => boolean;
  /** Names, in the order of attachment. */
  readonly attachedTo: (identityId: string) => readonly string[];
  /** The same, made ready. */
  readonly compiledFor: (identityId: string) => readonly CompiledPolicy[];
}

/**
 * Makes the policies of a world, attached as it says: by id, or by the name of the user whose identity it is, whenever
 * that is first seen.
 */
export function createIotPolicies(
  { iotPolicies = [], region, userPool }: World,
  identities: Pick<Identities, "find">,
): IotPolicies {
  const byName = new Map(iotPolicies.map((policy) => [policy.name, policy]));
  const compiled = new Map(iotPolicies.map(({ name, document }) => [name, compilePolicy(document)]));
  const attached = new Map<string, Set<string>>();
  const provider = `cognito-idp.${region}.amazonaws.com/${userPool.id}`;

  const usernameOf = (identityId: string): string | undefined => {
    const login = identities.find(identityId)?.logins.find((each) => each.provider === provider);
    return userPool.users.find(({ sub }) => sub === login?.sub)?.username;
  };
  const namesFor = (identityId: string): Set<string> => {
    const known = attached.get(identityId);
    if (known !== undefined) return known;
    const username = usernameOf(identityId);
    const isMeant = (target: string): boolean => target === identityId || target === username;
    const names = iotPolicies.filter(({ attachedTo = [] }) => attachedTo.some(isMeant));
    const set = new Set(names.map(({ name }) => name));
    // Whose identity it is may still come to be known.
    if (username !== undefined) attached.set(identityId, set);
    return set;
  };
  return {
    find: (name) => byName.get(name),
    attach: (name, identityId) => {
      attached.set(identityId, namesFor(identityId).add(name));
    },
    detach: (name, identityId) => {
      const names = namesFor(identityId);
      const wasAttached = names.delete(name);
      if (wasAttached) attached.set(identityId, names);
      return wasAttached;
    },
    attachedTo: (identityId) => [...namesFor(identityId)],
    compiledFor: (identityId) => [...namesFor(identityId)].flatMap((name) => compiled.get(name) ?? []),
  };
}
