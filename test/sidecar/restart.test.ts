import { expect, it } from "vitest";
import { needsRestart } from "../../src/sidecar/restart.ts";
import { configOf } from "../support/config-of.ts";

it("names each setting that a process keeps, and no other", () => {
  const running = configOf();
  expect(needsRestart(running, configOf())).toEqual([]);
  expect(
    needsRestart(
      running,
      configOf({
        listen: { address: "127.0.0.1:1" },
        probes: { address: "127.0.0.1:2" },
        operator: { address: "127.0.0.1:3" },
        limits: { headers: "32KiB", inFlight: 7 },
        timeouts: { headers: "3s" },
      }),
    ),
  ).toEqual([
    "listen.address: a new value needs a restart",
    "probes.address: a new value needs a restart",
    "operator.address: a new value needs a restart",
    "limits.headers: a new value needs a restart",
  ]);
});
