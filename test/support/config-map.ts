import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder into which Kubernetes mounts a ConfigMap: every file is a link through `..data`, which is swapped whole. */
export interface ConfigMap {
  readonly pathOf: (name: string) => string;
  /** Lets other content stand in all the files at one moment. */
  readonly swap: (files: Readonly<Record<string, string>>) => void;
  readonly remove: () => void;
}

/** Mounts a ConfigMap. */
export function mountConfigMap(files: Readonly<Record<string, string>>): ConfigMap {
  const folder = mkdtempSync(join(tmpdir(), "postern-config-map-"));
  let version = 0;
  const swap = (content: Readonly<Record<string, string>>): void => {
    const before = `..${version++}`;
    const next = `..${version}`;
    mkdirSync(join(folder, next));
    for (const [name, text] of Object.entries(content)) writeFileSync(join(folder, next, name), text);
    symlinkSync(next, join(folder, "..data_tmp"));
    renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
    rmSync(join(folder, before), { recursive: true, force: true });
  };
  swap(files);
  for (const name of Object.keys(files)) symlinkSync(join("..data", name), join(folder, name));
  return {
    pathOf: (name) => join(folder, name),
    swap,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
