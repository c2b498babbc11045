import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.ts";

const EXAMPLE = join(import.meta.dirname, "../../config/dev.yaml");
const ENV = {
  POSTERN_PORT: "0",
  POSTERN_PROBES_PORT: "0",
  POSTERN_OPERATOR_PORT: "0",
  POSTERN_LOCAL_PORT: "4483",
};

/** What is wrong with the development configuration, given a denylist of these bytes. */
function problemsWith(denylist: Buffer): readonly string[] {
  const directory = mkdtempSync(join(tmpdir(), "postern-start-"));
  const [config, list] = [join(directory, "postern.yaml"), join(directory, "denied.txt")];
  writeFileSync(list, denylist);
  const yaml = readFileSync(EXAMPLE, "utf8");
  writeFileSync(config, yaml.replace("guests: allow", `guests: allow\n  denylistFile: ${list}`));
  return loadConfig(config, ENV, Date.now).problems.map(({ path }) => path);
}

describe("M8 a denylist that no sidecar could follow", () => {
  it.each([
    ["in bytes that are no UTF-8", Buffer.from("jti:caf\xe9\n", "latin1")],
    ["in UTF-16", Buffer.from("\ufeffjti:one\n", "utf16le")],
  ])("is found before anything starts (%s)", (_what, bytes) => {
    expect(problemsWith(bytes)).toEqual(["identity.denylistFile"]);
  });

  it("is none that can be read", () => {
    expect(problemsWith(Buffer.from("jti:café\n"))).toEqual([]);
  });
});
