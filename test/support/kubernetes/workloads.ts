import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { at, ROOT } from "../deploy/files.ts";
import type { KubeObject } from "./kustomize.ts";

/** Objects of a text with several YAML documents. */
export function objectsIn(text: string): readonly KubeObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null);
}

/** Objects of a file of the repository. */
export const objectsOf = (path: string): readonly KubeObject[] =>
  objectsIn(readFileSync(join(ROOT, path), "utf8"));

/** The first object of a kind. */
export function ofKind(objects: readonly KubeObject[], kind: string): KubeObject {
  const found = objects.find((object) => object["kind"] === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}

/** The pods that a workload makes. */
export const podOf = (workload: KubeObject): unknown => at(workload, "spec", "template", "spec");
