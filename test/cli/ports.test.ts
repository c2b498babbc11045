import { expect, it } from "vitest";
import { portsOf } from "../../src/cli/ports.ts";
import { whyNotStarted } from "../../src/cli/run.ts";

it("has ports of its own, out of the way of 8080, and moves them by variables", () => {
  expect(portsOf({})).toEqual({
    POSTERN_PORT: "4480",
    POSTERN_PROBES_PORT: "4481",
    POSTERN_OPERATOR_PORT: "4482",
    POSTERN_LOCAL_PORT: "4483",
  });
  expect(portsOf({ POSTERN_PROBES_PORT: "5001", POSTERN_PORT: "" })).toMatchObject({
    POSTERN_PORT: "4480",
    POSTERN_PROBES_PORT: "5001",
  });
});

it.each(["http", "65536", "-1", "4480 ", "1e3", "4480:4480"])("does not take %j for a port", (port) => {
  expect(() => portsOf({ POSTERN_PORT: port })).toThrow(
    `POSTERN_PORT is a port, from 0 to 65535, and not "${port}"`,
  );
});

it("leaves an error that is not about a port as it is", () => {
  for (const error of [new Error("other"), Object.assign(new Error("x"), { code: "EADDRINUSE" }), "text"])
    expect(whyNotStarted(error, () => "nothing")).toBe(error);
});

it.each([
  ["EADDRINUSE", "port 80 is taken; that moves it"],
  ["EACCES", "port 80 may not be used by this user; that moves it"],
  ["EADDRNOTAVAIL", "port 80 is at an address that this machine does not have; that moves it"],
])("says what %s means", (code, message) => {
  const error = Object.assign(new Error("listen"), { code, port: 80 });
  expect(whyNotStarted(error, () => "that")).toMatchObject({ message, exitCode: 1 });
});
