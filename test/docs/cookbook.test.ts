import { describe, expect, it } from "vitest";
import { questionOf } from "../../src/cli/case-question.ts";
import { type Came, cameOf } from "../../src/cli/case-result.ts";
import { type Case, readCases } from "../../src/config/cases.ts";
import { asMap } from "../../src/config/draft.ts";
import type { Config } from "../../src/config/schema.ts";
import { decideIam } from "../../src/local/iam/decide.ts";
import { compilePolicy } from "../../src/local/iam/policy.ts";
import type { Explained } from "../../src/proxy/explain/question.ts";
import { createRehearsal } from "../../src/sidecar/rehearsal.ts";
import { blocksOf, configOf, documentsOf, pageText } from "../support/doc-pages.ts";

const NOW = Date.UTC(2026, 10, 22);
const [head = "", ...sections] = pageText("cookbook.md").split(/^## /m);
const [base = {}] = documentsOf(head);

/** What is asked by a case, with what came of it. */
interface Tried {
  readonly one: Case;
  readonly came: Came;
  readonly explained: Explained;
}

interface Recipe {
  readonly title: string;
  readonly document: unknown;
  readonly iam: unknown;
  readonly cases: readonly Case[];
}

function recipeOf(section: string): Recipe {
  const [own = {}] = documentsOf(section);
  const [, cases = ""] = blocksOf(section, "yaml");
  const [iam = ""] = blocksOf(section, "json");
  const upstreams = { ...asMap(base["upstreams"]), ...asMap(own["upstreams"]) };
  const { cases: read, problems } = readCases(cases);
  if (read === undefined) throw new Error(JSON.stringify(problems));
  return {
    title: /^.*/.exec(section)?.[0] ?? "",
    document: { ...base, ...own, upstreams },
    iam: JSON.parse(iam),
    cases: read.cases,
  };
}

async function triedOf({ cases }: Recipe, config: Config): Promise<readonly Tried[]> {
  const rehearse = createRehearsal(config, { now: () => NOW });
  return Promise.all(
    cases.map(async (one) => {
      const explained = await rehearse(questionOf(one, config));
      return { one, explained, came: cameOf(explained) };
    }),
  );
}

/** What AWS knows of a request besides what it is about: the caller's principal tags, and what a condition asks for. */
function contextOf({ caller, request, atMs = NOW }: Case) {
  const { sub = "", claims = {} } = typeof caller === "string" ? {} : caller;
  const query = new URL(request.target, "http://postern").searchParams;
  return {
    "aws:PrincipalTag/sub": sub,
    "aws:PrincipalTag/tenant": JSON.stringify(claims["custom:tenant"] ?? "").slice(1, -1),
    "aws:CurrentTime": new Date(atMs).toISOString(),
    "dynamodb:LeadingKeys": sub,
    "s3:prefix": query.get("prefix") ?? [],
    "s3:if-none-match": request.headers["If-None-Match"] ?? [],
  };
}

describe("docs/cookbook.md", () => {
  const recipes = sections.map(recipeOf);

  it("leads to its recipes, and to no others", () => {
    const links = [...head.matchAll(/^- \[(?<title>.*)\]\(#/gm)].map(({ groups }) => groups?.["title"]);
    expect(links).toEqual(recipes.map(({ title }) => title));
  });

  describe.each(recipes.map((recipe) => [recipe.title, recipe] as const))("%s", (title, recipe) => {
    const { config, said } = configOf(recipe.document);

    it("shows nothing that check finds fault with", () => {
      expect(said).toEqual([]);
    });

    it("has cases that hold and cases that do not, and all of them come as they say", async () => {
      const tried = await triedOf(recipe, config as Config);
      for (const { one, came } of tried) expect(came, one.request.target).toMatchObject(one.expected);
      const permits = tried.filter(({ came }) => came.verdict === "permit");
      expect(permits.length).toBeGreaterThanOrEqual(2);
      expect(tried.length - permits.length).toBeGreaterThanOrEqual(2);
    });

    it("has an IAM policy with which AWS allows what holds", async () => {
      const policies = { identityPolicies: [compilePolicy(recipe.iam)], sessionPolicies: [] };
      const tried = await triedOf(recipe, config as Config);
      const asked = tried
        .filter(({ came }) => came.verdict === "permit" && came.role !== OTHER_ROLES[title])
        .flatMap(({ one, explained }) =>
          (explained.operation?.requirements ?? []).map((need) => ({ ...need, context: contextOf(one) })),
        );
      expect(asked.length).toBeGreaterThan(0);
      for (const one of asked)
        expect([one.action, one.resource, decideIam(policies, one)]).toContain("allow");
    });
  });
});

/** A page shows one role's policy; what is done with another is not its affair. */
const OTHER_ROLES: Readonly<Record<string, string>> = {
  "An audit trail that is only written": "arn:aws:iam::123456789012:role/admin",
};
