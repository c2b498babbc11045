import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "@cdktf/hcl2json";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { type LocalAws, startLocalAws } from "../../src/local/aws.ts";
import { readWorld } from "../../src/local/parse-world.ts";
import type { Role, World } from "../../src/local/world.ts";
import { startAwsCli } from "../support/aws-cli.ts";
import { blocksOf, pageText } from "../support/doc-pages.ts";
import { findAwsCli } from "../support/found-clients.ts";
import { freePort } from "../support/free-port.ts";
import { type ClientRun, runClient } from "../support/run-client.ts";
import { NO_TERRAFORM, openModule } from "../support/terraform.ts";

const ROOT = join(import.meta.dirname, "../..");
const POSTERN = join(ROOT, "bin/postern.js");
const TEXT = pageText("quick-start.md");
const WORLD = parseYaml(readFileSync(join(ROOT, "config/local-world.yaml"), "utf8")) as World;
const REPORT = "Third quarter: revenue 4.2 million, up 7 percent.\n";
const NO_CLI =
  spawnSync("aws", ["--version"]).status === 0
    ? undefined
    : "no aws is on the path, so nobody signs in by it";

/** The blocks of shell commands below a title. */
function commandsOf(title: string): readonly string[] {
  const section = TEXT.split(/^## /m).find((one) => one.startsWith(`${title}\n`)) ?? "";
  return blocksOf(section, "sh");
}

/** A `postern.yaml` of the page, and the role that its callers get at AWS. */
interface Way {
  readonly yaml: string;
  readonly role: Role;
}

/** The configuration as it stands on the page, with a role that the world has. */
function byHand(): Way {
  const [yaml = ""] = blocksOf(TEXT, "yaml");
  const analyst = WORLD.roles.find(({ name }) => name === "analyst");
  const policies = [policyOf(["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::example-reports/*"])];
  return { yaml, role: { ...(analyst as Role), policies } };
}

const policyOf = (Action: readonly string[], Resource: readonly string[]): object => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action, Resource }],
});

/** What the module makes of the page's `main.tf`. */
async function byTerraform(): Promise<Way> {
  const [hcl = ""] = blocksOf(TEXT, "hcl");
  const { module } = (await parse("main.tf", hcl)) as {
    readonly module: { readonly postern: readonly [Readonly<Record<string, unknown>>] };
  };
  const { source: _source, ...variables } = module.postern[0];
  const opened = await openModule();
  const { posternYaml, trust, policies } = opened.evaluate(variables);
  opened.close();
  const [name = ""] = /(?<=:role\/)\S+/.exec(posternYaml) ?? [];
  const end = "group-analysts";
  const text = JSON.stringify({ name, trust: trust[end], policies: [policies[end]] });
  return { yaml: posternYaml, role: JSON.parse(asHere(text)) as Role };
}

/** With the stand-in's ids in place of those of the page. */
function asHere(text: string): string {
  return text
    .replaceAll(/eu-central-1_\w+/g, "us-east-1_LOCAL")
    .replaceAll("3n4b5urk1ft4fl3mg5e62d9ado", "web")
    .replaceAll("eu-central-1", "us-east-1");
}

/** The shipped world with this role for analysts, and the page's bucket. */
function worldWith(role: Role): World {
  const arn = `arn:aws:iam::123456789012:role/${role.name}`;
  const { userPool, identityPools, roles, buckets } = WORLD;
  const groups = userPool.groups.map((group) =>
    group.name === "analysts" ? { ...group, role: arn } : group,
  );
  return readWorld(
    JSON.stringify({
      ...WORLD,
      userPool: { ...userPool, groups },
      // As the module maps them.
      identityPools: identityPools.map((pool) => ({ ...pool, principalTags: { sub: "sub" } })),
      roles: [...roles.filter(({ name }) => name !== role.name), role],
      buckets: { ...buckets, "example-reports": { "q3.txt": REPORT } },
    }),
  );
}

