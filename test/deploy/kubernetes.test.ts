import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AGREED, at, named, ROOT, textOf } from "../support/deploy/files.ts";
import { buildKustomization } from "../support/kubernetes/kustomize.ts";
import { againstRestricted } from "../support/kubernetes/pod-security.ts";
import { objectsOf, ofKind, podOf } from "../support/kubernetes/workloads.ts";

const built = (name: string) => buildKustomization(join(ROOT, "deploy/kubernetes", name));
const objects = built("example");
const deployment = ofKind(objects, "Deployment");
const pod = podOf(deployment);
const sidecar = at(pod, "initContainers", 0);
const application = at(pod, "containers", 0);
const config = String(at(ofKind(objects, "ConfigMap"), "data", "postern.yaml"));

describe("the Kubernetes sidecar", () => {
  it("is a native sidecar that serves, before anything else of the pod", () => {
    expect(sidecar).toMatchObject({ name: "postern", restartPolicy: "Always", args: ["serve"] });
    expect(sidecar).not.toHaveProperty("command");
  });

  it("is added to what has the label, and to nothing else", () => {
    expect(at(deployment, "metadata", "labels", "postern")).toBe("sidecar");
    expect(at(deployment, "spec", "template", "metadata", "labels")).toEqual({
      app: "application",
      postern: "sidecar",
    });
    const bare = objectsOf("deploy/kubernetes/application/deployment.yaml");
    expect(podOf(ofKind(bare, "Deployment"))).not.toHaveProperty("initContainers");
  });

  it("keeps the restricted pod security standard, with a read-only root", () => {
    expect(againstRestricted(pod)).toEqual([]);
    expect(againstRestricted(podOf(ofKind(built("example-assume-role"), "Deployment")))).toEqual([]);
    const job = objectsOf("deploy/kubernetes/job-before-1.29.yaml");
    expect(againstRestricted(podOf(ofKind(job, "Job")))).toEqual([]);
  });

  it("runs as a user of its own, whose process no other container sees", () => {
    expect(at(sidecar, "securityContext")).toMatchObject({ runAsUser: AGREED.user, runAsGroup: AGREED.user });
    expect(at(pod, "securityContext", "runAsUser")).not.toBe(AGREED.user);
    expect(at(pod, "shareProcessNamespace")).toBe(false);
  });

  it("is probed at the probes' face, which its config opens to the kubelet", () => {
    expect(config).toContain(`probes: { address: 0.0.0.0:${AGREED.probesPort} }`);
    expect(at(sidecar, "ports")).toEqual([{ name: "probes", containerPort: AGREED.probesPort }]);
    const asked = ["startupProbe", "readinessProbe", "livenessProbe"].map((probe) =>
      at(sidecar, probe, "httpGet"),
    );
    // What fails the first is started anew, and a lock would be undone; what fails the second gets no requests.
    expect(asked).toEqual([
      { path: "/readyz?locked=ok", port: "probes" },
      { path: "/readyz", port: "probes" },
      { path: "/livez", port: "probes" },
    ]);
  });

  it("has its data face on loopback, where the application asks for it", () => {
    expect(config).toContain(`listen: { address: ${AGREED.data} }`);
    expect(at(application, "env")).toEqual([{ name: "AWS_ENDPOINT_URL", value: AGREED.endpoint }]);
  });

  it("has config and lock as folders, and the operator's socket where no other container is", () => {
    expect(at(sidecar, "volumeMounts")).toEqual([
      { name: "postern-config", mountPath: "/etc/postern", readOnly: true },
      { name: "postern-lock", mountPath: "/etc/postern-lock", readOnly: true },
      { name: "postern-run", mountPath: "/run/postern" },
    ]);
    expect(at(pod, "volumes")).toEqual([
      { name: "postern-config", configMap: { name: "postern" } },
      { name: "postern-lock", configMap: { name: "postern-lock", optional: true } },
      { name: "postern-run", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
    ]);
    expect(config).toContain("address: unix:/run/postern/own/operator.sock");
    expect(config).toContain("lockFile: /etc/postern-lock/locked");
    expect(at(application, "volumeMounts")).toBeUndefined();
  });

  it("has longer to end than Postern drains, and gives nobody a service account token", () => {
    expect(at(pod, "terminationGracePeriodSeconds")).toBeGreaterThan(AGREED.drain);
    expect(at(pod, "automountServiceAccountToken")).toBe(false);
  });

  it("may reach name servers and AWS, and nobody but the monitoring reaches its probes", () => {
    const policy = objects.find(
      (object) => object["kind"] === "NetworkPolicy" && at(object, "metadata", "name") === "postern",
    );
    expect(at(policy, "spec", "podSelector")).toEqual({ matchLabels: { postern: "sidecar" } });
    const ports = ["ingress", "egress"].map((way) =>
      (at(policy, "spec", way) as readonly unknown[]).map((rule) => at(rule, "ports", 0, "port")),
    );
    expect(ports).toEqual([[AGREED.probesPort], [53, 443]]);
    expect(at(policy, "spec", "egress", 1, "to", 0, "ipBlock", "except")).toEqual(["169.254.0.0/16"]);
  });
});

/** A container but for what gives it an identity. */
const withoutAny = (container: unknown) => ({ ...(container as object), env: [], volumeMounts: [] });

describe("the Kubernetes sidecar that assumes roles", () => {
  const others = built("example-assume-role");
  const workload = ofKind(others, "Deployment");
  const itsPod = podOf(workload);
  const postern = at(itsPod, "initContainers", 0);
  const account = ofKind(others, "ServiceAccount");

  it("has the AWS identity in Postern's container alone", () => {
    const mount = named(at(postern, "volumeMounts"), "postern-aws-token");
    const env = (name: string): unknown => named(at(postern, "env"), name)?.["value"];
    expect(env("AWS_WEB_IDENTITY_TOKEN_FILE")).toBe(`${String(mount?.["mountPath"])}/token`);
    expect(env("AWS_ROLE_ARN")).toMatch(/^arn:aws:iam::\d{12}:role\//);
    const volume = named(at(itsPod, "volumes"), "postern-aws-token");
    expect(at(volume, "projected", "sources", 0, "serviceAccountToken")).toMatchObject({
      path: "token",
      audience: "sts.amazonaws.com",
    });
    expect(at(itsPod, "automountServiceAccountToken")).toBe(false);
    expect(at(account, "automountServiceAccountToken")).toBe(false);
    expect(at(account, "metadata", "annotations")).toBeUndefined();
    expect(at(itsPod, "serviceAccountName")).toBe(at(account, "metadata", "name"));
  });

  it("is in all else the one that has no identity", () => {
    expect(withoutAny(postern)).toEqual(withoutAny(sidecar));
    expect(at(itsPod, "containers")).toEqual(at(pod, "containers"));
    expect(at(itsPod, "securityContext")).toEqual(at(pod, "securityContext"));
  });
});

describe("the Kubernetes job that ends Postern itself", () => {
  const whole = ofKind(objectsOf("deploy/kubernetes/job-before-1.29.yaml"), "Job");
  const job = podOf(whole);

  it("asks the operator's face, as that wants to be asked", () => {
    const script = String(at(named(at(job, "containers"), "application"), "command", 2));
    expect(script).toContain("http://127.0.0.1:4482/quitquitquit");
    expect(script).toContain('-H "X-Postern-Admin: 1" -H "Content-Type: application/json" -d "{}"');
    expect(script).toContain("trap end EXIT");
  });

  it("does not last for ever where nobody ends Postern", () => {
    expect(at(whole, "spec", "activeDeadlineSeconds")).toBeGreaterThan(0);
  });

  it("is no native sidecar", () => {
    expect(at(job, "initContainers")).toBeUndefined();
    expect(textOf("deploy/kubernetes/job-before-1.29.yaml")).not.toContain("restartPolicy: Always");
  });
});
