/** Epoch milliseconds as SigV4 writes a time: `20261121T080228Z`. */
export function basicTime(epochMs: number): string {
  return isoTime(epochMs).replaceAll(/[-:]/g, "");
}

/** Epoch milliseconds as `2026-11-21T08:02:28Z`. */
export function isoTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/** Epoch milliseconds of a time like `20261121T080228Z`; NaN for anything else. */
export function epochMsOf(basic: string): number {
  const iso = basic.replace(BASIC, "$1-$2-$3T$4:$5:$6Z");
  return iso === basic ? Number.NaN : Date.parse(iso);
}

/** Tells whether a text is a time like `20261121T080228Z`. */
export function isBasicTime(text: string): boolean {
  return !Number.isNaN(epochMsOf(text));
}

const BASIC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
