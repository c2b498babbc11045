import { describe, expect, it } from "vitest";
import { judgeIotPolicy } from "../../src/credentials/iot-policy-document.ts";
import type { IotStanding } from "../../src/credentials/iot-standings.ts";
import { blocksOf, pageText } from "../support/doc-pages.ts";

describe("docs/iot.md", () => {
  const text = pageText("iot.md");

  it("shows an IoT policy that is fit to be attached, and what Postern needs to attach it", () => {
    const [own = "", people = ""] = blocksOf(text, "json");
    expect(own).toContain("iot:AttachPolicy");
    expect(judgeIotPolicy(people)).toEqual({ problem: undefined, bindsClientIdOnly: true });
  });

  it("names what is known of an identity's policy", () => {
    const standings: readonly IotStanding[] = ["in-force", "attached-lately", "may-be-missing", "unknown"];
    for (const standing of standings) expect(text).toContain(`| \`${standing}\` |`);
  });
});
