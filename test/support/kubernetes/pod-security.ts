import { at } from "../deploy/files.ts";

type Container = Readonly<Record<string, unknown>>;

/** Kinds of volume that the restricted standard lets a pod have. */
const VOLUMES = /^(?:configMap|csi|downwardAPI|emptyDir|ephemeral|persistentVolumeClaim|projected|secret)$/;

/**
 * What the "restricted" pod security standard of Kubernetes has against a pod, and what this house has besides: a root that
 * is read-only.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function againstRestricted(podSpec: unknown): readonly string[] {
  const containers = ["initContainers", "containers", "ephemeralContainers"].flatMap(
    (list) => (at(podSpec, list) ?? []) as readonly Container[],
  );
  return [
    ...["hostNetwork", "hostPID", "hostIPC"].filter((key) => at(podSpec, key) === true),
    ...volumesOf(podSpec),
    ...(at(podSpec, "securityContext", "sysctls") === undefined ? [] : ["sysctls"]),
    ...containers.flatMap((container) =>
      againstContainer(container, at(podSpec, "securityContext")).map(
        (complaint) => `${String(container["name"])}: ${complaint}`,
      ),
    ),
  ];
}

function volumesOf(podSpec: unknown): readonly string[] {
  const volumes = (at(podSpec, "volumes") ?? []) as readonly Container[];
  return volumes.flatMap((volume) =>
    Object.keys(volume).filter((key) => key !== "name" && !VOLUMES.test(key)),
  );
}

/** What a container does not say its pod says for it. */
function againstContainer(container: Container, pod: unknown): readonly string[] {
  const own = (...path: readonly string[]): unknown => at(container, "securityContext", ...path);
  const either = (...path: readonly string[]): unknown => own(...path) ?? at(pod, ...path);
  const ports = (container["ports"] ?? []) as readonly Container[];
  const held: Readonly<Record<string, boolean>> = {
    privileged: own("privileged") !== true,
    hostPort: ports.every((port) => port["hostPort"] === undefined),
    procMount: own("procMount") === undefined,
    seLinuxOptions: either("seLinuxOptions") === undefined,
    appArmorProfile: at(either("appArmorProfile"), "type") !== "Unconfined",
    seccompProfile: /^(?:RuntimeDefault|Localhost)$/.test(String(either("seccompProfile", "type"))),
    allowPrivilegeEscalation: own("allowPrivilegeEscalation") === false,
    runAsNonRoot: either("runAsNonRoot") === true,
    runAsUser: either("runAsUser") !== 0,
    "capabilities.drop": JSON.stringify(own("capabilities", "drop")) === '["ALL"]',
    "capabilities.add": own("capabilities", "add") === undefined,
    readOnlyRootFilesystem: own("readOnlyRootFilesystem") === true,
  };
  return Object.keys(held).filter((rule) => !held[rule]);
}
