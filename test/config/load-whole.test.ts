import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadWhole } from "../../src/config/load-whole.ts";
import { stampsOf } from "../../src/files/watch-files.ts";
import { type ConfigMap, mountConfigMap } from "../support/config-map.ts";

const CONFIG = (group: string): string => `
aws: { region: us-east-1, account: "\${file:ACCOUNT}" }
identity:
  userPools: [{ name: staff, id: us-east-1_AbCdEfGhI, clientIds: [web], tokenUse: [id] }]
credentials:
  pool: { type: identity-pool, identityPoolId: "us-east-1:00000000-0000-4000-8000-000000000001" }
upstreams: { s3: { service: s3 } }
policy:
  rules: [{ name: all, who: { groups: [${group}] }, allow: [s3:GetObject], on: ["*"], role: pool }]
`;

let map: ConfigMap;
const files = (group: string, account: string) => ({
  "postern.yaml": CONFIG(group).replace("ACCOUNT", map?.pathOf("account") ?? ""),
  account,
});
beforeEach(() => {
  map = mountConfigMap({ "postern.yaml": "", account: "" });
  map.swap(files("a", "111111111111"));
});
afterEach(() => map.remove());

const load = (now: () => number = Date.now) => loadWhole(map.pathOf("postern.yaml"), {}, now);
const seen = ({ reading }: ReturnType<typeof loadWhole>) => [
  reading.config?.policy.rules[0]?.who?.groups?.[0],
  reading.config?.aws.account,
];

describe("a configuration and the files that it refers to", () => {
  it("are read, and named with the state that they were in", () => {
    const whole = load();
    expect(seen(whole)).toEqual(["a", "111111111111"]);
    expect(whole.files).toEqual([map.pathOf("postern.yaml"), map.pathOf("account")]);
    expect(whole.stamps).toBe(stampsOf(whole.files));
    expect(whole.isWhole).toBe(true);
  });

  it("say by a digest whether what they refer to is another", () => {
    const before = load().references;
    map.swap({ ...files("b", "111111111111") });
    expect(load().references).toBe(before);
    map.swap({ ...files("b", "222222222222") });
    expect(load().references).not.toBe(before);
  });

  it("are read again where they are swapped meanwhile: no half of one goes with half of another", () => {
    let isSwapped = false;
    // The clock is asked while the configuration is checked, between two files or after both.
    const whole = load(() => {
      if (!isSwapped) map.swap(files("b", "222222222222"));
      isSwapped = true;
      return Date.now();
    });
    expect(isSwapped).toBe(true);
    expect(seen(whole)).toEqual(["b", "222222222222"]);
    expect(whole.stamps).toBe(stampsOf(whole.files));
  });

  it("that never keep still are not whole, and that is said", () => {
    let swaps = 0;
    const whole = load(() => {
      map.swap(files("a", String(111111111111 + ++swaps)));
      return Date.now();
    });
    expect(whole.isWhole).toBe(false);
    expect(swaps).toBeGreaterThan(1);
    expect(whole.stamps).not.toBe(stampsOf(whole.files));
  });

  it("that are not there are named all the same, so that somebody can wait for them", () => {
    renameSync(map.pathOf("postern.yaml"), map.pathOf("away"));
    const whole = load();
    expect(whole.reading.config).toBeUndefined();
    expect(whole.files).toEqual([map.pathOf("postern.yaml")]);
    writeFileSync(map.pathOf("postern.yaml"), readFileSync(map.pathOf("away")));
    expect(whole.stamps).not.toBe(stampsOf(whole.files));
    expect(seen(load())).toEqual(["a", "111111111111"]);
    expect(join(map.pathOf("account"))).toBe(load().files[1]);
  });
});