describe.each([
  ["a user pool that is there", undefined, () => Promise.resolve(byHand())],
  ["Terraform", NO_TERRAFORM, byTerraform],
] as const)("docs/quick-start.md, with %s", (_, missing, way) => {
  let folder: string;
  let aws: LocalAws;
  let postern: ChildProcess | undefined;
  let ports: readonly number[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "postern-quick-start-"));
    if (missing !== undefined) return;
    const { yaml, role } = await way();
    aws = await startLocalAws({ world: worldWith(role), address: { host: "127.0.0.1", port: 0 } });
    ports = [await freePort(), await freePort(), await freePort()];
    const [listen, probes, operator] = ports.map((port) => `{ address: "127.0.0.1:${port}" }`);
    const own = `listen: ${listen}\nprobes: ${probes}\noperator: ${operator}\n`;
    const endpoint = `endpoint: "http://127.0.0.1:${aws.port}"`;
    writeFileSync(
      join(folder, "postern.yaml"),
      own + asHere(yaml).replace(/^aws: \{/m, `aws: { ${endpoint},`),
    );
  });
  afterAll(async () => {
    if (postern !== undefined && postern.exitCode === null) {
      postern.kill("SIGTERM");
      await once(postern, "exit");
    }
    await aws?.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs a block of the page. */
  async function run(block: string): Promise<ClientRun> {
    const [listen, , operator] = ports;
    const text = block
      .replaceAll("http://127.0.0.1:4480", `http://127.0.0.1:${listen}`)
      .replaceAll("npx postern", `${process.execPath} ${POSTERN}`)
      .replaceAll("aws cognito-idp", `aws --endpoint-url http://127.0.0.1:${aws.port} cognito-idp`);
    const env = {
      CLIENT: "web",
      EMAIL: "analyst",
      PASSWORD: "Postern-1!",
      POSTERN_PORT: String(listen),
      POSTERN_OPERATOR_PORT: String(operator),
    };
    return runClient("sh", ["-ec", text], { env, folder });
  }

  const [check = "", serve = ""] = commandsOf("Check and serve");
  const [signIn = "", look = "", cli = ""] = commandsOf("Sign in and ask");
  /** Its last command says no, and the shell would end with that. */
  const looked = look.replace(/(?=\n$)/, " || echo EXIT $?");

  it("is good", async ({ skip }) => {
    skip(missing !== undefined, missing);
    const { code, out, err } = await run(check);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.toString()).toMatch(/: good: 1 rule, 1 upstream\n$/);
  });

  it("serves", async ({ skip }) => {
    skip(missing !== undefined, missing);
    const [, ...args] = serve.trim().split(" ");
    expect(args).toEqual(["postern", "serve"]);
    postern = spawn(process.execPath, [POSTERN, "serve"], { cwd: folder, stdio: "ignore" });
    while (!(await isReady(ports[1] ?? 0))) {
      expect(postern.exitCode).toBeNull();
      await sleep(20);
    }
  });

  it("answers the first request, and says why it refuses the second", async ({ skip }) => {
    skip(missing !== undefined || NO_CLI !== undefined, missing ?? NO_CLI);
    const { code, out, err } = await run(`${signIn}echo ----\n${looked}echo ----\n${cli}`);
    expect(`${code}: ${err}`).toMatch(/^0: /);
    const [first, second, third] = out.toString().split("----\n");
    expect(first).toMatch(/^HTTP\/1.1 200 /);
    expect(first?.endsWith(REPORT)).toBe(true);
    expect(second).toContain("x-postern-reason: denied-no-rule");
    expect(second).toContain("s3:DeleteObject");
    expect(second).toContain("EXIT 1");
    expect(third).toBe(REPORT);
  });
});

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
  return answer?.ok === true;
}

describe("docs/quick-start.md", () => {
  const asked = [...commandsOf("With Terraform"), ...commandsOf("With a user pool that is there")]
    .join("")
    .split("\n")
    .filter((line) => line.startsWith("aws "));
  const [python] = findAwsCli();
  const cli = python && startAwsCli(python.path);
  afterAll(() => cli?.close());

  it("has commands for who signs in, and for what is there", () => {
    expect(asked).toHaveLength(8);
  });

  it.for(asked)("has commands that the AWS CLI understands: %s", async (line, { skip }) => {
    if (cli === undefined) {
      skip("no python3 on the path has the AWS CLI");
      return;
    }
    const words = line.replaceAll(/"?\$(?<name>\w+)"?/g, (_, name: string) => GIVEN[name] ?? "").split(" ");
    const nowhere = ["--endpoint-url", `http://127.0.0.1:${await freePort()}`];
    const { err } = await cli.run([...words.slice(1), ...nowhere], { env: GIVEN, folder: tmpdir() });
    // It came as far as to call, and there was nobody.
    expect(err).toContain("Could not connect to the endpoint URL");
  });
});

/** What the shell, and the CLI, have from before. */
const GIVEN: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: "any",
  AWS_SECRET_ACCESS_KEY: "any",
  AWS_MAX_ATTEMPTS: "1",
  POOL: "us-east-1_LOCAL",
  IDENTITY_POOL: "us-east-1:00000000-0000-4000-8000-000000000001",
  EMAIL: "ada@example.com",
  PASSWORD: "A-long-passw0rd",
};
