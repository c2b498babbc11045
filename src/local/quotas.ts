/** Calls a second by operation, such as `{ GetId: 25 }`; for the user pool's web endpoints the end of the path. */
export type Quotas = Readonly<Partial<Record<string, number>>>;

/** Whether an operation may be called once more now; asking uses a call up. */
export type TakeQuota = (operation: string) => boolean;

/**
 * Makes buckets that hold the calls of one second and fill evenly. What is not listed has no limit.
 *
 * @param now Epoch milliseconds.
 */
export function createQuotas(perSecond: Quotas, now: () => number): TakeQuota {
  const buckets = new Map<string, { calls: number; atMs: number }>();
  return (operation) => {
    const limit = Object.hasOwn(perSecond, operation) ? perSecond[operation] : undefined;
    if (limit === undefined) return true;
    const nowMs = now();
    const { calls, atMs } = buckets.get(operation) ?? { calls: limit, atMs: nowMs };
    const filled = Math.min(limit, calls + (Math.max(0, nowMs - atMs) / 1000) * limit);
    const isFree = filled >= 1;
    buckets.set(operation, { calls: isFree ? filled - 1 : filled, atMs: nowMs });
    return isFree;
  };
}
