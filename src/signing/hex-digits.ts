/** Longest number that is read here: of fewer bytes than a GiB. */
const MAX_DIGITS = 7;
const NO_DIGIT = 16;
/** What each byte counts as a hex digit. */
const DIGITS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = "0123456789abcdef".indexOf(String.fromCharCode(byte).toLowerCase());
  return digit < 0 ? NO_DIGIT : digit;
});

/** Where the hex digits end that begin at `at`; no more than seven are looked at. */
export function endOfHex(bytes: Buffer, at: number): number {
  const most = Math.min(bytes.length, at + MAX_DIGITS);
  let end = at;
  while (end < most && DIGITS[bytes[end] ?? 0] !== NO_DIGIT) end++;
  return end;
}

/** The number that hex digits are. */
export function hexNumber(bytes: Buffer, at: number, end: number): number {
  let number = 0;
  for (let i = at; i < end; i++) number = number * 16 + (DIGITS[bytes[i] ?? 0] ?? 0);
  return number;
}
