import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { AppClient, User, UserPool } from "../world.ts";

/** The user of a name and password; undefined when there is no such user or the password is another. */
export function userOfPassword(pool: UserPool, username: string, password: string): User | undefined {
  const user = pool.users.find((each) => each.username === username);
  // An unknown user costs a comparison too, so that time does not tell who exists.
  const right = sameSecret(user?.password ?? "", password);
  return user !== undefined && right ? user : undefined;
}

/** Whether two secrets are equal, in a time that does not depend on where they differ. */
export function sameSecret(expected: string, given: string): boolean {
  return timingSafeEqual(
    createHash("sha256").update(expected).digest(),
    createHash("sha256").update(given).digest(),
  );
}

/** `SECRET_HASH` of a user for a confidential client. Source: CDG, "computing secret hash values". */
export function secretHash(client: AppClient, username: string): string {
  return createHmac("sha256", client.secret ?? "")
    .update(`${username}${client.id}`)
    .digest("base64");
}
