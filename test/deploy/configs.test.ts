import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AGREED, at, readPostern, ROOT, textOf, yamlOf } from "../support/deploy/files.ts";
import { objectsOf, ofKind } from "../support/kubernetes/workloads.ts";

const job = ofKind(objectsOf("deploy/kubernetes/job-before-1.29.yaml"), "ConfigMap");
const CONFIGS: Readonly<Record<string, string>> = {
  "deploy/config": textOf("deploy/config/postern.yaml"),
  "deploy/kubernetes/example": textOf("deploy/kubernetes/example/postern.yaml"),
  "deploy/kubernetes/example-assume-role": textOf("deploy/kubernetes/example-assume-role/postern.yaml"),
  "deploy/kubernetes/job-before-1.29.yaml": String(at(job, "data", "postern.yaml")),
  "deploy/helm/example": String(at(yamlOf("deploy/helm/example/values.yaml"), "postern", "config")),
};

describe("what Postern is given", () => {
  it.each(Object.entries(CONFIGS))("may start, and nothing is to be warned of: %s", (_name, text) => {
    const { problems, warnings, config } = readPostern(text);
    expect([problems, warnings]).toEqual([[], []]);
    expect(config?.listen.address).toEqual({ host: "127.0.0.1", port: 4480 });
    expect(config?.probes.address.port).toBe(AGREED.probesPort);
    expect(config?.timeouts.drain).toBe(AGREED.drain * 1000);
  });

  it("has its probes where Prometheus reaches them, as scrape.yaml says, but for the Job that nobody scrapes", () => {
    const hosts = Object.entries(CONFIGS).map(([name, text]) => {
      const address = readPostern(text).config?.probes.address;
      return [name, address !== undefined && "host" in address ? address.host : undefined];
    });
    expect(Object.fromEntries(hosts)).toEqual({
      "deploy/config": "0.0.0.0",
      "deploy/kubernetes/example": "0.0.0.0",
      "deploy/kubernetes/example-assume-role": "0.0.0.0",
      "deploy/kubernetes/job-before-1.29.yaml": "127.0.0.1",
      "deploy/helm/example": "0.0.0.0",
    });
  });

  it("has all that is called postern.yaml among it", () => {
    const found = readdirSync(join(ROOT, "deploy"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith("/postern.yaml"))
      .map((path) => join("deploy", path, ".."));
    for (const folder of found) expect(Object.keys(CONFIGS)).toContain(folder);
  });
});

describe("what the files take from src", () => {
  it.for([
    ["the data face", AGREED.data],
    ["the probes", `127.0.0.1:${AGREED.probesPort}`],
    ["the drain", `${AGREED.drain}s`],
  ] as const)("is the default of %s", ([_what, value]) => {
    const files = readdirSync(join(ROOT, "src/config")).filter((file) => file.endsWith(".ts"));
    expect(files.map((file) => textOf(`src/config/${file}`)).join("\n")).toContain(value);
  });

  it.for(["serve", "health"])("is the command %s", (command) => {
    expect(existsSync(join(ROOT, `src/cli/${command}.ts`))).toBe(true);
  });
});
