import { isIP } from "node:net";

/** An address as its bytes: 4 of IPv4, 16 of IPv6. An IPv4 address that is written as IPv6 is IPv4. */
export type Address = readonly number[];

/** All addresses that begin with the same bits. */
export interface AddressRange {
  readonly address: Address;
  /** How many. */
  readonly bits: number;
}

const LENGTH = /^(?:0|[1-9]\d{0,2})$/;
const MAPPED_BITS = 96;

/** Reads an address; undefined for what is none. The zone of an IPv6 address is left out: it is the machine's own. */
export function readAddress(text: string): Address | undefined {
  const family = isIP(text);
  if (family === 0) return undefined;
  return family === 4 ? text.split(".").map(Number) : unmapped(bytesOf(text.replace(/%.*$/s, "")));
}

/** Reads an address, or a range of them in CIDR notation (RFC 4632, RFC 4291); undefined for what is neither. */
export function readRange(text: string): AddressRange | undefined {
  const [start = "", length, ...more] = text.split("/");
  const address = start.includes("%") ? undefined : readAddress(start);
  if (address === undefined || more.length > 0) return undefined;
  if (length === undefined) return { address, bits: address.length * 8 };
  if (!LENGTH.test(length)) return undefined;
  const written = isIP(start) === 6 && address.length === 4 ? Number(length) - MAPPED_BITS : Number(length);
  return written < 0 || written > address.length * 8 ? undefined : { address, bits: written };
}

/** Whether a range holds an address; no range of one family holds an address of the other. */
export function isWithin(address: Address, range: AddressRange): boolean {
  if (address.length !== range.address.length) return false;
  const whole = range.bits >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== range.address[i]) return false;
  const rest = 8 - (range.bits & 7);
  return (byteAt(address, whole) ^ byteAt(range.address, whole)) >> rest === 0;
}

function byteAt(address: Address, i: number): number {
  return address[i] ?? 0;
}

function bytesOf(text: string): Address {
  const [head = "", tail = ""] = text.split("::");
  const [first, last] = [wordsOf(head), wordsOf(tail)];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => 0);
  return [...first, ...zeros, ...last].flatMap((word) => [word >> 8, word & 0xff]);
}

/** The words of one side of `::`; the last two may be written as IPv4. */
function wordsOf(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}

function unmapped(address: Address): Address {
  const isMapped =
    address.slice(0, 10).every((byte) => byte === 0) && address[10] === 0xff && address[11] === 0xff;
  return isMapped ? address.slice(12) : address;
}
