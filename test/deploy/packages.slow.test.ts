import { expect, it } from "vitest";
import { ROOT } from "../support/deploy/files.ts";
import { printed } from "../support/deploy/programs.ts";

interface Sbom {
  readonly bomFormat: string;
  readonly components: readonly { readonly name: string; readonly purl: string }[];
}

it("are listed for whoever asks, without those of development", () => {
  const args = [
    "sbom",
    "--omit",
    "dev",
    "--sbom-format",
    "cyclonedx",
    "--package-lock-only",
    "--prefix",
    ROOT,
  ];
  const { bomFormat, components } = JSON.parse(printed("npm", args)) as Sbom;
  expect(bomFormat).toBe("CycloneDX");
  const names = components.map(({ name }) => name);
  expect(names).toContain("undici");
  expect(names).not.toContain("vitest");
  for (const { purl } of components) expect(purl).toMatch(/^pkg:npm\//);
});
