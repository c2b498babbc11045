import { describe, expect, it } from "vitest";
import { type Head, readHeaders } from "../../src/domain/head.ts";
import { checkDoor } from "../../src/proxy/door.ts";
import { codeOf } from "../support/asking.ts";

function aHead(method: string, target: string, ...lines: readonly (readonly [string, string])[]): Head {
  return { method, target, headers: readHeaders([["Host", "postern.test"], ...lines].flat()) };
}

const at = (target: string, ...lines: readonly (readonly [string, string])[]): string =>
  codeOf(() => checkDoor(aHead("GET", target, ...lines)));

const version = (httpVersion: string, ...lines: readonly (readonly [string, string])[]): string =>
  codeOf(() => checkDoor(aHead("GET", "/", ...lines), httpVersion));

describe("the door", () => {
  it("lets through what has one reading", () => {
    for (const target of [
      "/",
      "/s3/reports/q3.txt",
      "/s3/b?list-type=2&prefix=a%2Fb",
      "/s3/b/a+b!$&'()*,;=:@~",
    ]) {
      expect(at(target), target).toBe("nothing");
    }
    expect(at("/x", ["Connection", "keep-alive"], ["Transfer-Encoding", "Chunked"])).toBe("nothing");
    expect(at("/x", ["Accept", "a"], ["Accept", "b"], ["Cookie", "a"], ["Cookie", "b"])).toBe("nothing");
  });

  it("refuses a Host that is none", () => {
    for (const host of ["", "a b", "a@b", "a/b", "a:70000", "a:", "[::1]:99999", "[1:2]", "[::1", "::1"]) {
      const head = { method: "GET", target: "/", headers: readHeaders(["Host", host]) };
      expect(
        codeOf(() => checkDoor(head)),
        host,
      ).toBe("target-malformed");
    }
    for (const host of ["a", "a.b-c_d:65535", "127.0.0.1:80", "[::1]", "[::ffff:127.0.0.1]:1"]) {
      const head = { method: "GET", target: "/", headers: readHeaders(["Host", host]) };
      expect(
        codeOf(() => checkDoor(head)),
        host,
      ).toBe("nothing");
    }
  });

  it("knows seven methods, in capitals", () => {
    for (const method of ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"]) {
      expect(codeOf(() => checkDoor(aHead(method, "/")))).toBe("nothing");
    }
    for (const method of ["TRACE", "CONNECT", "get", "QUERY", "", "PROPFIND"]) {
      expect(codeOf(() => checkDoor(aHead(method, "/")))).toBe("method-not-allowed");
    }
  });

  it("S3.8 refuses targets that are not in origin form", () => {
    for (const target of [
      "",
      "*",
      "x",
      "http://evil/",
      "//evil/\\",
      "/a#b",
      "/a\\b",
      "/a b",
      "/é",
      "/\u0000",
      "/\u007f",
    ]) {
      expect(at(target), JSON.stringify(target)).toBe("target-malformed");
    }
  });

  it("S1.5 refuses queries that carry a signature, in whatever case", () => {
    for (const query of [
      "X-Amz-Signature=a",
      "x-amz-credential=a",
      "X-AMZ-ALGORITHM=a",
      "a=b&X-Amz-Security-Token=c",
      "AWSAccessKeyId=a",
      "signature",
    ]) {
      expect(at(`/s3/b/k?${query}`), query).toBe("presigned-not-accepted");
    }
    for (const query of ["signatures=a", "prefix=signature", "prefix=X-Amz-Signature"]) {
      expect(at(`/s3/b?${query}`), query).toBe("nothing");
    }
  });

  it("S1.4 calls a token that stands twice two tokens, and anything else ambiguous", () => {
    for (const name of ["Authorization", "X-Amz-Security-Token", "X-Postern-Token", "X-Postern-Id-Token"]) {
      expect(at("/", [name, "a"], [name.toLowerCase(), "a"])).toBe("two-tokens");
    }
    for (const name of ["Host", "Range", "X-Amz-Acl", "Content-Type", "X-Amz-Target"]) {
      expect(at("/", [name, "a"], [name.toUpperCase(), "a"])).toBe("target-ambiguous");
    }
  });

  it("wants one Host that is a name or an address", () => {
    const host = (value: string): string =>
      codeOf(() => checkDoor({ ...aHead("GET", "/"), headers: readHeaders(["host", value]) }));
    for (const good of ["a", "a.b:80", "127.0.0.1:4480", "[::1]", "[::1]:4480", "under_score"]) {
      expect(host(good), good).toBe("nothing");
    }
    for (const bad of ["a.", "a.:80", "reports.s3.localhost.", ".a", "a..b", "."])
      expect(host(bad), bad).toBe("target-malformed");
    for (const bad of ["", " ", "a b", "a/b", "a@b", "a:b", "a:123456", "::1", "[::1", "a,b", "a?", "a#"]) {
      expect(host(bad), bad).toBe("target-malformed");
    }
    const none = { ...aHead("GET", "/"), headers: readHeaders([]) };
    expect(codeOf(() => checkDoor(none))).toBe("target-malformed");
  });

  it("speaks HTTP/1.1 and HTTP/1.0 only, and takes no transfer coding but chunked, and that from 1.1", () => {
    expect(["1.1", "1.0", "2.0", "0.9"].map((each) => version(each))).toEqual([
      "nothing",
      "nothing",
      "target-malformed",
      "target-malformed",
    ]);
    expect(version("1.0", ["Transfer-Encoding", "chunked"])).toBe("target-ambiguous");
    for (const coding of ["gzip, chunked", "identity", "", "chunked, chunked", "chunked;a=b"]) {
      expect(version("1.1", ["Transfer-Encoding", coding]), coding).toBe("target-ambiguous");
    }
  });

  it("S3.8 refuses upgrades but h2c, and a Connection that names what is not its own", () => {
    expect(at("/", ["Connection", "Upgrade"], ["Upgrade", "websocket"])).toBe("upgrade-not-accepted");
    expect(codeOf(() => checkDoor(aHead("GET", "/", ["Upgrade", "websocket"]), "1.1", "websocket"))).toBe(
      "nothing",
    );
    expect(at("/", ["Upgrade", "h2c, websocket"])).toBe("upgrade-not-accepted");
    expect(at("/", ["Connection", "Upgrade, HTTP2-Settings"], ["Upgrade", "h2c"])).toBe("nothing");
    expect(at("/", ["Connection", "TE, close"])).toBe("nothing");
    for (const named of ["authorization", "close, X-Amz-Acl", "range"]) {
      expect(at("/", ["Connection", named]), named).toBe("target-ambiguous");
    }
  });
});
