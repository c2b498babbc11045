import type { ChecksumAlgorithm } from "./checksum.ts";

/** A cyclic redundancy check whose register is reflected and begins and ends inverted, as all of S3's are. */
interface Polynomial {
  readonly width: bigint;
  /** Reflected. */
  readonly terms: bigint;
}

const POLYNOMIALS: Readonly<Partial<Record<ChecksumAlgorithm, Polynomial>>> = {
  CRC32: { width: 32n, terms: 0xedb88320n },
  CRC32C: { width: 32n, terms: 0x82f63b78n },
  CRC64NVME: { width: 64n, terms: 0x9a6c9329ac4bc9b5n },
};

/**
 * The check of two runs of bytes together, from the check of each and the length of the second: what lets S3 tell the
 * check of an object of parts without reading it again. Undefined for digests, which cannot be put together.
 *
 * Source: `crc32_combine` of zlib; checks in base64.
 */
export function combineCrc(
  algorithm: ChecksumAlgorithm,
  first: string,
  second: { readonly value: string; readonly size: number },
): string | undefined {
  const polynomial = POLYNOMIALS[algorithm];
  if (polynomial === undefined) return undefined;
  const shifted = multiply(polynomial, powerOfX(polynomial, 8n * BigInt(second.size)), read(first));
  return write(polynomial, shifted ^ read(second.value));
}

/** x to the power `n`, modulo the polynomial. */
function powerOfX(polynomial: Polynomial, n: bigint): bigint {
  let power = 1n << (polynomial.width - 1n);
  let square = power >> 1n;
  for (let left = n; left > 0n; left >>= 1n) {
    if (left & 1n) power = multiply(polynomial, square, power);
    square = multiply(polynomial, square, square);
  }
  return power;
}

/** The product of two polynomials modulo a third; in all of them the highest bit stands for 1. */
function multiply({ width, terms }: Polynomial, left: bigint, right: bigint): bigint {
  let product = 0n;
  let multiple = right;
  for (let bit = 1n << (width - 1n); bit > 0n; bit >>= 1n) {
    if (left & bit) product ^= multiple;
    multiple = multiple & 1n ? (multiple >> 1n) ^ terms : multiple >> 1n;
  }
  return product;
}

function read(base64: string): bigint {
  return BigInt(`0x${Buffer.from(base64, "base64").toString("hex")}`);
}

function write({ width }: Polynomial, value: bigint): string {
  return Buffer.from(value.toString(16).padStart(Number(width / 4n), "0"), "hex").toString("base64");
}
