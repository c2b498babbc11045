import { readFileSync, type Stats, statSync } from "node:fs";

/** Bytes that are no text are refused rather than replaced. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Why a file cannot be taken, in the manner of the system's own errors. */
export class FileError extends Error {
  readonly code: "EISDIR" | "EFTYPE" | "EFBIG" | "EILSEQ";

  constructor(code: FileError["code"], message: string) {
    super(message);
    this.name = "FileError";
    this.code = code;
  }
}

/**
 * Reads a text file whole.
 *
 * @throws FileError `EISDIR`, `EFTYPE` for what is no regular file (a pipe could keep the reader waiting for ever), `EFBIG`
 * for more than `maxBytes`, `EILSEQ` for bytes that are not UTF-8
 * @throws Error of the system where it cannot be read
 */
export function readTextFile(path: string, maxBytes: number): string {
  checkStat(path, statSync(path), maxBytes);
  return decodeText(path, readFileSync(path), maxBytes);
}

/**
 * Reads bytes, wherever they came from, as {@link readTextFile} does those of a file.
 *
 * @throws FileError `EFBIG`, `EILSEQ`
 */
export function decodeText(path: string, bytes: Buffer, maxBytes: number): string {
  if (bytes.length > maxBytes) throw tooBig(path, maxBytes);
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new FileError("EILSEQ", `${path} is not UTF-8`);
  }
}

function checkStat(path: string, stat: Stats, maxBytes: number): void {
  if (stat.isDirectory()) throw new FileError("EISDIR", `${path} is a folder`);
  if (!stat.isFile()) throw new FileError("EFTYPE", `${path} is not a regular file`);
  if (stat.size > maxBytes) throw tooBig(path, maxBytes);
}

function tooBig(path: string, maxBytes: number): FileError {
  return new FileError("EFBIG", `${path} is larger than ${maxBytes} bytes`);
}
