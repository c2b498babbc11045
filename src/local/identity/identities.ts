import { randomUUID } from "node:crypto";

/** A user as a login provider knows it. */
export interface LoginSubject {
  /** `cognito-idp.<region>.amazonaws.com/<pool>`. */
  readonly provider: string;
  readonly sub: string;
}

/** An identity of an identity pool: a guest until a login is linked to it. */
export interface Identity {
  readonly id: string;
  readonly poolId: string;
  readonly login?: LoginSubject;
}

/** Every identity of one stand-in. */
export interface Identities {
  /** The one identity of a login in a pool, made at first sight. */
  readonly ofLogin: (poolId: string, login: LoginSubject) => Identity;
  /** A new guest. */
  readonly newGuest: (poolId: string) => Identity;
  readonly find: (identityId: string) => Identity | undefined;
  /**
   * Gives a guest's identity to a login: it becomes the login's own or, where the login has one already, the two are
   * merged and the login's stays. Source: CDG, authentication flow, "linking logins" and "merging identities".
   */
  readonly adopt: (guest: Identity, login: LoginSubject) => Identity;
}

/** Makes an empty table of identities. */
export function createIdentities(): Identities {
  const byId = new Map<string, Identity>();
  const byLogin = new Map<string, Identity>();

  const add = (identity: Identity) => {
    byId.set(identity.id, identity);
    if (identity.login !== undefined) byLogin.set(loginKey(identity.poolId, identity.login), identity);
    return identity;
  };
  return {
    ofLogin: (poolId, login) =>
      byLogin.get(loginKey(poolId, login)) ?? add({ id: newId(poolId), poolId, login }),
    newGuest: (poolId) => add({ id: newId(poolId), poolId }),
    find: (identityId) => byId.get(identityId),
    adopt: (guest, login) => {
      const own = byLogin.get(loginKey(guest.poolId, login));
      if (own === undefined) return add({ ...guest, login });
      byId.delete(guest.id);
      return own;
    },
  };
}

function newId(poolId: string): string {
  return `${poolId.slice(0, poolId.indexOf(":"))}:${randomUUID()}`;
}

function loginKey(poolId: string, { provider, sub }: LoginSubject): string {
  return JSON.stringify([poolId, provider, sub]);
}
