import { describe, expect, it } from "vitest";
import { s3 } from "../../../src/aws/s3/s3.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";

const REDIRECT = "s3:x-amz-website-redirect-location";
const put = (inside: string) =>
  readWhole(
    s3,
    anUpstream(),
    aHead("PUT /reports?website"),
    `<WebsiteConfiguration>${inside}</WebsiteConfiguration>`,
  );
const all = (inside: string) => `<RedirectAllRequestsTo>${inside}</RedirectAllRequestsTo>`;
const rule = (inside: string) =>
  `<RoutingRule><Condition><KeyPrefixEquals>a</KeyPrefixEquals></Condition><Redirect>${inside}</Redirect></RoutingRule>`;
const rules = (...redirects: readonly string[]) =>
  `<RoutingRules>${redirects.map(rule).join("")}</RoutingRules>`;
const host = (name: string, protocol?: string) =>
  `<HostName>${name}</HostName>${protocol === undefined ? "" : `<Protocol>${protocol}</Protocol>`}`;
const PLAIN =
  "<IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>e</Key></ErrorDocument>";

describe("S3.4 a website that leads its readers elsewhere", () => {
  it.each([
    [all(host("evil.test", "https")), ["https://evil.test/"]],
    [all(host("evil.test")), ["http://evil.test/", "https://evil.test/"]],
    [rules(host("evil.test:8080", "http")), ["http://evil.test:8080/"]],
    [
      PLAIN + rules("<ReplaceKeyWith>x</ReplaceKeyWith>", host("a.test", "https"), host("b.test", "http")),
      ["https://a.test/", "http://b.test/"],
    ],
    [rules(host("a.test", "https"), host("a.test", "https")), ["https://a.test/"]],
  ])("is told by where it leads: %s", (inside, urls) => {
    expect(put(inside).requirements).toEqual([
      {
        action: "s3:PutBucketWebsite",
        resource: "arn:aws:s3:::reports",
        keys: new Map([[REDIRECT, urls]]),
        guarded: [REDIRECT],
      },
    ]);
  });

  it.each([
    "",
    " evil.test",
    "/evil.test",
    "evil.test/",
    "mine.test@evil.test",
    "evil.test\\.mine.test",
    "evil.test#",
    "[::1]",
    "evil。test",
  ])("is unknown where its host is %j", (name) => {
    for (const inside of [all(host(name)), rules(host("a.test"), host(name))]) {
      expect(put(inside).requirements[0]).toMatchObject({
        keys: new Map([[REDIRECT, "unknown"]]),
        guarded: [REDIRECT],
      });
    }
  });

  it.each(["", "HTTPS", "ftp", " https"])("is unknown by the protocol %j", (protocol) => {
    expect(put(all(host("a.test", protocol))).requirements[0]?.keys?.get(REDIRECT)).toBe("unknown");
  });

  it.each([
    "",
    PLAIN,
    rules("<ReplaceKeyPrefixWith>b</ReplaceKeyPrefixWith><HttpRedirectCode>301</HttpRedirectCode>"),
    rules("<Protocol>https</Protocol>"),
    all(""),
  ])("needs no such rule where it leads to no other host: %s", (inside) => {
    expect(put(inside).requirements).toEqual([
      { action: "s3:PutBucketWebsite", resource: "arn:aws:s3:::reports" },
    ]);
  });

  it.each([
    "<New/>",
    all("<Host>evil.test</Host>"),
    all(host("a.test") + host("b.test")),
    all(host("a.test")) + all(host("b.test")),
    all("<HostName><HostName>evil.test</HostName></HostName>"),
    rules(host("<x/>")),
    rules("<Redirect><HostName>a.test</HostName></Redirect>"),
    "<RoutingRules><Redirect><HostName>a.test</HostName></Redirect></RoutingRules>",
    rules("<ReplaceKeyWith><x/></ReplaceKeyWith>"),
    "<ErrorDocument><HostName>a.test</HostName></ErrorDocument>",
    "text",
  ])("cannot be read, and is refused, with %s", (inside) => {
    expect(codeOf(() => put(inside))).toBe("body-malformed");
  });

  it("is nothing in a body that is empty", () => {
    const [needed] = readWhole(s3, anUpstream(), aHead("PUT /reports?website"), "").requirements;
    expect(needed?.guarded).toBeUndefined();
  });
});
