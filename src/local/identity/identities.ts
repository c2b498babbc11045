import { randomUUID } from "node:crypto";
import { LocalError } from "../request.ts";

/** A user as a login provider knows it. */
export interface LoginSubject {
  /** The key of the `Logins` map: `cognito-idp.<region>.amazonaws.com/<pool>`, or the host of another issuer. */
  readonly provider: string;
  readonly sub: string;
}

/** An identity of an identity pool: a guest until a login is linked to it. */
export interface Identity {
  readonly id: string;
  readonly poolId: string;
  readonly logins: readonly LoginSubject[];
}

/** Every identity of one stand-in. Of guests only the newest 100,000 are kept. */
export interface Identities {
  /**
   * The one identity of these logins in a pool, made at first sight; those that are new are linked to it.
   *
   * @throws LocalError ResourceConflictException, where they are those of two identities
   */
  readonly ofLogins: (poolId: string, logins: readonly LoginSubject[]) => Identity;
  /** A new guest. */
  readonly newGuest: (poolId: string) => Identity;
  readonly find: (identityId: string) => Identity | undefined;
  /**
   * Opens an identity with logins, of which one must be its own; those that are new are linked to it.
   *
   * A guest's becomes the logins' own or, where they have one already, the two are merged and theirs stays. Source:
   * CDG, authentication flow, "linking logins" and "merging identities".
   *
   * @returns Undefined where no login is its own.
   * @throws LocalError ResourceConflictException
   */
  readonly open: (identity: Identity, logins: readonly LoginSubject[]) => Identity | undefined;
}

const MAX_GUESTS = 100_000;

/** Makes an empty table of identities. */
export function createIdentities(): Identities {
  const guests = new Map<string, Identity>();
  const users = new Map<string, Identity>();
  const idOfLogin = new Map<string, string>();

  const ownerOf = (poolId: string, logins: readonly LoginSubject[]): Identity | undefined => {
    const owners = new Set(logins.map((login) => users.get(idOfLogin.get(loginKey(poolId, login)) ?? "")));
    owners.delete(undefined);
    if (owners.size > 1) throw conflict();
    return [...owners][0];
  };
  const link = (identity: Identity, logins: readonly LoginSubject[]): Identity => {
    const fresh = logins.filter((login) => !identity.logins.some((own) => isSame(own, login)));
    if (fresh.some((login) => identity.logins.some((own) => own.provider === login.provider)))
      throw conflict();
    const linked = { ...identity, logins: [...identity.logins, ...fresh] };
    guests.delete(identity.id);
    users.set(identity.id, linked);
    for (const login of fresh) idOfLogin.set(loginKey(identity.poolId, login), identity.id);
    return linked;
  };
  return {
    ofLogins: (poolId, logins) => link(ownerOf(poolId, logins) ?? newIdentity(poolId), logins),
    newGuest: (poolId) => {
      const guest = newIdentity(poolId);
      guests.set(guest.id, guest);
      const [oldest] = guests.size > MAX_GUESTS ? guests.keys() : [];
      if (oldest !== undefined) guests.delete(oldest);
      return guest;
    },
    find: (identityId) => guests.get(identityId) ?? users.get(identityId),
    open: (identity, logins) => {
      const owner = ownerOf(identity.poolId, logins);
      if (identity.logins.length === 0) {
        guests.delete(identity.id);
        return link(owner ?? identity, logins);
      }
      return owner?.id === identity.id ? link(owner, logins) : undefined;
    },
  };
}

function newIdentity(poolId: string): Identity {
  return { id: `${poolId.slice(0, poolId.indexOf(":"))}:${randomUUID()}`, poolId, logins: [] };
}

function isSame(one: LoginSubject, other: LoginSubject): boolean {
  return one.provider === other.provider && one.sub === other.sub;
}

function loginKey(poolId: string, { provider, sub }: LoginSubject): string {
  return JSON.stringify([poolId, provider, sub]);
}

function conflict(): LocalError {
  return new LocalError("ResourceConflictException", "Login already linked to another identity.", 400);
}
