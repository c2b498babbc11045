import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";

/** A certificate for loopback names in files of a test's own. */
export interface ThrowAwayTls {
  /** The authority to trust, as PEM. */
  readonly caPem: string;
  /** The file that it stands in, for clients that want a path. */
  readonly caFile: string;
  /** Changes `config/dev.yaml` so that the data listener speaks TLS. */
  readonly config: (yaml: string) => string;
  readonly remove: () => void;
}

export function throwAwayTls(): ThrowAwayTls {
  const folder = mkdtempSync(join(tmpdir(), "postern-tls-"));
  const { caPem, certPem, keyPem } = createThrowAwayCertificate(Date.now());
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const caFile = write("ca.pem", caPem);
  const [certFile, keyFile] = [write("cert.pem", certPem), write("key.pem", keyPem)];
  return {
    caPem,
    caFile,
    config: (yaml) =>
      yaml.replace(/^listen: \{ /m, `listen: { tls: { certFile: "${certFile}", keyFile: "${keyFile}" }, `),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
