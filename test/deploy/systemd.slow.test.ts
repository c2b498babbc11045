import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { textOf } from "../support/deploy/files.ts";
import { isThere, printed } from "../support/deploy/programs.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-unit-"));
afterAll(() => rmSync(folder, { recursive: true }));
const isInstalled = isThere("systemd-analyze", "--version");

/** A copy whose program is there: whether Node and Postern are installed is no matter of the unit. */
function copyOf(change: (unit: string) => string): string {
  const path = join(folder, "postern.service");
  writeFileSync(
    path,
    change(textOf("deploy/systemd/postern.service").replace(/^ExecStart=.*$/m, "ExecStart=/bin/true")),
  );
  return path;
}

describe("the systemd unit", () => {
  it("is one that systemd takes, without a warning", ({ skip }) => {
    skip(!isInstalled, "systemd-analyze is not installed");
    expect(printed("systemd-analyze", ["verify", copyOf((unit) => unit)])).toBe("");
    expect(() =>
      printed("systemd-analyze", ["verify", copyOf((unit) => unit.replace("ExecStart=", "ExecStrat="))]),
    ).toThrow(/ExecStrat/);
  });

  it("exposes little, by systemd's own count: 1.5 of 10 at most", ({ skip }) => {
    skip(!isInstalled, "systemd-analyze is not installed");
    const args = ["security", "--offline=true", "--no-pager", "--threshold=15"];
    expect(printed("systemd-analyze", [...args, copyOf((unit) => unit)])).toContain("Overall exposure level");
    const loose = copyOf((unit) => unit.replace(/^(?:SystemCallFilter|ProtectSystem|Restrict).*$/gm, ""));
    expect(() => printed("systemd-analyze", [...args, loose])).toThrow(/Command failed/);
  });
});
