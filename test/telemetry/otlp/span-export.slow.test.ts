import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createThrowAwayCertificate } from "../../../src/local/certificate.ts";
import { createSpanExport } from "../../../src/telemetry/otlp/span-export.ts";
import { outcomeOf } from "../outcomes.ts";

const { certPem, keyPem, caPem } = createThrowAwayCertificate(Date.now());

let collector: Server | undefined;
let heads: IncomingHttpHeaders[];
let bodies: string[];
let failures: unknown[];
let folder: string;

beforeEach(() => {
  [heads, bodies, failures] = [[], [], []];
  folder = mkdtempSync(join(tmpdir(), "postern-span-export-"));
});

afterEach(() => {
  vi.unstubAllEnvs();
  collector?.closeAllConnections();
  collector?.close();
  rmSync(folder, { recursive: true });
});

const take: RequestListener = async (request, response) => {
  heads.push(request.headers);
  bodies.push(await text(request));
  response.writeHead(200, { "content-type": "application/json" }).end("{}");
};

async function collectAt(scheme: "http" | "https"): Promise<string> {
  collector =
    scheme === "http" ? createServer(take) : createSecureServer({ cert: certPem, key: keyPem }, take);
  await once(collector.listen(0, "127.0.0.1"), "listening");
  return `${scheme}://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`;
}

/** Sends the spans of one request. */
async function send(endpoint: string): Promise<void> {
  const spans = await createSpanExport(
    { endpoint, headers: { "X-Tenant": "reports" }, serviceName: "postern" },
    { version: "1.0.0", now: Date.now, onFailure: (error) => failures.push(error) },
  );
  const trace = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
  spans.record(outcomeOf({ ...trace, isSampled: true }));
  await spans.close();
}

describe("the environment of the process", () => {
  it("adds no header, and changes neither the address, the encoding nor the name", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", "x-app-secret=of-the-application");
    vi.stubEnv("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-app-key=of-it-too,x-tenant=other");
    vi.stubEnv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip");
    vi.stubEnv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:9/other");
    vi.stubEnv("OTEL_SERVICE_NAME", "the-application");
    vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "of=the-application");
    await send(await collectAt("http"));
    expect(failures).toEqual([]);
    expect(heads).toHaveLength(1);
    expect(heads[0]).toMatchObject({ "x-tenant": "reports", "content-type": "application/json" });
    expect(heads[0]).not.toHaveProperty("x-app-secret");
    expect(heads[0]).not.toHaveProperty("x-app-key");
    expect(heads[0]).not.toHaveProperty("content-encoding");
    expect(bodies[0]).toContain('"stringValue":"postern"');
    expect(bodies[0]).not.toContain("the-application");
    expect(process.env["OTEL_EXPORTER_OTLP_HEADERS"]).toBe("x-app-secret=of-the-application");
  });

  it("says of no authority that it is trusted", async () => {
    writeFileSync(join(folder, "ca.pem"), caPem);
    vi.stubEnv("OTEL_EXPORTER_OTLP_CERTIFICATE", join(folder, "ca.pem"));
    await send(await collectAt("https"));
    expect(heads).toEqual([]);
    expect(failures).toHaveLength(1);
  });
});
