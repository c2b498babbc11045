import { describe, expect, it } from "vitest";
import { PROTOCOLS } from "../../src/aws/api/model.ts";
import { API_MODELS } from "../../src/aws/api/models.ts";
import { NAME_KINDS } from "../../src/aws/api/name-kinds.ts";
import { NOT_TAKEN } from "../../src/aws/api/tables/not-taken.ts";
import { pageText } from "../support/doc-pages.ts";

describe("docs/apis.md", () => {
  const text = pageText("apis.md");

  it.each(PROTOCOLS)("names the services that are spoken to by %s, and no others", (protocol) => {
    const line = text.split("\n").find((one) => one.startsWith(`| \`${protocol}\` |`)) ?? "";
    const speaking = Object.entries(API_MODELS).filter(([, { protocols }]) => protocols.includes(protocol));
    const named = Object.keys(API_MODELS).filter((service) => line.includes(`\`${service}\``));
    expect(named).toEqual(speaking.map(([service]) => service));
  });

  it("names every kind of name", () => {
    for (const kind of Object.keys(NAME_KINDS)) expect(text).toContain(`{Name\\|${kind}`);
  });

  it("names every operation that is not taken", () => {
    for (const name of NOT_TAKEN.keys()) expect(text).toContain(name.split(" ")[1]);
  });
});
