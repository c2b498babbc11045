import { z } from "zod";
import { listenAddress, serverTls, socketMode } from "./listening.ts";
import { written } from "./values.ts";

/** Names of requests' own headers, and of those that AWS or Postern mean something by, are none of an outer proxy's. */
const headerName = written(
  /^[Xx]-(?!(?:[Aa][Mm][Zz]|[Pp][Oo][Ss][Tt][Ee][Rr][Nn])-)[A-Za-z0-9-]{1,64}$/,
  "a header is named like X-Original-URI, and neither x-amz-… nor x-postern-…",
).toLowerCase();

/** The listener on which an outer proxy asks for signatures. It is off until it is named. */
export const authorizeSchema = z.strictObject({
  address: listenAddress("unix:/run/postern/authorize.sock or 127.0.0.1:4484").describe(
    "Where the outer proxy asks: unix:/run/postern/authorize.sock, or 127.0.0.1:4484.",
  ),
  mode: socketMode.optional().describe("Of the unix socket; default 0660. Whoever may write to it may ask."),
  secret: written(/^[!-~]{16,512}$/, "a secret is 16 visible characters or more, without spaces")
    .optional()
    .describe(
      "What the outer proxy shows in X-Postern-Secret, by reference: ${file:/run/secrets/authorize}, or ${env:NAME}.",
    ),
  tls: serverTls("Ask for a client certificate of one of these authorities, in place of the secret.")
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
