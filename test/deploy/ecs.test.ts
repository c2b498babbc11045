import { describe, expect, it } from "vitest";
import { AGREED, at, named, textOf } from "../support/deploy/files.ts";

const task: unknown = JSON.parse(textOf("deploy/ecs/task-definition.json"));
const containers = at(task, "containerDefinitions");
const postern = named(containers, "postern");
const writer = named(containers, "postern-config");
const application = named(containers, "application");

describe("the ECS task", () => {
  it("runs Postern as the image does, read-only, without capabilities and without core dumps", () => {
    expect(postern).toMatchObject({
      command: ["serve"],
      user: `${AGREED.user}:${AGREED.user}`,
      readonlyRootFilesystem: true,
      linuxParameters: { capabilities: { drop: ["ALL"] }, initProcessEnabled: true },
      healthCheck: { command: ["CMD", "node", "/app/bin/postern.js", "health"] },
    });
    expect(postern).not.toHaveProperty("entryPoint");
    expect(named(at(postern, "ulimits"), "core")).toMatchObject({ softLimit: 0, hardLimit: 0 });
  });

  it("has longer to end than Postern drains, and no longer than Fargate waits", () => {
    expect(at(postern, "stopTimeout")).toBeGreaterThan(AGREED.drain);
    expect(at(postern, "stopTimeout")).toBeLessThanOrEqual(120);
  });

  it("starts the application once Postern is healthy, and points it at the data face", () => {
    expect(at(task, "networkMode")).toBe("awsvpc");
    expect(application).toMatchObject({
      dependsOn: [{ containerName: "postern", condition: "HEALTHY" }],
      environment: [{ name: "AWS_ENDPOINT_URL", value: AGREED.endpoint }],
    });
  });

  it("writes the configuration from a parameter, by Postern's own image, before Postern starts", () => {
    expect(at(postern, "dependsOn")).toEqual([{ containerName: "postern-config", condition: "SUCCESS" }]);
    expect(at(writer, "image")).toBe(at(postern, "image"));
    expect(at(writer, "essential")).toBe(false);
    expect(at(writer, "secrets", 0, "name")).toBe("POSTERN_YAML");
    expect(at(writer, "command", 0)).toBe(
      "require('node:fs').writeFileSync('/etc/postern/postern.yaml', process.env.POSTERN_YAML)",
    );
  });

  it("lets nobody but Postern see its configuration and its sockets", () => {
    expect(at(postern, "mountPoints")).toEqual([
      { sourceVolume: "postern-config", containerPath: "/etc/postern", readOnly: true },
      { sourceVolume: "postern-run", containerPath: "/run/postern" },
    ]);
    expect(application).not.toHaveProperty("mountPoints");
  });

  it("gives the task no role of its own", () => {
    expect(task).not.toHaveProperty("taskRoleArn");
  });

  it("has the image in the version of the package", () => {
    expect(at(postern, "image")).toMatch(new RegExp(`/postern:${AGREED.version}$`));
  });
});
