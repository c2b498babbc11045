import { describe, expect, it } from "vitest";
import { readDeleteObjects } from "../../../src/aws/s3/delete-objects.ts";
import { codeOf } from "../../support/asking.ts";

const wrap = (inside: string) => `<Delete>${inside}</Delete>`;
const one = (inside: string) => wrap(`<Object>${inside}</Object>`);

describe("S3.5 a body of DeleteObjects", () => {
  it.each([
    ["no object", wrap(""), "body-malformed"],
    ["an object without a key", one("<VersionId>1</VersionId>"), "body-malformed"],
    ["an empty key, which is the bucket", one("<Key/>"), "body-malformed"],
    ["an empty version", one("<Key>a</Key><VersionId/>"), "body-malformed"],
    ["a version of white space", one("<Key>a</Key><VersionId> </VersionId>"), "body-malformed"],
    ["white space before a version", one("<Key>a</Key><VersionId>&#10;v</VersionId>"), "body-malformed"],
    ["white space after a version", one("<Key>a</Key><VersionId>v\t</VersionId>"), "body-malformed"],
    ["two keys", one("<Key>mine</Key><Key>audit</Key>"), "body-malformed"],
    ["two versions", one("<Key>a</Key><VersionId>1</VersionId><VersionId>2</VersionId>"), "body-malformed"],
    [
      "Quiet twice",
      wrap("<Quiet>true</Quiet><Quiet>false</Quiet><Object><Key>a</Key></Object>"),
      "body-malformed",
    ],
    ["two ETags", one("<Key>a</Key><ETag>*</ETag><ETag>e</ETag>"), "body-malformed"],
    ["a key in CDATA", one("<Key><![CDATA[a]]></Key>"), "body-malformed"],
    ["a key with an element in it", one("<Key>a<b/>c</Key>"), "body-malformed"],
    ["an unknown member", one("<Key>a</Key><Bucket>audit</Bucket>"), "body-malformed"],
    ["a second Delete", `${one("<Key>a</Key>")}${one("<Key>b</Key>")}`, "body-malformed"],
    ["a Delete in a Delete", wrap(one("<Key>a</Key>")), "body-malformed"],
    ["more objects than S3 takes", wrap("<Object><Key>a</Key></Object>".repeat(1001)), "body-malformed"],
    ["a dot segment", one("<Key>home/../audit</Key>"), "target-ambiguous"],
    ["a key that S3 cannot hold", one(`<Key>${"a".repeat(1025)}</Key>`), "target-malformed"],
    ["nothing", "", "body-malformed"],
  ])("is refused with %s", (_name, text, code) => {
    expect(codeOf(() => readDeleteObjects(text))).toBe(code);
  });

  it("is read with conditions on its objects", () => {
    const inside =
      "<Key>a</Key><ETag>&quot;e&quot;</ETag><LastModifiedTime>x</LastModifiedTime><Size>1</Size>";
    expect(readDeleteObjects(one(inside))).toEqual([{ key: "a", versionId: undefined, etag: '"e"' }]);
  });

  it("is read with keys that need escapes", () => {
    const inside = "<Key>a&#x2F;&lt;b&gt;&#13;+%2F ü</Key><VersionId>v</VersionId>";
    expect(readDeleteObjects(one(inside))).toEqual([
      { key: "a/<b>\r+%2F ü", versionId: "v", etag: undefined },
    ]);
  });

  it.each(["q3.txt ", " q3.txt", " ", "a\n", "\u00a0"])(
    "is read with white space that is of its key: %j",
    (key) => {
      expect(readDeleteObjects(one(`<Key>${key}</Key>`))).toMatchObject([{ key }]);
    },
  );

  it("is read with as many objects as S3 takes", () => {
    expect(readDeleteObjects(wrap("<Object><Key>a</Key></Object>".repeat(1000)))).toHaveLength(1000);
  });
});
