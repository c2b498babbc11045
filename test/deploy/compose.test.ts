import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AGREED, at, ROOT, yamlOf } from "../support/deploy/files.ts";

const compose = yamlOf("deploy/compose.yaml");
const services = at(compose, "services") as Readonly<Record<string, unknown>>;
const { postern } = services;

describe("the compose file", () => {
  it("runs Postern as the image does, read-only, without capabilities and without core dumps", () => {
    expect(postern).toMatchObject({
      image: `postern:${AGREED.version}`,
      user: `${AGREED.user}:${AGREED.user}`,
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      ulimits: { core: 0 },
      healthcheck: { test: ["CMD", "node", "/app/bin/postern.js", "health"] },
    });
    expect(postern).not.toHaveProperty("entrypoint");
    expect(postern).not.toHaveProperty("command");
  });

  it("has a folder for the operator's socket that is Postern's own, and the configuration as a folder", () => {
    expect(at(postern, "tmpfs")).toEqual([`/run/postern:uid=${AGREED.user},gid=${AGREED.user},mode=0700`]);
    expect(at(postern, "volumes")).toEqual(["./config:/etc/postern:ro"]);
    expect(existsSync(join(ROOT, "deploy/config/postern.yaml"))).toBe(true);
    expect(existsSync(join(ROOT, "deploy", String(at(postern, "build", "context")), "Dockerfile"))).toBe(
      true,
    );
  });

  it("has longer to end than Postern drains", () => {
    expect(Number.parseInt(String(at(postern, "stop_grace_period")), 10)).toBeGreaterThan(AGREED.drain);
  });

  it.each(["application", "aws"])("starts %s once Postern is healthy, within its network", (name) => {
    const service = services[name];
    expect(service).toMatchObject({
      network_mode: "service:postern",
      depends_on: { postern: { condition: "service_healthy" } },
      environment: { AWS_ENDPOINT_URL: AGREED.endpoint },
    });
    expect(at(service, "user")).not.toBe(at(postern, "user"));
    expect(at(service, "volumes")).toBeUndefined();
  });

  it("publishes nothing beyond the machine, and nothing of Postern's", () => {
    expect(at(postern, "ports")).toEqual(["127.0.0.1:8080:8080"]);
    for (const name of ["application", "aws"]) expect(at(services[name], "ports")).toBeUndefined();
  });
});
