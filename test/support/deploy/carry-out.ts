import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
} from "node:fs";
import { basename, join } from "node:path";
import { all, type Stage } from "./dockerfile.ts";
import { ROOT } from "./files.ts";
import { printed } from "./programs.ts";

/**
 * Does in a folder what the `COPY` and `RUN` lines of a stage say, as far as that goes without a container engine: what the
 * image has below `/` is below the folder. Its base is not there.
 *
 * @param others the folders of the stages before it, by their names
 * @param foreign files that a base has, by their paths in the image
 */
export function carryOut(
  stage: Stage,
  folder: string,
  others: Readonly<Record<string, string>>,
  foreign: Readonly<Record<string, string>>,
): void {
  const inside = (path: string): string => join(folder, path.startsWith("/") ? path : join("/app", path));
  mkdirSync(inside("/app"), { recursive: true });
  for (const { name, rest } of stage.steps) {
    if (name === "RUN") runAt(inside("/app"), rest);
    if (name === "COPY")
      copy(rest, inside, (from, path) => foreign[path] ?? join(others[from] ?? ROOT, path));
  }
  if (all(stage, "WORKDIR").some((path) => path !== "/app")) throw new Error("another WORKDIR than /app");
}

/**
 * npm takes what its cache has. What it would install of this checkout's lockfile for development is installed here already,
 * and is half a minute's work.
 */
function runAt(cwd: string, command: string): void {
  if (command.startsWith("npm ci ") && !command.includes("--omit=dev")) {
    symlinkSync(join(ROOT, "node_modules"), join(cwd, "node_modules"));
    return;
  }
  printed("sh", ["-ec", `cd '${cwd}'\n${command}`], {
    env: { ...process.env, npm_config_prefer_offline: "true", npm_config_userconfig: "/dev/null" },
  });
}

function copy(
  rest: string,
  inside: (path: string) => string,
  source: (from: string, path: string) => string,
): void {
  const words = rest.split(" ");
  const option = (name: string): string =>
    words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? "";
  const paths = words.filter((word) => !word.startsWith("--"));
  const to = paths.pop() ?? "";
  for (const path of paths) {
    const target = to.endsWith("/") ? join(to, basename(path)) : to;
    cpSync(source(option("from"), path), inside(target), { recursive: true, verbatimSymlinks: true });
    const [uid] = option("chown").split(":");
    if (uid !== undefined && uid !== "" && process.getuid?.() === 0)
      lchownSync(inside(target), Number(uid), Number(uid));
  }
}

/** Takes every right to write from a tree, as a root that is read-only has it. */
export function makeReadOnly(path: string): void {
  const { mode } = lstatSync(path);
  if (lstatSync(path).isSymbolicLink()) return;
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) makeReadOnly(join(path, name));
  chmodSync(path, (mode & 0o555) | 0o444);
}

/** Every file below a folder, by its path from there. */
export function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" });
}
