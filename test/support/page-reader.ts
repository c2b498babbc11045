import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blocksOf, pageText } from "./doc-pages.ts";
import { findBoto3 } from "./found-clients.ts";
import { CLIENT_ENV, type ClientRun, runClient } from "./run-client.ts";
import { type Stack, startStack } from "./stack.ts";

const ROOT = join(import.meta.dirname, "../..");
const POSTERN = `${process.execPath} ${join(ROOT, "bin/postern.js")}`;

/** Somebody who does what a page shows, against a whole of their own. */
export interface PageReader {
  readonly stack: Stack;
  /** Runs a block of a page. A script of shell ends at the first command that fails. */
  readonly run: (language: string, text: string) => Promise<ClientRun>;
  readonly close: () => Promise<void>;
}

/** Starts a whole, in a folder with the files that `docs/recipes.md` makes in its first block. */
export async function startPageReader(): Promise<PageReader> {
  const stack = await startStack();
  const folder = mkdtempSync(join(tmpdir(), "postern-pages-"));
  const asHere = (text: string): string =>
    text
      .replaceAll("http://127.0.0.1:4480", stack.url)
      .replaceAll(/npx postern|(?<=^credential_process = )postern/gm, POSTERN)
      .replaceAll("/run/app/token", join(folder, ".postern/token"));
  for (const name of ["config", "node_modules"]) symlinkSync(join(ROOT, name), join(folder, name));
  mkdirSync(join(folder, ".aws"));
  mkdirSync(join(folder, ".postern"));
  writeFileSync(join(folder, ".aws/config"), asHere(blocksOf(pageText("recipes.md"), "ini")[0] ?? ""));
  writeFileSync(join(folder, ".postern/token"), await stack.tokenOf("analyst"));
  return {
    stack,
    run: (language, text) => {
      const { program, file } = PROGRAMS[language] ?? { program: "false", file: "block" };
      writeFileSync(join(folder, file), asHere(text));
      return runClient(program, language === "sh" ? ["-e", file] : [file], {
        env: envIn(folder, stack),
        folder,
      });
    },
    close: async () => {
      await stack.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const PROGRAMS: Readonly<Record<string, { readonly program: string; readonly file: string }>> = {
  sh: { program: "sh", file: "block.sh" },
  js: { program: process.execPath, file: "block.mjs" },
  python: { program: findBoto3()[0]?.path ?? "python3", file: "block.py" },
};

function envIn(folder: string, stack: Stack): Readonly<Record<string, string>> {
  const { AWS_DEFAULT_REGION: _region, ...own } = CLIENT_ENV;
  return {
    ...own,
    AWS_CONFIG_FILE: join(folder, ".aws/config"),
    HOME: folder,
    TOKEN: readFileSync(join(folder, ".postern/token"), "utf8"),
    POSTERN_PORT: String(stack.ports.listen),
    POSTERN_PROBES_PORT: String(stack.ports.probes),
    POSTERN_OPERATOR_PORT: String(stack.ports.operator),
    POSTERN_LOCAL_PORT: String(stack.aws.port),
  };
}
