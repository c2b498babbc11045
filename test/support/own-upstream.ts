import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** An upstream in a test's own hands, in place of the stand-in's S3: it verifies nothing and does as it is told. */
export interface OwnUpstream {
  readonly server: Server;
  /** Changes `config/dev.yaml` so that S3 is here. */
  readonly config: (yaml: string) => string;
  readonly close: () => Promise<void>;
}

export async function startUpstream(listener: RequestListener): Promise<OwnUpstream> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    server,
    config: (yaml) =>
      yaml.replace("s3: { service: s3,", `s3: { service: s3, endpoint: "http://127.0.0.1:${port}",`),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
