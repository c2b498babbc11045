/** Exit codes: 64 and 78 are those of sysexits.h. */
export const EXIT = { ok: 0, failure: 1, usage: 64, config: 78 } as const;
