import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "oxfmt";
import { expect, it } from "vitest";
import { type JsonSchema, toJsonSchema } from "../../src/config/json-schema.ts";

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

it("describes every key but the sections themselves", () => {
  const described = (schema: JsonSchema, path: string): void => {
    const { properties = {}, items, additionalProperties, oneOf = [], anyOf = [] } = schema;
    for (const [key, inner] of Object.entries(properties)) {
      if (path !== "") expect(inner, `${path}.${key}`).toHaveProperty("description");
      described(inner, `${path}.${key}`);
    }
    for (const inner of [items, additionalProperties, ...oneOf, ...anyOf])
      if (typeof inner === "object") described(inner, path);
  };
  described(toJsonSchema(), "");
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
  expect(names.map(String)).toEqual([
    String(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u),
    String(/^[a-z0-9][a-z0-9-]{0,62}$/u),
    String(/^[A-Za-z][A-Za-z0-9]{0,127}$/u),
    String(/^[Xx]-[A-Za-z0-9-]{1,64}$/u),
    String(/^[\w.-]{3,255}$/u),
    String(/^[\w.-]{3,255}$/u),
    String(/^[A-Za-z0-9-]{1,64}$/u),
  ]);
});
