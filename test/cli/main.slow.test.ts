import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { speak } from "./spoken.ts";

const ROOT = join(import.meta.dirname, "../..");
const COMMANDS = ["serve", "dev", "check", "token", "whoami", "credentials", "health"];

it.each([["--help"], ["-h"], ["help"]])("postern %s names every command and exit code", async (word) => {
  const { code, out, err } = await speak([word]);
  expect([code, err]).toEqual([0, ""]);
  for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^  ${command} `, "m"));
  expect(out).toContain("64 wrong usage, 78 wrong configuration");
});

it("postern alone is a misuse, and tells what there is on standard error", async () => {
  const { code, out, err } = await speak([]);
  expect([code, out]).toEqual([64, ""]);
  expect(err).toContain("Usage: postern COMMAND");
});

it.each([["--version"], ["-V"], ["version"]])("postern %s is the version of the package", async (word) => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  expect(await speak([word])).toEqual({ code: 0, out: `postern ${version}\n`, err: "" });
});

describe("an unknown command is a misuse, told in one line", () => {
  it.each([
    ["chekc", 'postern: there is no command "chekc"; did you mean check?\n'],
    ["tokens", 'postern: there is no command "tokens"; did you mean token?\n'],
    ["fly", 'postern: there is no command "fly"; see postern --help\n'],
    ["constructor", 'postern: there is no command "constructor"; see postern --help\n'],
    ["__proto__", 'postern: there is no command "__proto__"; see postern --help\n'],
    ["--config", 'postern: there is no command "--config"; see postern --help\n'],
    ["", 'postern: there is no command ""; see postern --help\n'],
    [
      "a\u001b[2Jb\nc",
      String.raw`postern: there is no command "a\u001b[2Jb\u000ac"; see postern --help` + "\n",
    ],
  ])("%j", async (name, err) => {
    expect(await speak([name])).toEqual({ code: 64, out: "", err });
  });

  it("after help as well", async () => {
    expect(await speak(["help", "fly"])).toMatchObject({ code: 64, out: "" });
  });
});

describe.each(COMMANDS)("postern %s", (command) => {
  it.each([[["--help"]], [["-h"]]])("%j prints its help and does nothing", async (args) => {
    const { code, out, err } = await speak([command, ...args]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(new RegExp(`^Usage: postern ${command}`));
    expect(await speak(["help", command])).toEqual({ code, out, err });
  });

  it("--help comes before what else is said", async () => {
    expect((await speak([command, "a", "b", "c", "--help"])).code).toBe(0);
  });

  it("does not take an option that it does not know", async () => {
    expect(await speak([command, "--colour", "red"])).toEqual({
      code: 64,
      out: "",
      err: `postern: unknown option '--colour'; see postern ${command} --help\n`,
    });
    expect(await speak([command, "-x"])).toMatchObject({ code: 64, out: "" });
    expect(await speak([command, "--help=yes"])).toMatchObject({ code: 64, out: "" });
  });

  it("does not pass over words that it does not know", async () => {
    const { code, out, err } = await speak([command, "one", "two"]);
    expect([code, out]).toEqual([64, ""]);
    expect(err).toMatch(
      /^postern: \w+ does not know what to do with "(?:one|two)"; see postern \w+ --help\n$/,
    );
  });
});

it.each([
  [
    ["check", "-c", "a.yaml", "--config", "b.yaml"],
    "option --config is given twice; see postern check --help",
  ],
  [["check", "--config"], "option '-c, --config <value>' argument missing; see postern check --help"],
  [["check", "--config", "-c"], "option '--config' argument is ambiguous; see postern check --help"],
])("%j is a misuse, told in one line", async (argv, err) => {
  expect(await speak(argv)).toEqual({ code: 64, out: "", err: `postern: ${err}\n` });
});
