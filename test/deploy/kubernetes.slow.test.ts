import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { at, ROOT, textOf } from "../support/deploy/files.ts";
import { isThere, printed } from "../support/deploy/programs.ts";
import { buildKustomization } from "../support/kubernetes/kustomize.ts";
import { misfitsOf } from "../support/kubernetes/type-walk.ts";
import { objectsIn, objectsOf } from "../support/kubernetes/workloads.ts";

const EXAMPLES = ["example", "example-assume-role"] as const;
const folderOf = (example: string): string => join(ROOT, "deploy/kubernetes", example);

const KUBECTL = "kubectl";

/** Components need a kubectl of 1.21 or newer; Debian's is older. */
function kustomizeCommand(): readonly [string, ...string[]] | undefined {
  if (isThere("kustomize", "version")) return ["kustomize", "build"];
  const { stdout } = spawnSync(KUBECTL, ["version", "--client"], { encoding: "utf8", timeout: 20_000 });
  return /Kustomize Version: v[5-9]/.test(stdout ?? "") ? [KUBECTL, "kustomize"] : undefined;
}

describe("what Kubernetes is given", () => {
  it.each(EXAMPLES)("has no member that its API does not know or takes in another type: %s", (example) => {
    for (const object of buildKustomization(folderOf(example))) expect(misfitsOf(object)).toEqual([]);
  });

  it("has none in the Job either", () => {
    for (const object of objectsOf("deploy/kubernetes/job-before-1.29.yaml"))
      expect(misfitsOf(object)).toEqual([]);
  });

  it("has none in what a network policy has in comments, for whoever needs it", () => {
    const text = textOf("deploy/kubernetes/network-policy/network-policy.yaml");
    const [policy] = objectsIn(text.replace(/^ {4}# (?=- \{)/gm, "    "));
    const ports = (at(policy, "spec", "egress") as readonly unknown[]).map((rule) =>
      at(rule, "ports", 0, "port"),
    );
    expect(ports).toEqual([53, 443, 53, 443, 6379, 4318]);
    expect(misfitsOf(policy)).toEqual([]);
  });

  it("would show one that has", () => {
    const spec = {
      containers: [{ name: 1, args: "serve", readinesProbe: {}, securityContext: { runAsUser: "0" } }],
    };
    expect(misfitsOf({ apiVersion: "v1", kind: "Pod", spec })).toEqual([
      "Pod.spec.containers[0].name: not string",
      "Pod.spec.containers[0].args: not a list",
      "Pod.spec.containers[0].readinesProbe: not known",
      "Pod.spec.containers[0].securityContext.runAsUser: not number",
    ]);
  });

  it.for(EXAMPLES)("is what Kustomize makes of the files: %s", (example, { skip }) => {
    const command = kustomizeCommand();
    skip(command === undefined, "no Kustomize 5 is installed: only this house's own merge was tried");
    const [program, ...args] = command ?? ["kustomize"];
    const made = objectsIn(printed(program, [...args, folderOf(example)]));
    expect(byName(made)).toEqual(byName(buildKustomization(folderOf(example))));
  });
});

/** Each object as text, in one order. */
const byName = (objects: readonly unknown[]): readonly string[] =>
  objects.map((object) => JSON.stringify(sorted(object))).sort();

/** Members by name: Kustomize has an order of its own. Lists keep theirs. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
