import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A Python on the path with a client of AWS. */
export interface FoundClient {
  /** Of the interpreter. */
  readonly path: string;
  /** Of the client, with its name. */
  readonly version: string;
}

/** Every Python on the path that has boto3, each version once. */
export function findBoto3(): readonly FoundClient[] {
  return found("boto3");
}

/** Every Python on the path that has the AWS CLI, each version once. */
export function findAwsCli(): readonly FoundClient[] {
  return found("awscli");
}

function found(module: string): readonly FoundClient[] {
  const paths = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "python3"));
  const byFile = new Map(paths.filter((path) => existsSync(path)).map((path) => [realpathSync(path), path]));
  const ask = ["-c", `import ${module}; print(${module}.__version__)`];
  const byVersion = new Map<string, string>();
  for (const path of byFile.values()) {
    const { stdout } = spawnSync(path, ask, { encoding: "utf8", timeout: 20_000 });
    const version = stdout?.trim() ?? "";
    if (version !== "" && !byVersion.has(version)) byVersion.set(version, path);
  }
  return [...byVersion].map(([version, path]) => ({ version: `${module} ${version}`, path }));
}
