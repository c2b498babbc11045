import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { speak } from "./spoken.ts";

let folder = "";
let script = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "postern-completion-"));
  script = join(folder, "postern.bash");
  const { code, out } = await speak(["completion", "bash"]);
  expect(code).toBe(0);
  writeFileSync(script, out);
  writeFileSync(join(folder, "postern.yaml"), "");
});

afterAll(() => rmSync(folder, { recursive: true }));

/** What bash offers behind these words, of which the last has begun. */
function offered(...words: readonly string[]): readonly string[] {
  const asked = `source ${script}; compopt() { :; }; COMP_WORDS=(postern "$@"); COMP_CWORD=$#; _postern; printf '%s\n' "\${COMPREPLY[@]}"`;
  const said = execFileSync("bash", ["--norc", "-c", asked, "bash", ...words], {
    cwd: folder,
    encoding: "utf8",
  });
  return said.split("\n").filter((line) => line !== "");
}

describe("bash", () => {
  it("is offered every command", () => {
    expect(offered("")).toEqual([...Object.keys(COMMANDS), "help", "version", "--help", "--version"]);
    expect(offered("he")).toEqual(["health", "help"]);
    expect(offered("help", "who")).toEqual(["whoami"]);
  });

  it.each(Object.entries(COMMANDS))("is offered every option of %s", async (name, { load }) => {
    const { grammar } = await load();
    expect(offered(name, "--")).toEqual(
      [...Object.keys(grammar.options ?? {}), "help"].map((option) => `--${option}`),
    );
  });

  it("is offered files where a file stands, users where a user does, and what else a value may be", () => {
    expect(offered("check", "po")).toEqual(["postern.bash", "postern.yaml"]);
    expect(offered("serve", "--config", "postern.y")).toEqual(["postern.yaml"]);
    expect(offered("token", "a")).toEqual(["admin", "analyst"]);
    expect(offered("token", "admin", "--use", "")).toEqual(["id", "access"]);
    expect(offered("completion", "")).toEqual(["bash", "zsh"]);
    expect(offered("health", "--url", "")).toEqual([]);
    expect(offered("fly", "")).toEqual([]);
  });
});

it("zsh can read its script", async ({ skip }) => {
  const { out } = await speak(["completion", "zsh"]);
  for (const name of Object.keys(COMMANDS)) expect(out).toContain(`'${name}:`);
  if (spawnSync("zsh", ["--version"]).error !== undefined) skip("zsh is not installed");
  const read = spawnSync("zsh", [
    "-f",
    "-c",
    `autoload -U compinit; compinit -u -D; ${out}; whence -w _postern`,
  ]);
  expect([read.status, String(read.stdout), String(read.stderr)]).toEqual([0, "_postern: function\n", ""]);
});

it("knows no other shells", async () => {
  expect(await speak(["completion", "fish"])).toMatchObject({ code: 64, out: "" });
  expect(await speak(["completion"])).toMatchObject({ code: 64, out: "" });
});
