/** A cyclic redundancy check that bytes are fed to. */
export interface Crc {
  readonly update: (bytes: Uint8Array) => void;
  /** Big-endian, as S3 puts it into base64. */
  readonly digest: () => Buffer;
}

/** A register, or an entry of a table: of 64 bits in two halves because bigints are slow; of 32 bits in the low one. */
interface Halves {
  readonly highs: Int32Array;
  readonly lows: Int32Array;
}

/** So many bytes are taken at once ("slicing by eight"), each by a table of its own. */
const SLICE = 8;
const CRC32C_TABLES = sliceTables(0x82f63b78n);
const CRC64_TABLES = sliceTables(0x9a6c9329ac4bc9b5n);

/** CRC-32C (Castagnoli), RFC 3720 appendix B.4. */
export function createCrc32c(): Crc {
  const { lows } = CRC32C_TABLES;
  let crc = 0xffffffff;
  const step = (byte: number): void => {
    crc = (crc >>> 8) ^ at(lows, 0, crc ^ byte);
  };
  const slice = (first: number, second: number): void => {
    crc = slices(lows, crc ^ first, second);
  };
  return {
    update: (bytes) => feed(bytes, slice, step),
    digest: () => {
      const out = Buffer.alloc(4);
      out.writeUInt32BE(~crc >>> 0);
      return out;
    },
  };
}

/** CRC-64/NVME, NVM Express command set specification 5.2.1.3.4. */
export function createCrc64Nvme(): Crc {
  const { highs, lows } = CRC64_TABLES;
  let high = 0xffffffff;
  let low = 0xffffffff;
  const step = (byte: number): void => {
    const index = low ^ byte;
    low = ((low >>> 8) | (high << 24)) ^ at(lows, 0, index);
    high = (high >>> 8) ^ at(highs, 0, index);
  };
  const slice = (first: number, second: number): void => {
    const [left, right] = [low ^ first, high ^ second];
    low = slices(lows, left, right);
    high = slices(highs, left, right);
  };
  return {
    update: (bytes) => feed(bytes, slice, step),
    digest: () => {
      const out = Buffer.alloc(8);
      out.writeUInt32BE(~high >>> 0, 0);
      out.writeUInt32BE(~low >>> 0, 4);
      return out;
    },
  };
}

/** Hands bytes over eight at a time, as two little-endian words, and what is left one by one. */
function feed(
  bytes: Uint8Array,
  slice: (first: number, second: number) => void,
  step: (byte: number) => void,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % SLICE);
  for (let index = 0; index < whole; index += SLICE) {
    slice(view.getInt32(index, true), view.getInt32(index + 4, true));
  }
  for (let index = whole; index < bytes.length; index++) step(view.getUint8(index));
}

/** What eight bytes make of a register: the first goes furthest. */
function slices(table: Int32Array, first: number, second: number): number {
  return (
    at(table, 7, first) ^
    at(table, 6, first >>> 8) ^
    at(table, 5, first >>> 16) ^
    at(table, 4, first >>> 24) ^
    at(table, 3, second) ^
    at(table, 2, second >>> 8) ^
    at(table, 1, second >>> 16) ^
    at(table, 0, second >>> 24)
  );
}

/** What a byte is worth when so many others come behind it. */
function at(table: Int32Array, behind: number, byte: number): number {
  return table[(behind << 8) | (byte & 0xff)] ?? 0;
}

/** The tables of a reflected polynomial, one behind the other. */
function sliceTables(polynomial: bigint): Halves {
  const entries: bigint[] = [];
  for (let byte = 0n; byte < 256n; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
    entries.push(crc);
  }
  for (let index = 256; index < SLICE * 256; index++) {
    const before = entries[index - 256] ?? 0n;
    entries.push((before >> 8n) ^ (entries[Number(before & 0xffn)] ?? 0n));
  }
  return {
    highs: Int32Array.from(entries, (entry) => Number(entry >> 32n)),
    lows: Int32Array.from(entries, (entry) => Number(entry & 0xffffffffn)),
  };
}
