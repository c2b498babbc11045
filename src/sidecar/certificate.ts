import { createSecureContext } from "node:tls";
import { readTextFile } from "../files/read-text-file.ts";
import type { ServerTls } from "../inbound/secure.ts";

/** A certificate with all that vouch for it. */
const MAX_BYTES = 1024 * 1024;

/** The files of a listener by TLS. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile?: string | undefined;
}

/**
 * What a listener shows and asks for, as the configured files have it now; undefined where it does not speak TLS.
 *
 * @throws Error where a file cannot be read, or the key is not that of the certificate
 */
export function tlsOf(files: TlsFiles | undefined): ServerTls | undefined {
  if (files === undefined) return undefined;
  const cert = readTextFile(files.certFile, MAX_BYTES);
  const key = readTextFile(files.keyFile, MAX_BYTES);
  const clientCa = files.clientCaFile === undefined ? undefined : readTextFile(files.clientCaFile, MAX_BYTES);
  // Checked once more: the files may have changed since the configuration was.
  createSecureContext({ cert, key, ...(clientCa !== undefined && { ca: clientCa }) });
  return { cert, key, clientCa };
}
