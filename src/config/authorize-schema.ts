import { z } from "zod";
import { type Address, parseAddress } from "./address.ts";
import { filePath, written } from "./values.ts";

/** Where an outer proxy asks: a unix socket by its path, or a host and a port. */
export type AuthorizeAddress = Address | { readonly socket: string };

/** Linux's `sockaddr_un` has 108 bytes, the last of them zero; others have fewer. */
const SOCKET = /^unix:(?<path>\/[!-~]{1,90})$/;

const authorizeAddress = z.string().transform((text, context): AuthorizeAddress => {
  const socket = SOCKET.exec(text)?.groups?.["path"];
  if (socket !== undefined) return { socket };
  const parsed = parseAddress(text);
  if (parsed !== undefined) return parsed;
  const message = "an address is written like unix:/run/postern/authorize.sock or 127.0.0.1:4484";
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** Names of requests' own headers, and of those that AWS or Postern mean something by, are none of an outer proxy's. */
const headerName = written(
  /^[Xx]-(?!(?:[Aa][Mm][Zz]|[Pp][Oo][Ss][Tt][Ee][Rr][Nn])-)[A-Za-z0-9-]{1,64}$/,
  "a header is named like X-Original-URI, and neither x-amz-… nor x-postern-…",
).toLowerCase();

/** The listener on which an outer proxy asks for signatures. It is off until it is named. */
export const authorizeSchema = z.strictObject({
  address: authorizeAddress.describe(
    "Where the outer proxy asks: unix:/run/postern/authorize.sock, or 127.0.0.1:4484.",
  ),
  mode: written(/^0?[0-7]{3}$/, 'a mode is written in quotes, like "0660"')
    .transform((text) => Number.parseInt(text, 8))
    .optional()
    .describe("Of the unix socket; default 0660. Whoever may write to it may ask."),
  secret: written(/^[!-~]{16,512}$/, "a secret is 16 visible characters or more, without spaces")
    .optional()
    .describe(
      "What the outer proxy shows in X-Postern-Secret, by reference: ${file:/run/secrets/authorize}, or ${env:NAME}.",
    ),
  tls: z
    .strictObject({
      certFile: filePath.describe("The certificate and those that vouch for it, as PEM."),
      keyFile: filePath.describe("Its private key, as PEM and without a passphrase."),
      clientCaFile: filePath
        .optional()
        .describe("Ask for a client certificate of one of these authorities, in place of the secret."),
    })
    .optional()
    .describe("Serve TLS. The files are followed."),
  methodHeader: headerName
    .prefault("X-Original-Method")
    .describe("In which header the outer proxy says the method. Traefik: X-Forwarded-Method."),
  uriHeader: headerName
    .prefault("X-Original-URI")
    .describe("In which header it says path and query. Traefik: X-Forwarded-Uri."),
  hostHeader: headerName.optional().describe("In which header it says the Host; without it, in Host itself."),
  lengthHeader: headerName
    .optional()
    .describe("In which header it says the Content-Length: without it nothing can be put."),
  exact: z
    .boolean()
    .default(false)
    .describe("Refuse what is signed for another path or query than was asked: for who cannot send another."),
});
