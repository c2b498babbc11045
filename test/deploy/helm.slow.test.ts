import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { AGREED, at, named, readPostern, ROOT, textOf } from "../support/deploy/files.ts";
import { findRenderer, type Renderer } from "../support/helm.ts";
import { buildKustomization, type KubeObject } from "../support/kubernetes/kustomize.ts";
import { againstRestricted } from "../support/kubernetes/pod-security.ts";
import { misfitsOf } from "../support/kubernetes/type-walk.ts";
import { objectsIn, ofKind, podOf } from "../support/kubernetes/workloads.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-chart-"));
const chart = join(folder, "example");
const renderer: Renderer | undefined = findRenderer(folder);
const WITHOUT = "neither helm nor Go with Debian's sprig is installed: the chart is not rendered";

beforeAll(() => {
  // Helm writes the dependencies that it has built beside the chart.
  cpSync(join(ROOT, "deploy/helm"), folder, { recursive: true });
  console.log(renderer === undefined ? WITHOUT : `the chart is rendered by ${renderer.means}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Rules of a network policy that stand in comments. */
function commentedRules(path: string): readonly unknown[] {
  return [...textOf(path).matchAll(/^ *# (- \{ to: .*)$/gm)].flatMap(
    ([, rule = ""]) => parse(rule) as readonly unknown[],
  );
}

/** What people may write below `postern:` besides what the example has. */
const VALUES: Readonly<Record<string, object>> = {
  "as the example has it": {},
  "with roles that Postern assumes": {
    assumeRole: { roleArn: "arn:aws:iam::123456789012:role/postern", region: "eu-central-1" },
  },
  "with a network policy": {
    networkPolicy: {
      enabled: true,
      monitoringNamespace: "observe",
      awsCidrs: ["10.0.1.0/24", "::/0"],
      egress: commentedRules("deploy/helm/postern/values.yaml"),
    },
  },
  "with more of everything": {
    image: { digest: `sha256:${"0a".repeat(32)}`, pullPolicy: "Always" },
    env: [{ name: "NODE_EXTRA_CA_CERTS", value: "/etc/ca/ca.pem" }],
    volumes: [{ name: "ca", configMap: { name: "ca" } }],
    volumeMounts: [{ name: "ca", mountPath: "/etc/ca", readOnly: true }],
    resources: { requests: { cpu: "1" } },
    runAsUser: null,
    networkPolicy: { enabled: true },
  },
};

const namesOf = (env: unknown) => (env as readonly { name: string }[]).map(({ name }) => name).sort();

function rendered(values: object): readonly KubeObject[] {
  const file = join(folder, "values.yaml");
  writeFileSync(file, stringify({ postern: values }));
  return objectsIn((renderer as Renderer).render(chart, [file]));
}

describe.skipIf(renderer === undefined)("the chart", () => {
  it.each(Object.entries(VALUES))(
    "makes what Kubernetes takes, within the restricted standard: %s",
    (_name, values) => {
      const objects = rendered(values);
      for (const object of objects) expect(misfitsOf(object)).toEqual([]);
      const pod = podOf(ofKind(objects, "Deployment"));
      expect(againstRestricted(pod)).toEqual([]);
      expect(at(pod, "initContainers", 0, "name")).toBe("postern");
      const config = String(at(ofKind(objects, "ConfigMap"), "data", "postern.yaml"));
      const { problems, warnings } = readPostern(config);
      expect([problems, warnings]).toEqual([[], []]);
      expect(named(at(pod, "volumes"), "postern-config")).toEqual({
        name: "postern-config",
        configMap: { name: at(ofKind(objects, "ConfigMap"), "metadata", "name") },
      });
      expect(objects.some(({ kind }) => kind === "NetworkPolicy")).toBe("networkPolicy" in values);
    },
  );

  it("makes the sidecar that Kustomize makes", () => {
    const ours = at(podOf(ofKind(rendered({}), "Deployment")), "initContainers", 0);
    const built = buildKustomization(join(ROOT, "deploy/kubernetes/example"));
    const theirs = at(podOf(ofKind(built, "Deployment")), "initContainers", 0);
    expect(ours).toEqual({ ...(theirs as object), imagePullPolicy: "IfNotPresent" });
    const assuming = at(
      podOf(ofKind(rendered(VALUES["with roles that Postern assumes"]!), "Deployment")),
      "initContainers",
      0,
    );
    const builtToo = buildKustomization(join(ROOT, "deploy/kubernetes/example-assume-role"));
    const inKustomize = at(podOf(ofKind(builtToo, "Deployment")), "initContainers", 0, "env");
    expect(namesOf(at(assuming, "env"))).toEqual(namesOf(inKustomize));
  });

  it("may let the pod out by IPv6 too, but for instance metadata, and by the rules that stand in comments", () => {
    const egress = at(ofKind(rendered(VALUES["with a network policy"]!), "NetworkPolicy"), "spec", "egress");
    expect(at(egress, 1, "to")).toEqual([
      { ipBlock: { cidr: "10.0.1.0/24" } },
      { ipBlock: { cidr: "::/0", except: ["fd00:ec2::254/128"] } },
    ]);
    const ports = (egress as readonly unknown[]).map((rule) => at(rule, "ports", 0, "port"));
    expect(ports).toEqual([53, 443, 53, 6379, 4318]);
  });

  it("takes a ConfigMap that is there", () => {
    const objects = rendered({ existingConfigMap: "mine", config: "" });
    expect(objects.some(({ kind }) => kind === "ConfigMap")).toBe(false);
    const pod = podOf(ofKind(objects, "Deployment"));
    expect(named(at(pod, "volumes"), "postern-config")).toMatchObject({ configMap: { name: "mine" } });
  });

  it.each([
    ["no image", { image: { repository: "" } }, "set postern.image.repository"],
    ["no configuration", { config: "" }, "set postern.config to the text of postern.yaml"],
    [
      "probes that the kubelet cannot reach",
      { config: "aws: {}" },
      "needs the line   probes: { address: 0.0.0.0:4481 }",
    ],
    [
      "no region beside a role",
      { assumeRole: { roleArn: "arn:aws:iam::123456789012:role/p" } },
      "set postern.assumeRole.region",
    ],
  ])("says what to do where there is %s", (_name, values, words) => {
    expect(() => rendered(values)).toThrow(words);
  });
});

it("has the version of the package", () => {
  for (const file of ["deploy/helm/postern/Chart.yaml", "deploy/helm/example/Chart.yaml"])
    expect(textOf(file)).toMatch(new RegExp(`ersion: ${AGREED.version.replaceAll(".", "\\.")}\\b`));
});
