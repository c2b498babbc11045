import { describe, expect, it } from "vitest";
import { AGREED, textOf } from "../support/deploy/files.ts";

const unit = textOf("deploy/systemd/postern.service");
const settings = (name: string): readonly string[] =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value = ""]) => value);

describe("the systemd unit", () => {
  it("serves, follows a change when it is told to, and does not try again what may not start", () => {
    expect(settings("ExecStart")).toEqual([
      "/usr/bin/node --disable-proto=throw --disallow-code-generation-from-strings /opt/postern/bin/postern.js serve --config /etc/postern/postern.yaml",
    ]);
    expect(settings("ExecReload")).toEqual(["/bin/kill -HUP $MAINPID"]);
    expect(settings("RestartPreventExitStatus")).toEqual(["78"]);
  });

  it("has longer to end than Postern drains", () => {
    expect(Number.parseInt(settings("TimeoutStopSec")[0] ?? "", 10)).toBeGreaterThan(AGREED.drain);
  });

  it("has a folder of its own for sockets, where nobody else may look", () => {
    expect([settings("RuntimeDirectory"), settings("RuntimeDirectoryMode")]).toEqual([["postern"], ["0700"]]);
    expect(textOf("deploy/config/postern.yaml")).toContain("address: unix:/run/postern/operator.sock");
  });

  it("reaches no instance metadata, and the VPC's name server all the same", () => {
    expect(settings("IPAddressDeny")).toEqual(["link-local fd00:ec2::254"]);
    expect(settings("IPAddressAllow")).toEqual(["169.254.169.253"]);
  });

  it("leaves no memory on a disk", () => {
    expect([settings("LimitCORE"), settings("MemorySwapMax")]).toEqual([["0"], ["0"]]);
  });
});
