import { describe, expect, it } from "vitest";
import { openActionBook } from "../../../src/policy/problems/action-book.ts";
import { idleActions, unknownActions } from "../../../src/policy/problems/action-problems.ts";
import type { RuleDocument } from "../../../src/policy/document.ts";
import { KNOWN } from "../../support/known-actions.ts";
import { anAllow, NAMES, roleArn } from "../../support/ruling.ts";

const book = openActionBook(KNOWN);
const names = { ...NAMES, actions: KNOWN };
const allowing = (...actions: string[]) => anAllow("a", { allow: actions });
const denying = (...actions: string[]): RuleDocument => ({ name: "d", deny: actions });

describe("an action that its service does not have", () => {
  it.each([
    ["s3:GetObjct", "there is no action s3:GetObjct; did you mean s3:GetObject?"],
    ["s3:Listbuckets", "there is no action s3:Listbuckets; did you mean s3:ListBucket?"],
    ["dynamodb:Qeury", "there is no action dynamodb:Qeury; did you mean dynamodb:Query?"],
    ["s3:Gte*", '"s3:Gte*" means no action of s3; did you mean s3:Get*?'],
    ["s3:Delte*", '"s3:Delte*" means no action of s3; did you mean s3:Delete*?'],
    ["s3:Frobnicate", "there is no action s3:Frobnicate"],
    ["s3:*Objct", '"s3:*Objct" means no action of s3'],
    [
      "postern:GetCredential",
      "there is no action postern:GetCredential; did you mean postern:GetCredentials?",
    ],
    // It gives credentials too.
    ["postern:*", '"postern:*" means no action of postern'],
    // AWS gives credentials for it; a wildcard of an allow never means that.
    ["s3:GetDataAcc*", '"s3:GetDataAcc*" means no action of s3'],
  ])("is refused: %s", (action, message) => {
    expect(unknownActions(allowing("s3:GetObject", action), book)).toEqual([
      { path: ["allow", 1], message: expect.stringContaining(message) as string },
    ]);
  });

  it.each([
    "s3:getobject",
    "s3:GETOBJECT",
    "*",
    "s3:*",
    "s3:Get?bject",
    "s3:GetDataAccess",
    "postern:GetCredentials",
    "sqs:SendMesage",
  ])("is not %s", (action) => {
    expect(unknownActions(allowing(action), book)).toEqual([]);
  });

  it("is refused in a deny too, which would deny nothing", () => {
    expect(unknownActions(denying("s3:DeletObject"), book)).toMatchObject([{ path: ["deny", 0] }]);
    expect(unknownActions(denying("s3:GetDataAcc*"), book)).toEqual([]);
  });

  it("is nobody's to tell where the service is not known", () => {
    expect(unknownActions(allowing("s3:GetObjct"), openActionBook([]))).toEqual([]);
  });
});

const idle = (rule: RuleDocument, changes: object = {}) =>
  idleActions(rule, book, { ...names, ...changes }).map(({ message }) => message);
const UNASKED = KNOWN.find(({ asked }) => !asked)?.action ?? "";
const session = { role: roleArn("a"), credentials: "service" };

describe("an action that no request needs", () => {
  it("is of a service without an upstream", () => {
    expect(idle(allowing("sqs:SendMessage"))).toEqual([
      "no upstream is of the service sqs, so no request needs it",
    ]);
    expect(idle(denying("sqs:*"))).toHaveLength(1);
    expect(idle(allowing("dynamdb:GetItem"))).toEqual([
      "no upstream is of a service dynamdb; did you mean dynamodb?",
    ]);
    expect(idle(allowing("sqs:SendMessage"), { moreActions: true })).toEqual([]);
  });

  it("is one that Postern reads no request for, in an allow", () => {
    expect(idle(allowing(UNASKED, "s3:GetObject"))).toEqual([
      `no request that Postern reads needs ${UNASKED}: the rule allows nothing by it`,
    ]);
    expect(idle(denying(UNASKED))).toEqual([]);
    expect(idle(allowing("*", "s3:*", "s3:Get*"))).toEqual([]);
    expect(idle(allowing("postern:GetCredentials"))).toEqual([]);
  });

  it("may be for AWS, where a session policy is made from the rule", () => {
    expect(idle(anAllow("a", { ...session, allow: ["kms:Decrypt", UNASKED] }))).toEqual([]);
    expect(idle(anAllow("a", { ...session, allow: ["dynamdb:GetItem"] }))).toHaveLength(1);
  });

  it("is nobody's to tell where nothing is known", () => {
    expect(idleActions(allowing("sqs:SendMessage"), openActionBook([]), NAMES)).toEqual([]);
  });
});
