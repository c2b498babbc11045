import { describe, expect, it } from "vitest";
import { DOCUMENT, told } from "./reading.ts";

it("finds nothing wrong with what is right", () => {
  expect(told({})).toEqual([]);
});

describe("S6.5", () => {
  it.each(["0.0.0.0:4480", "[::]:4480", "10.0.0.5:4480", "postern.test:4480"])(
    "H14 refuses to listen at %s without TLS, unless plaintext: true is written",
    (address) => {
      expect(told({ listen: { address } })).toEqual([
        "listen.address: tokens would cross the network unencrypted; listen on loopback or with tls, or write plaintext: true",
      ]);
      expect(told({ listen: { address, plaintext: true } })).toEqual([]);
    },
  );

  it.each(["127.0.0.1:4480", "localhost:4480", "[::1]:4480", "127.0.0.1:0"])("listens at %s", (address) => {
    expect(told({ listen: { address } })).toEqual([]);
  });

  it.each([
    "http://minio:9000",
    "http://10.0.0.5",
    "https://169.254.169.254",
    "https://user:secret@minio",
    "https://minio/path",
    "https://minio?x",
    "https://minio#x",
  ])("H14 refuses the endpoint %s, wherever it stands", (endpoint) => {
    expect(told({ upstreams: { s3: { service: "s3", endpoint } } })).toEqual([
      expect.stringMatching(/^upstreams\.s3\.endpoint: /),
    ]);
    expect(told({ aws: { ...DOCUMENT.aws, endpoint } })).toEqual([expect.stringMatching(/^aws\.endpoint: /)]);
  });

  it("takes https: anywhere and http: on loopback for an upstream", () => {
    for (const endpoint of ["https://minio.internal:9000", "http://127.0.0.1:9000"])
      expect(told({ upstreams: { s3: { service: "s3", endpoint } } })).toEqual([]);
  });

  it("keeps the one endpoint for every AWS call on loopback, even with TLS", () => {
    expect(told({ aws: { ...DOCUMENT.aws, endpoint: "https://proxy.internal" } })).toEqual([
      "aws.endpoint: one address for every AWS call is for testing, and must be loopback",
    ]);
    expect(told({ aws: { ...DOCUMENT.aws, endpoint: "http://127.0.0.1:4483" } })).toEqual([]);
  });

  it("refuses the stand-in's user pool, whose keys anybody can have, unless aws.endpoint is loopback", () => {
    const identity = {
      userPools: [{ name: "local", id: "us-east-1_LOCAL", clientIds: ["web"], tokenUse: ["id"] }],
    };
    expect(told({ identity })).toEqual([
      "identity.userPools.0.id: the stand-in's user pool is for tests, with aws.endpoint on loopback",
    ]);
    expect(told({ identity, aws: { ...DOCUMENT.aws, endpoint: "http://127.0.0.1:4483" } })).toEqual([]);
  });
});

describe("S6.1", () => {
  it.each(["0.0.0.0:4482", "10.0.0.5:4482", "[::]:4482", "operator.test:4482"])(
    "puts the operator's face on no network without TLS, nor for everybody: not %s",
    (address) => {
      expect(told({ operator: { address } })).toEqual([
        "operator.address: beyond loopback what operators see and say would cross the network unencrypted; set tls",
        "operator.address: beyond loopback operators show who they are; set tls.clientCaFile or tokenFile",
      ]);
    },
  );

  it("lets the probes bind any address", () => {
    expect(told({ probes: { address: "0.0.0.0:4481" } })).toEqual([]);
  });

  it("keeps the three faces apart", () => {
    expect(told({ probes: { address: "127.0.0.1:4480" }, operator: { address: "127.0.0.1:4480" } })).toEqual([
      "probes.address: listen listens there already; take another port",
      "operator.address: listen listens there already; take another port",
    ]);
    const any = { address: "127.0.0.1:0" };
    expect(told({ listen: any, probes: any, operator: any })).toEqual([]);
  });
});

describe("listen.hosts", () => {
  it("are names without ports, each once", () => {
    expect(told({ listen: { hosts: ["app.internal", "10.0.0.5", "[fd00::1]", "app_1"] } })).toEqual([]);
    expect(told({ listen: { hosts: ["app.internal", "App.Internal"] } })).toEqual([
      "listen.hosts.1: app.internal stands here already",
    ]);
  });

  it.each(["", "*", "*.internal", "app.internal:80", "http://app", "a b", "a/b", "a..b", ".a", "fd00::1"])(
    "S6.4 are never %j",
    (host) => {
      expect(told({ listen: { hosts: [host] } })).toEqual([
        "listen.hosts.0: a host is written like app.example.com, without a port",
      ]);
    },
  );
});
