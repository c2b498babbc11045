import { describe, expect, it } from "vitest";
import { createIotStandings } from "../../src/credentials/iot-standings.ts";

const ME = ["things", "eu-west-1:a"] as const;

function start(max?: number) {
  let nowMs = 1_000_000;
  const standings = createIotStandings(() => nowMs, max);
  const pass = (minutes: number) => {
    nowMs += minutes * 60_000;
  };
  return { ...standings, pass };
}

describe("createIotStandings", () => {
  it("knows nothing of who did not connect", () => {
    expect(start().of(...ME)).toBe("unknown");
  });

  it("goes by the last CONNECT", () => {
    const { connected, of } = start();
    connected(...ME, false);
    expect(of(...ME)).toBe("may-be-missing");
    connected(...ME, true);
    expect(of(...ME)).toBe("in-force");
    connected(...ME, false);
    expect(of(...ME)).toBe("may-be-missing");
  });

  it("gives AWS ten minutes from when a policy was attached", () => {
    const { attached, connected, of, pass } = start();
    attached(...ME);
    expect(of(...ME)).toBe("attached-lately");
    connected(...ME, false);
    pass(9);
    expect(of(...ME)).toBe("attached-lately");
    pass(1);
    expect(of(...ME)).toBe("may-be-missing");
    attached(...ME);
    connected(...ME, true);
    expect(of(...ME)).toBe("in-force");
  });

  it("tells upstreams and identities apart", () => {
    const { connected, of } = start();
    connected("things", "eu-west-1:a", true);
    expect([of("things", "eu-west-1:b"), of("others", "eu-west-1:a")]).toEqual(["unknown", "unknown"]);
  });

  it("warns once in an hour of each identity", () => {
    const { connected, pass } = start();
    expect([connected(...ME, true), connected(...ME, false), connected(...ME, false)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(connected("things", "eu-west-1:b", false)).toBe(true);
    pass(59);
    connected(...ME, true);
    expect(connected(...ME, false)).toBe(false);
    pass(1);
    expect(connected(...ME, false)).toBe(true);
  });

  it("warns again where the clock was set back by far", () => {
    const { connected, pass } = start();
    connected(...ME, false);
    pass(-120);
    expect(connected(...ME, false)).toBe(true);
  });

  it("forgets who was quiet for longest", () => {
    const { connected, of } = start(2);
    for (const id of ["a", "b", "a", "c"]) connected("things", id, true);
    expect(["a", "b", "c"].map((id) => of("things", id))).toEqual(["in-force", "unknown", "in-force"]);
  });

  it("keeps nobody by being asked", () => {
    const { connected, of } = start(2);
    connected("things", "a", true);
    connected("things", "b", true);
    of("things", "a");
    for (const id of ["x", "y", "z"]) of("things", id);
    connected("things", "c", true);
    expect(of("things", "a")).toBe("unknown");
  });
});
