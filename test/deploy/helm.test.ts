import { describe, expect, it } from "vitest";
import { z } from "zod";
import { at, textOf, yamlOf } from "../support/deploy/files.ts";

const schema: unknown = JSON.parse(textOf("deploy/helm/postern/values.schema.json"));
const check = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
const defaults = yamlOf("deploy/helm/postern/values.yaml") as Readonly<Record<string, unknown>>;
const accepts = (values: object): boolean => check.safeParse({ ...defaults, ...values }).success;

describe("the chart's values", () => {
  it("have a schema that says each of them, and that their defaults and the example's keep", () => {
    expect(accepts({})).toBe(true);
    expect(accepts(at(yamlOf("deploy/helm/example/values.yaml"), "postern") as object)).toBe(true);
    const { global: _global, ...properties } = at(schema, "properties") as Readonly<Record<string, unknown>>;
    expect(Object.keys(properties).sort()).toEqual(Object.keys(defaults).sort());
    for (const [name, of] of Object.entries(properties))
      if (at(of, "properties") !== undefined)
        expect(Object.keys(at(of, "properties") as object).sort()).toEqual(
          Object.keys(defaults[name] as object).sort(),
        );
  });

  it.each([
    ["a key that nobody knows", { imge: {} }],
    ["a configuration that is a map, in which Helm would read on as true", { config: { policy: {} } }],
    ["root", { runAsUser: 0 }],
    ["a role that is none", { assumeRole: { roleArn: "postern" } }],
    ["a tag for a digest", { image: { digest: "latest" } }],
    ["nowhere to go", { networkPolicy: { awsCidrs: [] } }],
  ])("may not be %s", (_name, values) => {
    expect(accepts(values)).toBe(false);
  });

  it("have a comment each", () => {
    for (const name of Object.keys(defaults))
      expect(textOf("deploy/helm/postern/values.yaml")).toMatch(
        new RegExp(`(?:^#.*\\n)${name}:|volumes: \\[\\]\\n${name}:|^\\n${name}:`, "m"),
      );
  });
});
