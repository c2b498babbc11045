import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { readConfig } from "../src/config/read.ts";

const ROOT = join(import.meta.dirname, "..");
const DATA_PORT = 4480;
const PROBES_PORT = 4481;
/** Seconds; the default of `timeouts.drain`. */
const DRAIN = 25;

const image = readDockerfile();
const [configMap, pod] = parseAllDocuments(text("deploy/kubernetes/sidecar.yaml")).map((document): unknown =>
  document.toJS(),
);
const config: unknown = parse(String(at(configMap, "data", "postern.yaml")));
const sidecar = at(pod, "spec", "initContainers", 0);
const application = at(pod, "spec", "containers", 0);
const task: unknown = JSON.parse(text("deploy/ecs/task-definition.json"));
const taskPostern = at(task, "containerDefinitions", 0);
const taskApplication = at(task, "containerDefinitions", 1);

describe("the image", () => {
  it("serves by default, by the committed bin", () => {
    expect([image.json("ENTRYPOINT"), image.json("CMD")]).toEqual([
      ["node", "/app/bin/postern.js"],
      ["serve"],
    ]);
    expect(existsSync(join(ROOT, "bin/postern.js"))).toBe(true);
  });

  it("asks its own health by the same bin", () => {
    const asked = image.last("HEALTHCHECK").replace(/^.*CMD /, "");
    expect(JSON.parse(asked)).toEqual([...image.json("ENTRYPOINT"), "health"]);
  });

  it("runs as a numbered user that is not root", () => {
    expect(image.last("USER")).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it("opens the data face and the probes, and never the operator's face", () => {
    expect(image.last("EXPOSE")).toBe(`${DATA_PORT} ${PROBES_PORT}`);
  });

  it("carries neither the stand-in AWS nor packages that only it or the tests use", () => {
    expect(image.all("RUN").some((run) => run.includes("rm -rf dist/local"))).toBe(true);
    const shipped = image.all("RUN").filter((run) => run.includes("--omit"));
    expect(shipped).toEqual([expect.stringMatching(/--ignore-scripts --omit=dev /)]);
    expect(image.all("COPY").slice(-2)).toEqual([
      "--from=dependencies /app/node_modules ./node_modules",
      "--from=build /app/dist ./dist",
    ]);
  });

  it("copies nothing that .dockerignore keeps back, and .dockerignore lets nothing else in", () => {
    const letIn = text(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"));
    const copied = image
      .all("COPY")
      .filter((copy) => !copy.startsWith("--from"))
      .flatMap((copy) => copy.split(" ").slice(0, -1));
    expect(new Set(letIn.map((line) => line.slice(1)))).toEqual(new Set(copied));
    expect(text(".dockerignore")).toMatch(/^\*$/m);
  });
});

describe("the Kubernetes pod", () => {
  it("runs Postern as a native sidecar that serves", () => {
    expect(sidecar).toMatchObject({ name: "postern", restartPolicy: "Always", args: image.json("CMD") });
  });

  it("runs as the image's user", () => {
    const [user, group] = image.last("USER").split(":").map(Number);
    expect(at(pod, "spec", "securityContext")).toMatchObject({ runAsUser: user, runAsGroup: group });
  });

  it("keeps the restricted pod security standard, with a read-only root", () => {
    expect(at(pod, "spec", "securityContext")).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    for (const container of [sidecar, application]) {
      expect(at(container, "securityContext")).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
    }
    expect(at(pod, "spec", "volumes")).toEqual([{ name: "config", configMap: { name: "postern" } }]);
  });

  it("probes the probes' face, which its config opens to the kubelet", () => {
    expect(at(config, "probes", "address")).toBe(`0.0.0.0:${PROBES_PORT}`);
    expect(at(sidecar, "ports")).toEqual([{ name: "probes", containerPort: PROBES_PORT }]);
    const asked = ["startupProbe", "readinessProbe", "livenessProbe"].map((probe) =>
      at(sidecar, probe, "httpGet"),
    );
    expect(asked).toEqual([
      { path: "/readyz", port: "probes" },
      { path: "/readyz", port: "probes" },
      { path: "/livez", port: "probes" },
    ]);
  });

  it("keeps the data face on loopback, where the application asks for it", () => {
    const address = `127.0.0.1:${DATA_PORT}`;
    expect(at(config, "listen", "address")).toBe(address);
    expect(at(application, "env")).toEqual([{ name: "AWS_ENDPOINT_URL", value: `http://${address}` }]);
  });

  it("mounts the config as a folder where Postern looks for it", () => {
    expect(configMap).toMatchObject({
      metadata: { name: "postern" },
      data: { "postern.yaml": expect.any(String) },
    });
    expect(at(sidecar, "volumeMounts")).toEqual([
      { name: "config", mountPath: "/etc/postern", readOnly: true },
    ]);
  });

  it("waits longer for the end than Postern drains, and gives nobody a service account token", () => {
    expect(at(pod, "spec", "terminationGracePeriodSeconds")).toBeGreaterThan(DRAIN);
    expect(at(pod, "spec", "automountServiceAccountToken")).toBe(false);
  });
});

describe("the Kubernetes pod that assumes roles", () => {
  const [account, map, aPod] = parseAllDocuments(text("deploy/kubernetes/sidecar-assume-role.yaml")).map(
    (document): unknown => document.toJS(),
  );
  const postern = at(aPod, "spec", "initContainers", 0);
  const beside = at(aPod, "spec", "containers", 0);

  it("has a configuration that may start", () => {
    const read = readConfig(String(at(map, "data", "postern.yaml")), {
      env: () => undefined,
      file: () => undefined,
      now: Date.now,
    });
    expect(read.problems).toEqual([]);
  });

  it("gives the AWS identity to Postern's container alone", () => {
    const mounts = at(postern, "volumeMounts") as readonly { name: string; mountPath: string }[];
    const mount = mounts.find(({ name }) => name === "aws-token");
    const env = Object.fromEntries(
      (at(postern, "env") as readonly { name: string; value: string }[]).map(({ name, value }) => [
        name,
        value,
      ]),
    );
    expect(env["AWS_WEB_IDENTITY_TOKEN_FILE"]).toBe(`${mount?.mountPath}/token`);
    expect(env["AWS_ROLE_ARN"]).toMatch(/^arn:aws:iam::\d{12}:role\//);
    expect(at(aPod, "spec", "volumes", 1, "projected", "sources", 0, "serviceAccountToken")).toMatchObject({
      path: "token",
      audience: "sts.amazonaws.com",
    });
    expect(at(beside, "volumeMounts")).toBeUndefined();
    expect(at(beside, "env")).toEqual(at(application, "env"));
    expect(at(aPod, "spec", "automountServiceAccountToken")).toBe(false);
    expect(at(account, "automountServiceAccountToken")).toBe(false);
    expect(at(account, "metadata", "annotations")).toBeUndefined();
  });

  it("is in all else the pod that has no identity", () => {
    expect(without(postern, "env", "volumeMounts")).toEqual(without(sidecar, "env", "volumeMounts"));
    expect(at(aPod, "spec", "securityContext")).toEqual({
      ...(at(pod, "spec", "securityContext") as object),
      fsGroup: 1000,
    });
    expect(beside).toEqual(application);
  });
});

describe("the ECS task", () => {
  it("runs Postern as the image does, read-only and without capabilities", () => {
    expect(taskPostern).toMatchObject({
      name: "postern",
      command: image.json("CMD"),
      user: image.last("USER"),
      readonlyRootFilesystem: true,
      linuxParameters: { capabilities: { drop: ["ALL"] } },
      healthCheck: { command: ["CMD", ...image.json("ENTRYPOINT"), "health"] },
    });
    expect(at(taskPostern, "stopTimeout")).toBeGreaterThan(DRAIN);
  });

  it("starts the application once Postern is healthy, and points it at the data face", () => {
    expect(at(task, "networkMode")).toBe("awsvpc");
    expect(taskApplication).toMatchObject({
      dependsOn: [{ containerName: "postern", condition: "HEALTHY" }],
      environment: [{ name: "AWS_ENDPOINT_URL", value: `http://127.0.0.1:${DATA_PORT}` }],
    });
  });

  it("gives the task no role of its own", () => {
    expect(task).not.toHaveProperty("taskRoleArn");
  });
});

describe("what the files take from src", () => {
  it.for([
    ["the data face", `127.0.0.1:${DATA_PORT}`],
    ["the probes", `127.0.0.1:${PROBES_PORT}`],
    ["the drain", `${DRAIN}s`],
  ] as const)("is the default of %s", ([_what, value], { skip }) => {
    const source = sourceOf("src/config");
    if (source === "") skip("src/config has no files yet, so its defaults are not compared");
    expect(source).toContain(value);
  });

  it.for(["serve", "health"])("is the command %s", (command, { skip }) => {
    if (sourceOf("src/cli") === "") skip("src/cli has no files yet, so its commands are not compared");
    expect(existsSync(join(ROOT, `src/cli/${command}.ts`))).toBe(true);
  });
});

/** A container but for some of its settings. */
function without(container: unknown, ...keys: readonly string[]) {
  return Object.fromEntries(Object.entries(container as object).filter(([key]) => !keys.includes(key)));
}

/** What lies at a path of keys and indices in a parsed document; undefined where the path ends early. */
function at(tree: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (node, key) => (node as Record<string | number, unknown> | undefined)?.[key],
    tree,
  );
}

interface Dockerfile {
  readonly all: (instruction: string) => readonly string[];
  readonly last: (instruction: string) => string;
  /** The last instruction of this name in its exec form. */
  readonly json: (instruction: string) => readonly string[];
}

function readDockerfile(): Dockerfile {
  const lines = text("Dockerfile")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n");
  const all = (instruction: string): readonly string[] =>
    lines
      .filter((line) => line.startsWith(`${instruction} `))
      .map((line) => line.slice(instruction.length + 1));
  const last = (instruction: string): string => all(instruction).at(-1) ?? "";
  return { all, last, json: (instruction) => JSON.parse(last(instruction)) as string[] };
}

function text(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function sourceOf(folder: string): string {
  if (!existsSync(join(ROOT, folder))) return "";
  const files = readdirSync(join(ROOT, folder)).filter((file) => file.endsWith(".ts"));
  return files.map((file) => text(`${folder}/${file}`)).join("\n");
}
