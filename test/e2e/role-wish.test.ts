import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.ts";

const ROLE = "arn:aws:iam::123456789012:role/";
const EDITOR = "00000000-aaaa-4000-8000-000000000003";

describe("S2.2 the wish for a role, X-Postern-Role", () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack();
  });

  afterAll(() => stack.close());

  const read = async (user: string, path: string, role: string): Promise<Response> => {
    const authorization = `Bearer ${await stack.tokenOf(user)}`;
    return fetch(`${stack.url}/s3/${path}`, { headers: { authorization, "x-postern-role": role } });
  };

  it("is granted where the rule leaves the role to the pool and the token grants it", async () => {
    // IAM refuses the object to the role analyst, and says to whom: the wished role, proved by the answer itself.
    const answer = await read("editor", `home/${EDITOR}/x.txt`, `${ROLE}analyst`);
    expect(await answer.text()).toContain("assumed-role/analyst/");
  });

  it("is refused where the token does not grant it", async () => {
    const answer = await read(
      "member",
      "home/00000000-aaaa-4000-8000-000000000004/notes.txt",
      `${ROLE}admin`,
    );
    expect([answer.status, answer.headers.get("x-postern-reason")]).toEqual([403, "role-not-granted"]);
  });

  it("is refused where no rule decides, as on whoami", async () => {
    const authorization = `Bearer ${await stack.tokenOf("editor")}`;
    const headers = { authorization, "x-postern-role": `${ROLE}analyst` };
    const answer = await fetch(`${stack.url}/.postern/whoami`, { headers });
    expect([answer.status, answer.headers.get("x-postern-reason")]).toEqual([403, "role-not-granted"]);
  });

  it("is refused where the rule names the role, even the same one", async () => {
    const answer = await read("analyst", "reports/q3.txt", `${ROLE}analyst`);
    expect([answer.status, answer.headers.get("x-postern-reason")]).toEqual([403, "role-not-granted"]);
  });
});
