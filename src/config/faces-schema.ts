import { z } from "zod";
import { listenAddress, serverTls, socketMode } from "./listening.ts";
import { address, distinct, filePath, written } from "./values.ts";

/** A Host name without a port. */
const hostName = written(
  /^(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])$/,
  "a host is written like app.example.com, without a port",
).toLowerCase();

/** The data face. */
export const listenSchema = z.strictObject({
  address: listenAddress("127.0.0.1:4480, [::1]:4480 or unix:/run/postern/data.sock")
    .prefault("127.0.0.1:4480")
    .describe("Where applications send their requests: 127.0.0.1:4480, or unix:/run/postern/data.sock."),
  mode: socketMode
    .optional()
    .describe("Of the unix socket; default 0660. Whoever may write to it may send requests."),
  tls: serverTls(
    "Take requests only from who shows a certificate of one of these authorities, besides the token.",
  )
    .optional()
    .describe("Serve TLS. The files are followed: a new pair serves from the next connection on."),
  plaintext: z
    .boolean()
    .default(false)
    .describe("Listen without TLS on an address that is not loopback: tokens cross the network readable."),
  hosts: distinct(hostName)
    .default([])
    .describe(
      "Host names by which callers with a cookie, and guests, may call, besides loopback names, match.host and the hosts of cookie.origins.",
    ),
});

/** What an orchestrator asks. */
export const probesSchema = z.strictObject({
  address: address
    .prefault("127.0.0.1:4481")
    .describe("/livez, /readyz and /metrics, nothing else; any address will do."),
});

/** What operators look at, and with what they stop a sidecar. */
export const operatorSchema = z.strictObject({
  address: listenAddress("127.0.0.1:4482 or unix:/run/postern/operator.sock")
    .prefault("127.0.0.1:4482")
    .describe(
      "The console and what else operators ask: loopback, or unix:/run/postern/operator.sock. Another address needs tls, and with it clientCaFile or tokenFile.",
    ),
  mode: socketMode
    .optional()
    .describe("Of the unix socket; default 0600. Whoever may write to it is an operator."),
  hosts: distinct(hostName).default([]).describe("Host names by which it is called, besides loopback names."),
  tls: serverTls("Ask for a client certificate of one of these authorities.")
    .optional()
    .describe("Serve TLS. The files are followed."),
  tokenFile: filePath
    .optional()
    .describe(
      "A file with a token of 16 characters or more, which operators show: as a bearer token, or as the password in a browser. It is followed.",
    ),
  lockFile: filePath
    .optional()
    .describe("While this file is there Postern is locked: everything is refused, and it is not ready."),
});
