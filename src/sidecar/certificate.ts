import { createSecureContext } from "node:tls";
import type { Config } from "../config/schema.ts";
import { readTextFile } from "../files/read-text-file.ts";
import type { Certificate } from "../proxy/secure.ts";

/** A certificate with all that vouch for it. */
const MAX_BYTES = 1024 * 1024;

/**
 * The certificate that the data face shows, as the configured files have it now.
 *
 * @throws Error where a file cannot be read, or the key is not that of the certificate
 */
export function certificateOf({ listen }: Config): Certificate | undefined {
  if (listen.tls === undefined) return undefined;
  const cert = readTextFile(listen.tls.certFile, MAX_BYTES);
  const key = readTextFile(listen.tls.keyFile, MAX_BYTES);
  // Checked once more: the files may have changed since the configuration was.
  createSecureContext({ cert, key });
  return { cert, key };
}
