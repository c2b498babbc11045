import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "oxfmt";
import { expect, it } from "vitest";
import { toJsonSchema } from "../../src/config/json-schema.ts";

const CONFIG = join(import.meta.dirname, "../../config");

/** After a change of the schema, `npx vitest run test/config -u` writes the file anew. */
it("is what config/postern.schema.json holds", async () => {
  const { code } = await format("schema.json", JSON.stringify(toJsonSchema(), undefined, 2), {
    printWidth: 110,
  });
  await expect(code).toMatchFileSnapshot(join(CONFIG, "postern.schema.json"));
});

it("is what the shipped configurations name, so that editors find it", () => {
  for (const name of ["postern.example.yaml", "dev.yaml"])
    expect(readFileSync(join(CONFIG, name), "utf8").split("\n")[0]).toBe(
      "# yaml-language-server: $schema=./postern.schema.json",
    );
});

it("describes every key of a section that has settings", () => {
  const { properties = {} } = toJsonSchema();
  for (const section of ["listen", "probes", "operator", "aws", "limits", "timeouts", "log"])
    for (const [key, schema] of Object.entries(properties[section]?.properties ?? {}))
      expect(schema, `${section}.${key}`).toHaveProperty("description");
});

it("takes a reference wherever a value has a pattern, and nowhere for a key", () => {
  const text = JSON.stringify(toJsonSchema());
  const patterns = [...text.matchAll(/"pattern":"(?<pattern>(?:[^"\\]|\\.)*)"/g)].map(
    ({ groups }) => new RegExp(JSON.parse(`"${groups?.["pattern"]}"`) as string, "u"),
  );
  const [names, ...values] = [
    patterns.filter((pattern) => !pattern.test("${env:NAME}")),
    ...patterns.filter((pattern) => pattern.test("${env:NAME}")),
  ];
  expect(values.length).toBeGreaterThan(5);
  expect(names.map(String)).toEqual([String(/^[a-z0-9][a-z0-9-]{0,62}$/u)]);
});
