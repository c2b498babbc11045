import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";

/** An object of Kubernetes, or what a patch says of one. */
export type KubeObject = Readonly<Record<string, unknown>>;

interface Kustomization {
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly patches?: readonly {
    readonly path?: string;
    readonly patch?: string;
    readonly target: { readonly labelSelector: string };
  }[];
  readonly configMapGenerator?: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly images?: readonly { readonly name: string; readonly newName: string; readonly newTag: string }[];
}

const SUPPORTED = /^(?:apiVersion|kind|resources|components|patches|configMapGenerator|images)$/;

/** What identifies an element of a list that is merged; every other list is replaced. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: "name",
  initContainers: "name",
  volumes: "name",
  env: "name",
  volumeMounts: "mountPath",
  ports: "containerPort",
};

/**
 * Builds a kustomization as Kustomize does, as far as those of this repository go.
 *
 * @throws Error where one says what this does not know
 */
export function buildKustomization(folder: string): readonly KubeObject[] {
  return built(folder, []);
}

function built(folder: string, before: readonly KubeObject[]): readonly KubeObject[] {
  const kustomization = parse(readFileSync(join(folder, "kustomization.yaml"), "utf8")) as Kustomization;
  const unknown = Object.keys(kustomization).filter((key) => !SUPPORTED.test(key));
  if (unknown.length > 0) throw new Error(`${folder}: not known here: ${unknown.join(", ")}`);
  let objects = [...before];
  for (const path of kustomization.resources ?? []) objects.push(...resourcesAt(join(folder, path)));
  for (const { name, files } of kustomization.configMapGenerator ?? [])
    objects.push(configMapOf(folder, name, files));
  for (const path of kustomization.components ?? []) objects = [...built(join(folder, path), objects)];
  for (const { path, patch, target } of kustomization.patches ?? []) {
    const change = parse(patch ?? readFileSync(join(folder, path ?? ""), "utf8")) as KubeObject;
    objects = objects.map((object) =>
      isMeant(object, target.labelSelector) ? patched(object, change) : object,
    );
  }
  return objects.map((object) => withImages(object, kustomization.images ?? []) as KubeObject);
}

function resourcesAt(path: string): readonly KubeObject[] {
  if (!path.endsWith(".yaml")) return built(path, []);
  return parseAllDocuments(readFileSync(path, "utf8")).map((document) => document.toJS() as KubeObject);
}

function configMapOf(folder: string, name: string, files: readonly string[]): KubeObject {
  const data = Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), "utf8")]));
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}

function isMeant(object: KubeObject, selector: string): boolean {
  const [key = "", value] = selector.split("=");
  const labels = (object["metadata"] as { labels?: Record<string, string> }).labels ?? {};
  return labels[key] === value;
}

/** The kind and the name of a patch with a target are nobody's. */
function patched(object: KubeObject, change: KubeObject): KubeObject {
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...rest } = change;
  return merged(object, rest) as KubeObject;
}

function merged(under: unknown, over: unknown, key = ""): unknown {
  if (Array.isArray(under) && Array.isArray(over)) return mergedLists(under, over, MERGE_KEYS[key]);
  if (!isMap(under) || !isMap(over)) return over;
  const changed = Object.entries(over).map(([name, value]) => [name, merged(under[name], value, name)]);
  return { ...under, ...(Object.fromEntries(changed) as KubeObject) };
}

/** What a patch names stands first, in its order. */
function mergedLists(under: readonly KubeObject[], over: readonly KubeObject[], key: string | undefined) {
  if (key === undefined) return over;
  const first = over.map((one) => merged(under.find((other) => other[key] === one[key]) ?? {}, one));
  const rest = under.filter((one) => !over.some((other) => other[key] === one[key]));
  return [...first, ...rest];
}

function withImages(node: unknown, images: NonNullable<Kustomization["images"]>): unknown {
  if (Array.isArray(node)) return node.map((one) => withImages(one, images));
  if (!isMap(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      const image = images.find(({ name }) => typeof value === "string" && value.split(":")[0] === name);
      const isImage = key === "image" && image !== undefined;
      return [key, isImage ? `${image.newName}:${image.newTag}` : withImages(value, images)];
    }),
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
