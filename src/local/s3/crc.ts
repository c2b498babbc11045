/** A cyclic redundancy check that bytes are fed to. */
export interface Crc {
  readonly update: (bytes: Uint8Array) => void;
  /** Big-endian, as S3 puts it into base64. */
  readonly digest: () => Buffer;
}

const CRC32C_TABLE = crc32cTable();
const CRC64_TABLE = crc64Table();

/** CRC-32C (Castagnoli), RFC 3720 appendix B.4. */
export function createCrc32c(): Crc {
  let crc = 0xffffffff;
  return {
    update: (bytes) => {
      for (const byte of bytes) crc = (crc >>> 8) ^ (CRC32C_TABLE[(crc ^ byte) & 0xff] ?? 0);
    },
    digest: () => {
      const out = Buffer.alloc(4);
      out.writeUInt32BE(~crc >>> 0);
      return out;
    },
  };
}

/** CRC-64/NVME, NVM Express command set specification 5.2.1.3.4; kept in two halves because bigints are slow. */
export function createCrc64Nvme(): Crc {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (bytes) => {
      const { highs, lows } = CRC64_TABLE;
      for (const byte of bytes) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (lows[index] ?? 0);
        high = (high >>> 8) ^ (highs[index] ?? 0);
      }
    },
    digest: () => {
      const out = Buffer.alloc(8);
      out.writeUInt32BE(~high >>> 0, 0);
      out.writeUInt32BE(~low >>> 0, 4);
      return out;
    },
  };
}

function crc32cTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    return crc;
  });
}

function crc64Table(): { readonly highs: Int32Array; readonly lows: Int32Array } {
  const highs = new Int32Array(256);
  const lows = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x9a6c9329ac4bc9b5n : crc >> 1n;
    highs[byte] = Number(crc >> 32n);
    lows[byte] = Number(crc & 0xffffffffn);
  }
  return { highs, lows };
}
