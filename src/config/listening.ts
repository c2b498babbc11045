import { z } from "zod";
import { type Address, parseAddress } from "./address.ts";
import { filePath, written } from "./values.ts";

/** Where a listener is: a host and a port, or a unix socket by its path. */
export type ListenAddress = Address | { readonly socket: string };

/** Linux's `sockaddr_un` has 108 bytes, the last of them zero; others have fewer. */
const SOCKET = /^unix:(?<path>\/[!-~]{1,90})$/;

/**
 * Where to listen.
 *
 * @param example one of each form
 */
export const listenAddress = (example: string) =>
  z.string().transform((text, context): ListenAddress => {
    const socket = SOCKET.exec(text)?.groups?.["path"];
    if (socket !== undefined) return { socket };
    const parsed = parseAddress(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: "custom", message: `an address is written like ${example}` });
    return z.NEVER;
  });

/** Of a unix socket: the number of `"0660"`. */
export const socketMode = written(/^0?[0-7]{3}$/, 'a mode is written in quotes, like "0660"').transform(
  (text) => Number.parseInt(text, 8),
);

/**
 * What a listener by TLS shows and asks for. The files are followed: others serve from the next connection on.
 *
 * @param whom what a client certificate is asked for
 */
export const serverTls = (whom: string) =>
  z.strictObject({
    certFile: filePath.describe("The certificate and those that vouch for it, as PEM."),
    keyFile: filePath.describe("Its private key, as PEM and without a passphrase."),
    clientCaFile: filePath.optional().describe(whom),
  });
