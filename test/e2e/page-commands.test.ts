import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blocksOf, pageText } from "../support/doc-pages.ts";
import { type PageReader, startPageReader } from "../support/page-reader.ts";

let reader: PageReader;

beforeAll(async () => {
  reader = await startPageReader();
});
afterAll(() => reader.close());

/** The commands of a page that stand below a heading, those of all its blocks. */
function commandsBelow(page: string, heading: string): readonly string[] {
  const section = pageText(page).split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return blocksOf(section, "sh").join("").split("\n").filter(Boolean);
}

/** What it prints, and its exit code. */
async function said(command: string): Promise<string> {
  const { code, out, err } = await reader.run("sh", command);
  return `${out.toString()}${err}exit code ${code}`;
}

describe("README.md, Try it", () => {
  const commands = commandsBelow("../README.md", "Try it").filter((line) => !line.includes("-- aws "));

  it.each(commands)("%s", async (command) => {
    const answer = await said(command);
    const status = /# (?<status>\d{3})\b/.exec(command)?.groups?.["status"];
    if (status !== undefined) expect(answer).toContain(`HTTP/1.1 ${status}`);
    else if (command.includes("explain")) expect(answer).toMatch(/denied-no-rule[^]*exit code 1$/);
    else expect(answer).toMatch(/exit code 0$/);
  });
});

describe("docs/troubleshooting.md", () => {
  const [commands = ""] = blocksOf(pageText("troubleshooting.md"), "sh");

  it("tells the reason, what would help, and who it is", async () => {
    const [refused = "", explained = "", who = ""] = commands.split("\n");
    expect(await said(refused)).toContain("x-postern-reason: denied-no-rule");
    expect(await said(explained)).toMatch(/denied-no-rule[^]*exit code 1$/);
    expect(await said(who)).toMatch(/analysts[^]*exit code 0$/);
  });
});

describe("docs/operations.md", () => {
  const text = pageText("operations.md");

  it("has the example checked as it says", async () => {
    const [check = ""] = blocksOf(text, "sh")[0]?.split("\n") ?? [];
    expect(await said(check)).toMatch(/good[^]*exit code 0$/);
  });

  it("ends a Postern by the request that it shows", async () => {
    const [quit = ""] = blocksOf(text, "sh").filter((block) => block.includes("quitquitquit"));
    const { operator } = reader.stack.ports;
    expect(await said(quit.replace("4482", String(operator)))).toContain("Postern ends");
  });
});
