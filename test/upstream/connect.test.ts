import { createServer } from "node:https";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";
import { createForwarder } from "../../src/upstream/forward.ts";

/** The server name that a TLS client says first, for a request with another `Host`. */
async function serverNameAt(hostname: string): Promise<string | undefined> {
  const { certPem, keyPem } = createThrowAwayCertificate(Date.now());
  let said: string | undefined;
  const server = createServer({
    cert: certPem,
    key: keyPem,
    SNICallback: (name, done) => {
      said = name;
      done(null);
    },
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, hostname, resolve));
  const { port } = server.address() as AddressInfo;
  const forwarder = createForwarder({ origin: `https://${hostname}:${port}` });
  const headers = ["host", "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"];
  // Nobody trusts the certificate, so that nothing is sent; what was said stands before that.
  await new Promise((done) => {
    const response = new PassThrough() as unknown as ServerResponse;
    forwarder.forward({ method: "GET", path: "/", headers, body: null, answerHeaders: [] }, response, done);
  });
  await forwarder.close();
  await new Promise((resolve) => server.close(resolve));
  return said;
}

it("asks the host that it dials to prove itself, whatever Host says", async () => {
  expect(await serverNameAt("localhost")).toBe("localhost");
});

it("asks an address for no name", async () => {
  expect(await serverNameAt("127.0.0.1")).toBeUndefined();
});
