import { describe, expect, it } from "vitest";
import { authorizeRulesOf } from "../../src/config/stages.ts";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";
import { configOf, NOW_MS, readChanged, told } from "./reading.ts";

const SECRET = "${file:/secret}";
const { certPem, keyPem, caPem } = createThrowAwayCertificate(NOW_MS);
const FILES = {
  "/crt": certPem,
  "/key": keyPem,
  "/ca": caPem,
  "/secret": "0123456789abcdef",
  "/short": "short",
  "/spaces": "a secret with spaces",
};
const TLS = { certFile: "/crt", keyFile: "/key" };
const of = (authorize: object) => told({ authorize }, FILES);

const OPEN =
  "authorize.address: whoever reaches this address could ask, and on loopback that is everybody on the machine; take a unix: socket, or set a secret or tls.clientCaFile";
const CLEAR =
  "authorize.address: tokens and signatures would cross the network unencrypted; listen on loopback or with tls";

describe("H2 the listener for an outer proxy", () => {
  it.each([
    ["a unix socket", { address: "unix:/run/authorize.sock" }],
    ["a unix socket of its owner", { address: "unix:/run/authorize.sock", mode: "0600" }],
    ["a secret on loopback", { address: "127.0.0.1:4484", secret: SECRET }],
    ["a client certificate", { address: "127.0.0.1:4484", tls: { ...TLS, clientCaFile: "/ca" } }],
    ["a secret by TLS", { address: "10.0.0.5:4484", secret: SECRET, tls: TLS }],
    ["an open socket with a secret", { address: "unix:/run/a.sock", mode: "0666", secret: SECRET }],
  ])("may be %s", (_what, authorize) => {
    expect(of(authorize)).toEqual([]);
  });

  it.each<readonly [what: string, authorize: object, problems: readonly string[]]>([
    ["nobody has to show who it is on loopback", { address: "127.0.0.1:4484" }, [OPEN]],
    ["TLS alone asks nobody who it is", { address: "127.0.0.1:4484", tls: TLS }, [OPEN]],
    ["nothing is encrypted", { address: "10.0.0.5:4484", secret: SECRET }, [CLEAR]],
    ["both", { address: "0.0.0.0:4484" }, [OPEN, CLEAR]],
    [
      "everybody may write to the socket",
      { address: "unix:/run/a.sock", mode: "0666" },
      ['authorize.mode: everybody on the machine could ask; leave others out, as in "0660", or set a secret'],
    ],
    [
      "a port has a mode",
      { address: "127.0.0.1:4484", secret: SECRET, mode: "0660" },
      ["authorize.mode: a mode is that of a unix: socket, and this is a port; leave it out"],
    ],
    [
      "a secret can be guessed",
      { address: "127.0.0.1:4484", secret: "${file:/short}" },
      ["authorize.secret: a secret is 16 visible characters or more, without spaces"],
    ],
    [
      "the certificate cannot be read",
      { address: "127.0.0.1:4484", tls: { certFile: "/none", keyFile: "/key", clientCaFile: "/key" } },
      [
        "authorize.tls.certFile: the file /none cannot be read",
        "authorize.tls.clientCaFile: the file /key: it holds no certificates as PEM",
      ],
    ],
    [
      "the port is any that is free",
      { address: "127.0.0.1:0", secret: SECRET },
      ["authorize.address: 0 is any port that is free, and the outer proxy has to know which; name one"],
    ],
    [
      "a header says two things",
      { address: "unix:/run/a.sock", methodHeader: "X-A", uriHeader: "x-a" },
      ["authorize.uriHeader: methodHeader is x-a already; each says one thing"],
    ],
  ])("is refused where %s", (_what, authorize, problems) => {
    expect([...of(authorize)].sort()).toEqual([...problems].sort());
  });

  it.each([
    ["listen", "127.0.0.1:4480"],
    ["probes", "127.0.0.1:4481"],
    ["operator", "127.0.0.1:4482"],
    ["operator", "localhost:4482"],
    ["operator", "LOCALHOST:4482"],
  ])("is never where %s listens", (face, address) => {
    expect(of({ address, secret: SECRET })).toEqual([
      `authorize.address: ${face} listens there already; take another port`,
    ]);
  });

  it.each(["Host", "Authorization", "X-Amz-Date", "x-postern-token", "Cookie", "X-", "X-A B"])(
    "asks by no header %s",
    (uriHeader) => {
      expect(of({ address: "unix:/run/a.sock", uriHeader })).toEqual([
        "authorize.uriHeader: a header is named like X-Original-URI, and neither x-amz-… nor x-postern-…",
      ]);
    },
  );

  it.each(["unix:relative.sock", "unix:/a b", "4484", "http://127.0.0.1:4484", `unix:/${"a".repeat(100)}`])(
    "is not at %s",
    (address) => {
      expect(of({ address })).toEqual([
        "authorize.address: an address is written like unix:/run/postern/authorize.sock or 127.0.0.1:4484",
      ]);
    },
  );

  it("is not where another listens at all addresses, or by another name", () => {
    const probes = { address: "0.0.0.0:4481" };
    const authorize = { address: "127.0.0.1:4481", secret: SECRET };
    const taken = ["authorize.address: probes listens there already; take another port"];
    expect(told({ authorize, probes }, FILES)).toEqual(taken);
    const named = { address: "localhost:4481" };
    const ipv6 = { address: "[::1]:4481", secret: SECRET };
    expect(told({ authorize: ipv6, probes: named }, FILES)).toEqual(taken);
    expect(told({ authorize, probes: { address: "127.0.0.2:4481" } }, FILES)).toEqual([]);
  });

  it.each([
    "0123456789abcdef",
    "short",
    "0123456789-${file:/secret}",
    "${file:/secret}-",
    "",
    1234567890123456,
  ])("has no secret that is written out: %j", (secret) => {
    const problems = of({ address: "127.0.0.1:4484", secret });
    expect(problems).toContain(
      "authorize.secret: a secret is not written here; refer to it: ${file:/run/secrets/authorize}, or ${env:NAME}",
    );
  });

  it("is told by its reference where the configuration is shown", () => {
    const reading = readChanged({ authorize: { address: "127.0.0.1:4484", secret: SECRET } }, FILES);
    expect(reading.config?.authorize?.secret).toBe("0123456789abcdef");
    expect(JSON.stringify("document" in reading && reading.document)).not.toContain("0123456789abcdef");
  });

  it("never says the secret", () => {
    for (const secret of ["a secret with spaces", "${file:/spaces}"])
      expect(JSON.stringify(of({ address: "127.0.0.1:4484", secret }))).not.toContain("a secret with spaces");
  });
});

describe("the rules of an outer proxy", () => {
  it("are none where it is not configured", () => {
    expect(authorizeRulesOf(configOf({}))).toBeUndefined();
  });

  it("have their defaults, and names in lower case", () => {
    const config = configOf({ authorize: { address: "unix:/run/a.sock", hostHeader: "X-Forwarded-Host" } });
    expect(authorizeRulesOf(config)).toEqual({
      secret: undefined,
      methodHeader: "x-original-method",
      uriHeader: "x-original-uri",
      hostHeader: "x-forwarded-host",
      lengthHeader: undefined,
      exact: false,
    });
  });
});
