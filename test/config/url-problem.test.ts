import { describe, expect, it } from "vitest";
import { issuerProblem, jwksUriProblem, originProblem, redisProblem } from "../../src/config/url-problem.ts";

/** What no URL may be, whatever it is for. */
const NEVER: readonly (readonly [url: string, why: RegExp])[] = [
  ["", /not a URL/],
  ["example.com/keys", /not a URL/],
  ["https:example.com/keys", /not a URL/],
  ["https:///example.com/keys", /not a URL/],
  ["ftp://example.com/keys", /neither https: nor http:/],
  ["https://user@example.com/keys", /no user/],
  ["https://user:pass@example.com/keys", /no user/],
  ["https://@example.com/keys", /no user/],
  ["https://example.com/keys?x=1", /query/],
  ["https://example.com/keys?", /query/],
  ["https://example.com/keys#x", /fragment/],
  ["https://exam\tple.com/keys", /spaces/],
  [" https://example.com/keys", /spaces/],
  ["https:\\\\example.com/keys", /no user/],
  ["https://bücher.example/keys", /in ASCII/],
  ["https://example.com:0/keys", /port 0/],
  ["http://example.com/keys", /use https:/],
  ["http://10.0.0.5/keys", /use https:/],
  ["https://169.254.169.254/keys", /metadata/],
  ["http://169.254.170.2/keys", /metadata/],
  ["https://instance-data.ec2.internal/keys", /metadata/],
  ["https://2852039166/keys", /metadata/],
  ["https://[fd00:ec2::254]/keys", /metadata/],
  ["https://[::ffff:169.254.169.254]/keys", /metadata/],
];

describe("jwksUriProblem", () => {
  it.each([
    "https://www.googleapis.com/oauth2/v3/certs",
    "https://issuer.example.com:8443/keys",
    "https://issuer.example.com",
    "http://127.0.0.1:4483/keys",
    "http://[::1]:4483/keys",
  ])("finds nothing wrong with %s", (url) => {
    expect(jwksUriProblem(url)).toBeUndefined();
  });

  it.each(NEVER)("S6.5 H14 refuses %j", (url, why) => {
    expect(jwksUriProblem(url)).toMatch(why);
  });
});

describe("issuerProblem", () => {
  it.each([
    "https://accounts.google.com",
    "https://tenant.eu.auth0.com/",
    "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
    "https://cognito-idp.example.com",
  ])("finds nothing wrong with %s", (url) => {
    expect(issuerProblem(url)).toBeUndefined();
  });

  it.each(NEVER)("S6.5 H14 refuses %j", (url, why) => {
    expect(issuerProblem(url)).toMatch(why);
  });

  it.each(["http://127.0.0.1:4483", "HTTPS://accounts.google.com"])(
    "refuses %s: an issuer is a name that begins with https://",
    (url) => {
      expect(issuerProblem(url)).toBe("an issuer is written like https://accounts.google.com");
    },
  );

  it.each([
    "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC",
    "https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC",
    "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbC",
    "https://cognito-idp.eusc-de-east-1.amazonaws.eu/eusc-de-east-1_AbC",
  ])("S1.3 refuses %s: a user pool's tokens are held against more than an issuer's", (url) => {
    expect(issuerProblem(url)).toBe("this is a Cognito user pool; it stands under userPools");
  });
});

describe("redisProblem", () => {
  it.each([
    "rediss://cache.example.com",
    "rediss://cache.example.com:6379",
    "rediss://cache.example.com:6379/",
    "rediss://cache.example.com:6379/15",
    "redis://127.0.0.1:6379/0",
    "redis://localhost",
    "redis://[::1]:6379",
  ])("finds nothing wrong with %s", (url) => {
    expect(redisProblem(url)).toBeUndefined();
  });

  it.each<readonly [url: string, why: RegExp]>([
    ["", /not a URL such as rediss:/],
    ["cache.example.com:6379", /not a URL such as rediss:/],
    ["https://cache.example.com", /not a URL such as rediss:/],
    ["unix:/run/redis.sock", /not a URL such as rediss:/],
    ["rediss:cache.example.com", /not a URL such as rediss:/],
    ["rediss:///cache.example.com", /not a URL such as rediss:/],
    ["redis://cache.example.com", /^redis: is for loopback addresses only; use rediss:$/],
    ["redis://10.0.0.5:6379", /use rediss:/],
    ["redis://127.0.0.1.evil.test", /use rediss:/],
    ["rediss://:secret@cache.example.com", /no user/],
    ["rediss://cache.example.com?db=1", /query/],
    ["rediss://cache.example.com:0", /port 0/],
    ["rediss://cache.example.com/db", /number of a database/],
    ["rediss://cache.example.com/0/1", /number of a database/],
    ["rediss://cache.example.com/-1", /number of a database/],
    ["rediss://169.254.169.254", /metadata/],
    ["rediss://metadata.google.internal", /metadata/],
    ["rediss://2852039166", /metadata/],
    ["rediss://0xa9fea9fe:6379", /metadata/],
  ])("S2.11 refuses %j", (url, why) => {
    expect(redisProblem(url)).toMatch(why);
  });

  it("never repeats a password", () => {
    expect(redisProblem("rediss://user:hunter2@cache.example.com")).not.toContain("hunter2");
  });
});

describe("originProblem", () => {
  it.each([
    "https://app.example.com",
    "https://app.example.com:8443",
    "https://xn--bcher-kva.example",
    "http://localhost:3000",
    "http://app.localhost:3000",
    "http://127.0.0.1:3000",
    "http://[::1]:3000",
  ])("finds nothing wrong with %s", (origin) => {
    expect(originProblem(origin)).toBeUndefined();
  });

  it.each<readonly [origin: string, why: RegExp]>([
    ["", /is written like/],
    ["app.example.com", /is written like/],
    ["//app.example.com", /is written like/],
    ["https://", /is written like/],
    ["https:app.example.com", /is written like/],
    ["file:///app", /is written like/],
    ["https://app.example.com ", /is written like/],
    ["https://app.example.com\n", /is written like/],
    ["https://bücher.example", /is written like/],
    ["chrome-extension://abc", /is written like/],
    ["*", /everybody's/],
    ["null", /everybody's/],
    ["https://*.example.com", /without patterns/],
    ["https://app.example.com*", /without patterns/],
    ["https://app.example.com/", /as https:\/\/app\.example\.com$/],
    ["https://app.example.com/path", /as https:\/\/app\.example\.com$/],
    ["https://app.example.com?x", /as https:\/\/app\.example\.com$/],
    ["https://app.example.com#x", /as https:\/\/app\.example\.com$/],
    ["https://user@app.example.com", /as https:\/\/app\.example\.com$/],
    ["https://App.example.com", /as https:\/\/app\.example\.com$/],
    ["HTTPS://app.example.com", /as https:\/\/app\.example\.com$/],
    ["https://app.example.com:443", /as https:\/\/app\.example\.com$/],
    ["http://localhost:80", /as http:\/\/localhost$/],
    ["http://2130706433", /as http:\/\/127\.0\.0\.1$/],
    ["http://app.example.com", /loopback names only/],
    ["http://localhost.evil.test", /loopback names only/],
  ])("S6.4 refuses %j", (origin, why) => {
    expect(originProblem(origin)).toMatch(why);
  });
});
