import { describe, expect, it } from "vitest";
import { membersOf, parseStrictXml, textOf } from "../../src/aws/strict-xml.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { codeOf } from "../support/asking.ts";

const read = (inside: string) => membersOf(parseStrictXml(`<r>${inside}</r>`, "r"), ["Key"], ["Object"]);

describe("S3.5 XML that AWS could read in another way", () => {
  it.each([
    ["a document type", "<!DOCTYPE Delete><Delete/>"],
    ["an entity of its own", '<!DOCTYPE d [<!ENTITY e "x">]><Delete>&e;</Delete>'],
    ["an entity that nobody declared", "<Delete>&e;</Delete>"],
    ["CDATA", "<Delete><![CDATA[x]]></Delete>"],
    ["a comment", "<Delete><!-- x --></Delete>"],
    ["a processing instruction", "<Delete><?x y?></Delete>"],
    ["a processing instruction before the root", "<?x y?><Delete/>"],
    ["a second declaration", '<?xml version="1.0"?><?xml version="1.0"?><Delete/>'],
    ["XML 1.1, where lines end otherwise", '<?xml version="1.1"?><Delete/>'],
    ["UTF-16", '<?xml version="1.0" encoding="UTF-16"?><Delete/>'],
    ["an encoding in another place", '<?xml encoding="utf-7" version="1.0"?><Delete/>'],
    ["an attribute", '<Delete id="x"/>'],
    ["an attribute behind the namespace", '<Delete xmlns="urn:x" id="x"/>'],
    ["a namespace in which a tag could seem to end", '<Delete xmlns="urn:>" id="x"/>'],
    ["a namespace with an entity", '<Delete xmlns="urn:&amp;"/>'],
    ["an attribute of another element", '<Delete><Object a="x"/></Delete>'],
    ["a tag without an end", "<Delete><Object"],
    ["another root", "<delete/>"],
    ["a root of another namespace prefix", '<s3:Delete xmlns:s3="urn:x"/>'],
    ["two roots", "<Delete/><Delete/>"],
    ["no root", ""],
    ["an element without an end", "<Delete>"],
    ["more elements than any request has", `<Delete>${"<a/>".repeat(20_001)}</Delete>`],
    ["a hundred thousand elements in each other", `<Delete>${"<a>".repeat(1e5)}`],
  ])("refuses %s", (_name, text) => {
    expect(codeOf(() => parseStrictXml(text, "Delete"))).toBe("body-malformed");
  });

  it.each([
    "<Delete/>",
    "<Delete xmlns = 'urn:x' />",
    " <Delete\n></Delete >",
    '<?xml version="1.0" encoding="UTF-8"?>\n<Delete xmlns="urn:x"></Delete>',
  ])("takes %s", (text) => {
    expect(parseStrictXml(text, "Delete").name).toBe("Delete");
  });
});

describe("membersOf", () => {
  it.each([
    ["a singleton twice", "<Key>a</Key><Key>b</Key>"],
    ["an unknown member", "<Kex>a</Kex>"],
    ["a member that differs in case", "<key>a</key>"],
    ["an attribute", '<Key nil="true">a</Key>'],
    ["stray text", "<Key>a</Key>b"],
  ])("refuses %s", (_name, inside) => {
    expect(codeOf(() => read(inside))).toBe("body-malformed");
  });

  it("keeps all elements of a name that may stand often, and lets white space pass", () => {
    expect(read(" <Object/>\n<Object/><Key>a</Key>").get("Object")).toHaveLength(2);
  });

  it("reads text as it stands, its escapes resolved", () => {
    expect(textOf(read("<Key> a&amp;&lt;&#x2F;b </Key>"), "Key")).toBe(" a&</b ");
  });

  it("knows a member that is absent from one that is empty", () => {
    expect(textOf(read(""), "Key")).toBeUndefined();
    expect(textOf(read("<Key/>"), "Key")).toBe("");
  });

  it("refuses elements where text is expected", () => {
    expect(codeOf(() => textOf(read("<Key><b>a</b></Key>"), "Key"))).toBe("body-malformed");
  });
});

describe("what XML may cost", () => {
  it("does not grow by the square of its line ends", () => {
    const key = "\r".repeat(200_000) + "\r\n".repeat(200_000);
    // By the square this takes a minute and more; the limit of the test is what makes it fail then.
    expect(textOf(read(`<Key>${key}</Key>`), "Key")).toBe("\n".repeat(400_000));
  });

  it.each([
    ["attributes", `<r ${Array.from({ length: 1e5 }, (_, at) => `a${at}=""`).join(" ")}/>`],
    ["attributes within", `<r><a ${Array.from({ length: 1e5 }, (_, at) => `a${at}=""`).join(" ")}/></r>`],
    ["a name", `<${"r".repeat(1e6)}/>`],
    ["a name within", `<r><${"a".repeat(1e6)}/></r>`],
    ["a namespace", `<r xmlns="${"\n".repeat(1e6)}"/>`],
    ["spaces in a tag", `<r><a${" ".repeat(1e6)}/></r>`],
  ])("is not spent on %s, as they are refused before anything is parsed", (_name, text) => {
    // What does not end as it began fails in the parser, which is then the cause.
    const parsed = () => parseStrictXml(`${text}</other>`, "r");
    expect(parsed).toThrow(Refusal);
    expect(parsed).toThrow(expect.not.objectContaining({ cause: expect.anything() }));
    expect(() => parseStrictXml("<r/></other>", "r")).toThrow(
      expect.objectContaining({ cause: expect.any(Error) }),
    );
  });

  it("is bounded by its length", () => {
    expect(codeOf(() => parseStrictXml(`<r>${" ".repeat(2 * 1024 * 1024)}</r>`, "r"))).toBe("body-malformed");
  });
});
