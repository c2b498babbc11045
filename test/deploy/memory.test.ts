import { expect, it } from "vitest";
import { at, named, readPostern, textOf, yamlOf } from "../support/deploy/files.ts";
import { objectsOf, ofKind, podOf } from "../support/kubernetes/workloads.ts";

const MIB = 1024 * 1024;

/** What the sizing paragraph says that a container needs, for a configuration of these files. */
function needed(): number {
  const [, besides] =
    /limits\.bufferedBody` and (\d+) MiB\s+besides/.exec(textOf("docs/operations.md")) ?? [];
  const { config } = readPostern(textOf("deploy/config/postern.yaml"));
  return Number(config?.limits.bufferedBody) / MIB + Number(besides);
}

const job = podOf(ofKind(objectsOf("deploy/kubernetes/job-before-1.29.yaml"), "Job"));
const patched = podOf(ofKind(objectsOf("deploy/kubernetes/sidecar/patch.yaml"), "Deployment"));
const task: unknown = JSON.parse(textOf("deploy/ecs/task-definition.json"));
const memoryOf = (container: unknown): unknown => at(container, "resources", "limits", "memory");

it("every container of Postern's may use as much memory as the sizing paragraph says", () => {
  const mib = needed();
  expect(memoryOf(at(patched, "initContainers", 0))).toBe(`${mib}Mi`);
  expect(memoryOf(named(at(job, "containers"), "postern"))).toBe(`${mib}Mi`);
  expect(memoryOf(yamlOf("deploy/helm/postern/values.yaml"))).toBe(`${mib}Mi`);
  expect(at(yamlOf("deploy/compose.yaml"), "services", "postern", "mem_limit")).toBe(`${mib}m`);
  expect(named(at(task, "containerDefinitions"), "postern")?.["memory"]).toBe(mib);
});

it("a host gives it no less", () => {
  const [, limit] = /^MemoryMax=(\d+)M$/m.exec(textOf("deploy/systemd/postern.service")) ?? [];
  expect(Number(limit)).toBeGreaterThanOrEqual(needed());
});

it("no configuration here holds more bodies than the default", () => {
  for (const path of ["deploy/kubernetes/example/postern.yaml", "deploy/helm/example/values.yaml"])
    expect(textOf(path)).not.toContain("bufferedBody");
});
