import { createSecureContext } from "node:tls";
import type { Config } from "../config/schema.ts";
import { readTextFile } from "../files/read-text-file.ts";
import type { OuterTls } from "../proxy/authorize/listener.ts";
import type { Certificate } from "../proxy/secure.ts";

/** A certificate with all that vouch for it. */
const MAX_BYTES = 1024 * 1024;

/**
 * The certificate that the data face shows, as the configured files have it now.
 *
 * @throws Error where a file cannot be read, or the key is not that of the certificate
 */
export function certificateOf({ listen }: Config): Certificate | undefined {
  return listen.tls === undefined ? undefined : pairIn(listen.tls);
}

/**
 * What is shown to an outer proxy and asked of it, likewise.
 *
 * @throws Error likewise
 */
export function outerTlsOf({ authorize }: Config): OuterTls | undefined {
  if (authorize?.tls === undefined) return undefined;
  const { clientCaFile } = authorize.tls;
  const clientCa = clientCaFile === undefined ? undefined : readTextFile(clientCaFile, MAX_BYTES);
  if (clientCa !== undefined) createSecureContext({ ca: clientCa });
  return { ...pairIn(authorize.tls), clientCa };
}

function pairIn({ certFile, keyFile }: { readonly certFile: string; readonly keyFile: string }): Certificate {
  const cert = readTextFile(certFile, MAX_BYTES);
  const key = readTextFile(keyFile, MAX_BYTES);
  // Checked once more: the files may have changed since the configuration was.
  createSecureContext({ cert, key });
  return { cert, key };
}
