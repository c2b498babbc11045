import { describe, expect, it } from "vitest";
import {
  endpointProblem,
  isLinkLocal,
  isLoopback,
  isLoopbackHost,
  parseAddress,
} from "../../src/config/address.ts";

describe("parseAddress", () => {
  it.each([
    ["127.0.0.1:4480", { host: "127.0.0.1", port: 4480 }],
    ["0.0.0.0:0", { host: "0.0.0.0", port: 0 }],
    ["localhost:65535", { host: "localhost", port: 65_535 }],
    ["[::1]:4480", { host: "::1", port: 4480 }],
    ["[::]:80", { host: "::", port: 80 }],
  ])("reads %s", (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each([
    "",
    "4480",
    ":4480",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "127.0.0.1:99999",
    "127.0.0.1:-1",
    "127.0.0.1:0x50",
    "127.0.0.1:80 ",
    " 127.0.0.1:80",
    "127.0.0.1:80\n",
    "::1:80",
    "[::1]",
    "[::zz]:80",
    "[127.0.0.1]:80",
    "[::1]x:80",
    "http://127.0.0.1:80",
    "a/b:80",
    "user@host:80",
  ])("does not read %j", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe("isLoopback", () => {
  it.each([
    "127.0.0.1",
    "127.255.3.4",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "localhost",
    "LocalHost",
  ])("takes %s for this machine", (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each([
    "0.0.0.0",
    "::",
    "10.0.0.1",
    "128.0.0.1",
    "::ffff:10.0.0.1",
    "127.evil.test",
    "127.0.0.1.evil.test",
    "",
  ])("does not take %j for this machine", (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe("isLoopbackHost", () => {
  it.each(["127.0.0.1", "127.0.0.1:4482", "localhost:4482", "[::1]", "[::1]:4482"])(
    "takes Host %s",
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );

  it.each([
    "",
    "evil.test",
    "evil.test:4482",
    "127.0.0.1.evil.test:4482",
    "localhost.evil.test",
    "[localhost",
    "localhost]",
    "::1",
    "localhost:4482:80",
    "localhost:4482 evil.test",
    "evil.test@localhost",
    "[::1]evil.test",
  ])("S6.1 does not take Host %j", (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

describe("isLinkLocal", () => {
  it.each([
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "::ffff:100.100.100.200",
    "64:ff9b::100.100.100.200",
    "::ffff:0:100.100.100.200",
    "2002:6464:64c8::",
    "::100.100.100.200",
    "metadata.google.internal",
    "Metadata.Google.Internal",
    "metadata.goog",
    "instance-data.ec2.internal",
    "::ffff:169.254.169.254",
    "fe80::1",
    "febf::1",
    "fd00:ec2::254",
    "fd00:0ec2:0:0::23",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1",
    "64:ff9b:1:a9fe:a9:fe00::",
    "::ffff:0:169.254.169.254",
    "::169.254.169.254",
    "2002:a9fe:a9fe::1",
  ])("knows %s", (host) => {
    expect(isLinkLocal(host)).toBe(true);
  });

  it.each([
    "169.255.0.1",
    "fec0::1",
    "fd00:ec3::254",
    "64:ff9b::808:808",
    "2002:a9ff::1",
    "64:ff9b:2::1",
    "::1",
    "s3.us-east-1.amazonaws.com",
    "fe80.test",
  ])("does not take %s for one", (host) => {
    expect(isLinkLocal(host)).toBe(false);
  });
});

describe("endpointProblem", () => {
  it.each([
    "https://s3.us-east-1.amazonaws.com",
    "https://s3.us-east-1.amazonaws.com/",
    "https://minio.internal:9000",
    "http://127.0.0.1:4483",
    "http://localhost:4483",
    "http://[::1]:4483",
  ])("finds nothing wrong with %s", (url) => {
    expect(endpointProblem(url)).toBeUndefined();
  });

  it.each([
    ["", /not a URL/],
    ["s3.amazonaws.com", /not a URL/],
    ["https://", /not a URL/],
    ["ftp://s3.amazonaws.com", /neither https: nor http:/],
    ["ws://127.0.0.1", /neither https: nor http:/],
    ["https://user@s3.amazonaws.com", /no user/],
    ["https://user:pass@s3.amazonaws.com", /no user/],
    ["https://@s3.amazonaws.com", /no user/],
    ["https://s3.amazonaws.com?x=1", /query/],
    ["https://s3.amazonaws.com/?", /query/],
    ["https://s3.amazonaws.com/#x", /fragment/],
    ["https://s3.amazon\taws.com", /spaces/],
    ["https:\\\\s3.amazonaws.com", /no user/],
    ["https://s3.amazonaws.com/bucket", /no path/],
    ["https://s3.amazonaws.com:0", /port 0/],
    ["http://minio:9000", /use https:/],
    ["http://10.0.0.5:9000", /use https:/],
    ["http://127.0.0.1.evil.test", /use https:/],
    ["https://169.254.169.254", /metadata/],
    ["http://169.254.170.2", /metadata/],
    ["https://metadata.google.internal", /metadata/],
    ["https://METADATA.google.internal:8443", /metadata/],
    ["https://metadata.google.internal.", /dot at the end/],
    ["https://instance-data.ec2.internal", /metadata/],
    ["https://100.100.100.200", /metadata/],
    ["https://1684301000", /metadata/],
    ["https://2852039166", /metadata/],
    ["https://0xa9fea9fe", /metadata/],
    ["https://169.254.169.254.", /metadata/],
    ["https://[fe80::1]", /metadata/],
    ["https://[fd00:ec2::254]", /metadata/],
    ["https://[::ffff:169.254.169.254]", /metadata/],
    ["https://[::ffff:a9fe:a9fe]", /metadata/],
    ["https://[64:ff9b::a9fe:a9fe]", /metadata/],
    ["https://[64:FF9B:0::169.254.169.254]", /metadata/],
    ["https://[2002:a9fe:a9fe::]", /metadata/],
    ["https://0251.0376.0251.0376", /metadata/],
    ["https://0xa9.0xfe.0xa9.0xfe", /metadata/],
    ["https://169.16689662", /metadata/],
    ["https://169.254.43518", /metadata/],
    ["https://025177524776", /metadata/],
    ["https://%31%36%39.254.169.254", /metadata/],
    ["https://s3.us-east-1.amazonaws.com.", /no dot at the end/],
  ])("S6.5 refuses %j", (url, why) => {
    expect(endpointProblem(url)).toMatch(why);
  });
});
