import { describe, expect, it } from "vitest";
import { s3 } from "../../../src/aws/s3/s3.ts";
import { encodePercent } from "../../../src/domain/percent.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";

const PATH = { bucket: undefined, accessPoint: undefined } as const;
const UPSTREAMS = [
  ["in the path", anUpstream()],
  ["before the host", anUpstream({ addressing: { ...PATH, style: "virtual-hosted" } })],
  ["at an endpoint of its own", anUpstream({ addressing: { ...PATH, style: "path", bucket: "reports" } })],
] as const;

const read = (upstream: (typeof UPSTREAMS)[number][1], target: string) =>
  readWhole(s3, upstream, aHead(`GET ${target}`));

/** Only these bytes stand for themselves (RFC 3986 section 2.3); S3 and every reader before it agree on them. */
const STRICT = /^(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})*$/;

const KEYS = [
  "a b",
  " a ",
  "plus+plus.txt",
  "100%",
  "100%25",
  "%bad%file%name%",
  "%2F",
  "%252F",
  "a%2Fb",
  "%00",
  "@=()!*'~;:,&$",
  "?versionId=1&acl",
  "#fragment",
  "a\\b",
  "..\\..\\audit",
  "a\nb\tc",
  "\u007f",
  '"quoted"<tag>',
  "[brackets]{braces}|^`",
  "ü", // NFC
  "u\u0308", // NFD: another key
  "full\u3000width",
  "Кириллица/עברית/日本語",
  "🪵",
  "\uFEFFbom",
  "\u202Egnp.exe",
  "a//b",
  "a/",
  "a///",
  "...",
  ".a/b./c..d",
  "a".repeat(1024),
  "ü".repeat(512),
];

/** As SDKs write a key: each byte but the unreserved ones and `/` escaped; and with whatever may stand raw left raw. */
const strictly = (key: string) => encodePercent(key).replaceAll("%2F", "/");
const loosely = (key: string) => encodeURI(key).replaceAll("#", "%23").replaceAll("?", "%3F");
const wholly = (key: string) =>
  [...Buffer.from(key)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");

describe.each(UPSTREAMS)(
  "S3.1 what is sent decodes to what was asked, once: the bucket %s",
  (_name, upstream) => {
    it.each(KEYS.map((key) => [key]))("%j", (key) => {
      for (const encode of [strictly, loosely, wholly]) {
        const { path, requirements } = read(upstream, `/reports/${encode(key)}`);
        const start = path.startsWith("/reports/") ? "/reports/" : "/";
        expect(path).toMatch(STRICT);
        expect(decodeURIComponent(path.slice(start.length))).toBe(key);
        expect(requirements[0]?.resource).toBe(`arn:aws:s3:::reports/${key}`);
      }
    });

    it("but for a key of more bytes than S3 holds", () => {
      for (const key of ["a".repeat(1025), `${"ü".repeat(512)}a`]) {
        expect(codeOf(() => read(upstream, `/reports/${strictly(key)}`))).toBe("target-malformed");
      }
    });
  },
);

describe("S3.1 a key that begins with a slash", () => {
  it.each(["/reports//a", "/reports/%2Fa", "/reports%2F/a"])("is one in the path: %s", (target) => {
    const { path, requirements } = read(anUpstream(), target);
    expect([path, requirements[0]?.resource]).toEqual(["/reports//a", "arn:aws:s3:::reports//a"]);
  });

  it.each(UPSTREAMS.slice(1))("would begin the path with // %s, and is refused", (_name, upstream) => {
    expect(codeOf(() => read(upstream, "/reports/%2Fevil.example/a"))).toBe("target-ambiguous");
  });
});

const ask = (query: string) => read(anUpstream(), `/reports?${query}`);
const told = (query: string) => Object.fromEntries(new URLSearchParams(ask(query).query));

describe("S3.2 what stands in a query decodes to what was asked, once", () => {
  it.each(KEYS.map((key) => [key]))("a prefix of %j", (prefix) => {
    for (const encode of [strictly, encodePercent, wholly]) {
      const { query, requirements } = ask(`prefix=${encode(prefix)}`);
      expect(query).toMatch(/^prefix=(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/);
      expect(decodeURIComponent(query.slice("prefix=".length))).toBe(prefix);
      expect(requirements[0]?.keys?.get("s3:prefix")).toEqual([prefix]);
    }
  });

  it.each<readonly [query: string, told: Readonly<Record<string, string>>]>([
    ["prefix=a+b", { prefix: "a b" }],
    ["prefix=a%2Bb", { prefix: "a+b" }],
    ["prefix=a%252Bb", { prefix: "a%2Bb" }],
    ["prefix", { prefix: "" }],
    ["prefix=", { prefix: "" }],
    ["prefix==", { prefix: "=" }],
    ["prefix=a=b", { prefix: "a=b" }],
    ["&prefix=a&&", { prefix: "a" }],
    ["%70refix=a", { prefix: "a" }],
    ["prefix=a?b", { prefix: "a?b" }],
    ["delimiter=%2F&prefix=b", { delimiter: "/", prefix: "b" }],
  ])("%s", (query, expected) => {
    expect(told(query)).toEqual(expected);
  });

  it.each([
    ["prefix=a&prefix=a", "target-ambiguous"],
    ["prefix=a&%70refix=b", "target-ambiguous"],
    ["prefix&prefix=", "target-ambiguous"],
    ["%61cl&location", "target-ambiguous"],
    ["prefix=%ff", "target-malformed"],
    ["prefix=%zz", "target-malformed"],
    ["prefix=a%00b=%", "target-malformed"],
    ["prefix=ü", "target-malformed"],
    ["prefix=a b", "target-malformed"],
    ["=a", "query-not-allowed"],
    ["prefix%3Da", "query-not-allowed"],
    ["PREFIX=a", "query-not-allowed"],
    ["prefix =a", "target-malformed"],
    ["prefix+=a", "query-not-allowed"],
    ["acl;location", "query-not-allowed"],
  ])("%s is refused", (query, code) => {
    expect(codeOf(() => ask(query))).toBe(code);
  });
});
