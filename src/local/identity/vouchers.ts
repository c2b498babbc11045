import { randomBytes } from "node:crypto";
import { createExpiringMap } from "../expiring-map.ts";

/** Values handed out under random keys that expire, such as authorization codes and browser sessions. */
export interface Vouchers<T> {
  readonly issue: (value: T) => string;
  /** The value of a key that has not expired; the key stays good. */
  readonly look: (key: string) => T | undefined;
  /** The value of a key that has not expired; the key is used up. */
  readonly redeem: (key: string) => T | undefined;
}

/** Makes an empty table. */
export function createVouchers<T>(options: {
  readonly now: () => number;
  readonly lifetimeMs: number;
}): Vouchers<T> {
  const held = createExpiringMap<{ readonly value: T; readonly expiresAtMs: number }>(options.now, 0);
  const look = (key: string): T | undefined => {
    const voucher = held.get(key);
    return voucher !== undefined && voucher.expiresAtMs > options.now() ? voucher.value : undefined;
  };
  return {
    issue: (value) => {
      const key = randomBytes(24).toString("base64url");
      const expiresAtMs = options.now() + options.lifetimeMs;
      held.set(key, { value, expiresAtMs }, expiresAtMs);
      return key;
    },
    look,
    redeem: (key) => {
      const value = look(key);
      held.delete(key);
      return value;
    },
  };
}
