import { describe, expect, it } from "vitest";
import { createIotPolicies, type IotParty } from "../../src/credentials/iot-policies.ts";
import { createIotStandings } from "../../src/credentials/iot-standings.ts";
import { GUEST } from "../../src/domain/caller.ts";
import { callerOf } from "../support/callers.ts";
import { IDENTITY } from "./scripted-aws.ts";

const ANNA: IotParty = { upstream: "things", caller: callerOf(), credentials: { identityId: IDENTITY } };

function start() {
  const ensured: string[] = [];
  const missing: IotParty[] = [];
  const policy = {
    ensure: async (identityId: string) => {
      ensured.push(identityId);
    },
  };
  const policies = createIotPolicies({
    upstreams: new Map([
      ["things", policy],
      ["bare", undefined],
    ]),
    standings: createIotStandings(() => 0),
    onMissing: (party) => missing.push(party),
  });
  return { ...policies, ensured, missing };
}

describe("createIotPolicies", () => {
  it("attaches where a policy is configured, and knows what came of it in either case", async () => {
    const { ensure, note, standingOf, ensured, missing } = start();
    const bare = { ...ANNA, upstream: "bare" };
    await ensure(ANNA);
    expect(ensure(bare)).toBeUndefined();
    expect(ensured).toEqual([IDENTITY]);
    note(ANNA, true);
    note(bare, false);
    note(bare, false);
    expect([standingOf(ANNA), standingOf(bare)]).toEqual(["in-force", "may-be-missing"]);
    expect(missing).toEqual([bare]);
  });

  it.each<readonly [who: string, party: IotParty]>([
    ["a guest, who needs none", { ...ANNA, caller: GUEST }],
    ["credentials of STS, which are of no identity", { ...ANNA, credentials: {} }],
    ["an upstream that is not AWS IoT's", { ...ANNA, upstream: "s3" }],
  ])("does and knows nothing for %s", (_who, party) => {
    const { ensure, note, standingOf, ensured, missing } = start();
    expect(ensure(party)).toBeUndefined();
    note(party, false);
    expect([standingOf(party), ensured, missing]).toEqual([undefined, [], []]);
  });
});
