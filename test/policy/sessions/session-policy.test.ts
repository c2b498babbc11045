import { describe, expect, it } from "vitest";
import { derivePolicy, fillPolicy } from "../../../src/policy/sessions/session-policy.ts";
import { claimsForPolicy } from "../../../src/policy/template.ts";
import { aCaller } from "../../support/ruling.ts";

const scope = (actions: readonly string[], resources: readonly string[] = ["*"]) => ({ actions, resources });

describe("S2.9 the session policy of rules", () => {
  it("says what they say, in compact JSON", () => {
    const policy = derivePolicy(
      [scope(["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::a", "arn:aws:s3:::a/*"])],
      [scope(["s3:Get*"], ["arn:aws:s3:::a/secret"])],
    );
    expect(policy).toBe(
      '{"Version":"2012-10-17","Statement":[' +
        '{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::a","arn:aws:s3:::a/*"]},' +
        '{"Effect":"Deny","Action":["s3:Get*"],"Resource":["arn:aws:s3:::a/secret"]}]}',
    );
  });

  it("has a statement for each allow", () => {
    const { Statement } = JSON.parse(
      derivePolicy([scope(["s3:Get*"], ["a"]), scope(["s3:Put*"], ["b"])], []),
    );
    expect(Statement).toEqual([
      { Effect: "Allow", Action: ["s3:Get*"], Resource: ["a"] },
      { Effect: "Allow", Action: ["s3:Put*"], Resource: ["b"] },
    ]);
  });

  it("has of the denies the actions that an allow can mean", () => {
    const { Statement } = JSON.parse(
      derivePolicy(
        [scope(["s3:Get*"]), scope(["dynamodb:Query"])],
        [
          scope(["s3:*Object", "s3:Put*"], ["a"]),
          scope(["s3:Delete*"], ["b"]),
          scope(["dynamodb:*"], ["c"]),
          scope(["DYNAMODB:query"], ["d"]),
          scope(["*"], ["e"]),
        ],
      ),
    );
    expect(Statement.slice(2)).toEqual([
      { Effect: "Deny", Action: ["s3:*Object"], Resource: ["a"] },
      { Effect: "Deny", Action: ["dynamodb:*"], Resource: ["c"] },
      { Effect: "Deny", Action: ["DYNAMODB:query"], Resource: ["d"] },
      { Effect: "Deny", Action: ["*"], Resource: ["e"] },
    ]);
  });

  it("S4.4 says nothing of Postern's own actions, which AWS does not know", () => {
    const { Statement } = JSON.parse(
      derivePolicy(
        [scope(["postern:GetCredentials", "s3:GetObject"], ["a"]), scope(["postern:GetCredentials"], ["b"])],
        [scope(["postern:*", "*"], ["c"]), scope(["postern:*"], ["d"])],
      ),
    );
    expect(Statement).toEqual([
      { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["a"] },
      { Effect: "Deny", Action: ["*"], Resource: ["c"] },
    ]);
    expect(JSON.parse(derivePolicy([scope(["*"])], [scope(["postern:*"])])).Statement).toHaveLength(1);
  });

  it("S4.4 allows nothing where nothing else is allowed", () => {
    expect(
      JSON.parse(derivePolicy([scope(["postern:GetCredentials"])], [scope(["postern:*"])])).Statement,
    ).toEqual([{ Effect: "Deny", Action: ["*"], Resource: ["*"] }]);
  });

  it("is ASCII, since STS takes no more than U+00FF", () => {
    const policy = derivePolicy([scope(["s3:*"], ["arn:aws:s3:::a/ü/日/😀/\u007f"])], []);
    expect(policy).toMatch(/^[ -~]*$/);
    expect(policy).toContain(String.raw`/\u00fc/\u65e5/\ud83d\ude00/\u007f`);
    expect(JSON.parse(policy).Statement[0].Resource).toEqual(["arn:aws:s3:::a/ü/日/😀/\u007f"]);
  });
});

describe("S4.5 a session policy that is written", () => {
  const document = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["s3:GetObject"],
        Resource: "arn:aws:s3:::home/${claim:sub}/${aws:PrincipalTag/x}/*",
        Condition: {
          StringEquals: { "aws:PrincipalTag/tenant": "${claim:tenant}" },
          Bool: { a: true, b: 7, c: null },
        },
      },
    ],
  };
  const fill = (claims: Record<string, unknown>) => fillPolicy(document, claimsForPolicy(aCaller(claims)));

  it("has claims in its values, and the rest as it was", () => {
    const filled = JSON.parse(fill({ sub: "anna", tenant: "acme" }) ?? "");
    expect(filled).toEqual({
      ...document,
      Statement: [
        {
          ...document.Statement[0],
          Resource: "arn:aws:s3:::home/anna/${aws:PrincipalTag/x}/*",
          Condition: {
            StringEquals: { "aws:PrincipalTag/tenant": "acme" },
            Bool: { a: true, b: 7, c: null },
          },
        },
      ],
    });
  });

  it("writes what is special in a claim so that IAM takes it as it is", () => {
    expect(fill({ sub: "a*b?c$", tenant: "acme" })).toContain("home/a${*}b${?}c${$}/${aws:PrincipalTag/x}/*");
  });

  it.each(['a","Effect":"Deny', "a\\", "${aws:userid}", "a/b", "", ["acme"], undefined])(
    "is none with the claim %j",
    (tenant) => {
      expect(fill({ sub: "anna", tenant })).toBeUndefined();
    },
  );

  it("leaves keys alone, and keys that objects have of their own", () => {
    const odd = JSON.parse('{"${claim:sub}":"${claim:sub}","__proto__":{"a":"${claim:sub}"}}');
    expect(fillPolicy(odd, claimsForPolicy(aCaller()))).toBe(
      '{"${claim:sub}":"sub-1","__proto__":{"a":"sub-1"}}',
    );
  });

  it("changes nothing in the document itself", () => {
    const before = structuredClone(document);
    fill({ sub: "anna", tenant: "acme" });
    expect(document).toEqual(before);
  });
});
