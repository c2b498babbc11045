import { describe, expect, it } from "vitest";
import { chooseRole } from "../../../src/local/identity/role-choice.ts";
import { ROLE_CASES } from "../../support/role-cases.ts";

describe("the role that the stand-in's identity pool chooses", () => {
  it.each(ROLE_CASES.map((one) => [one.name, one] as const))("%s", (_name, { asked, answer }) => {
    expect(chooseRole(asked)).toEqual(answer);
  });
});
