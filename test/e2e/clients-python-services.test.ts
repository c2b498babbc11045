import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AwsCli, startAwsCli } from "../support/aws-cli.ts";
import { type ClientStack, SCHEMES, startClientStack } from "../support/client-stack.ts";
import { findAwsCli, findBoto3, type FoundClient } from "../support/found-clients.ts";
import { type ClientRun, runClient } from "../support/run-client.ts";

const SCRIPT = join(import.meta.dirname, "../support/python/services.py");
/** For all that the clients do in one go, on a busy machine too. */
const MAX_MS = 180_000;
const pythons = findBoto3();
const clis = findAwsCli();
const found = [...pythons, ...clis];

const versions = found.map(({ version }) => version).join(", ");
it.skipIf(found.length === 0)(
  versions === "" ? "no python3 on the path has boto3 or the AWS CLI, so neither is tried" : versions,
  () => {
    expect(found.length).toBeGreaterThan(0);
  },
);

/** Upstreams for clients that speak to SQS and CloudWatch by the query protocol, as all did for long. */
const withQuery = (yaml: string): string =>
  ["sqs", "monitoring"].reduce(
    (changed, service) =>
      changed.replace(
        `\n  ${service}: {`,
        `\n  ${service}-query: { service: ${service}, protocol: query, match: { pathPrefix: /${service}-query } }$&`,
      ),
    yaml,
  );

describe.each(found.length === 0 ? [] : SCHEMES)("the rest of AWS over %s", (scheme) => {
  let stack: ClientStack;

  beforeAll(async () => {
    stack = await startClientStack(scheme, { config: withQuery });
  });
  afterAll(() => stack.close());

  describe.each(pythons)("by $version", ({ version, path }) => {
    let came: Readonly<Record<string, string>>;

    beforeAll(async () => {
      const { endpoint, caFile, aws, tokenOf } = stack;
      const [admin, analyst] = await Promise.all([tokenOf("admin"), tokenOf("analyst")]);
      const claims = { username: "analyst", clientId: "web", lifetimeMs: -1000 } as const;
      const expired = await aws.identity.tokens.issueIdToken(claims);
      const asked = { endpoint, caFile, tokens: { admin, analyst, expired } };
      const { out, err, code } = await runClient(path, [SCRIPT], { stdin: JSON.stringify(asked) });
      expect({ code, err }, version).toMatchObject({ code: 0 });
      came = JSON.parse(out.toString()) as typeof came;
    }, MAX_MS);

    const steps = [...readFileSync(SCRIPT, "utf8").matchAll(/^@step\ndef (\w+)\(/gm)];
    it.each(steps.map(([, name = ""]) => name))("%s", (name) => {
      expect(came[name]).toBe("ok");
    });
  });

  describe.each(clis)("by $version", ({ version, path }: FoundClient) => {
    const folder = mkdtempSync(join(tmpdir(), "postern-cli-"));
    let cli: AwsCli;

    beforeAll(() => {
      cli = startAwsCli(path);
    });
    afterAll(async () => {
      await cli.close();
      rmSync(folder, { recursive: true });
    });

    async function aws(user: string, ...args: readonly string[]): Promise<ClientRun> {
      // Version 2 speaks to SQS by the query protocol until 2.13.
      const isOld = version.startsWith("awscli 2.9.") && args[0] === "sqs";
      const endpoint = `${stack.endpoint}${isOld ? "/sqs-query" : ""}`;
      const env = {
        ...(stack.caFile !== undefined && { AWS_CA_BUNDLE: stack.caFile }),
        AWS_ACCESS_KEY_ID: "any",
        AWS_SECRET_ACCESS_KEY: "any",
        AWS_SESSION_TOKEN: await stack.tokenOf(user),
      };
      return cli.run(["--endpoint-url", endpoint, "--output", "json", ...args], { env, folder });
    }

    async function done(...args: readonly string[]): Promise<Readonly<Record<string, string>>> {
      const { code, out, err } = await aws("analyst", ...args);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      return JSON.parse(out.toString()) as Record<string, string>;
    }

    const url = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs";
    const topic = "arn:aws:sns:us-east-1:123456789012:news";
    const machine = "arn:aws:states:us-east-1:123456789012:stateMachine:nightly";

    it("sends, publishes, starts and asks who it is", async () => {
      const sent = await done(
        "sqs",
        "send-message",
        "--queue-url",
        url,
        "--message-body",
        "a+b & gr\u00fc\u00dfe",
      );
      expect(sent["MessageId"]).toMatch(/./);
      const published = await done(
        "sns",
        "publish",
        "--topic-arn",
        topic,
        "--message",
        "a+b & gr\u00fc\u00dfe",
      );
      expect(published["MessageId"]).toMatch(/./);
      const started = await done("stepfunctions", "start-execution", "--state-machine-arn", machine);
      expect(started["executionArn"]).toContain(":execution:nightly:");
      expect((await done("sts", "get-caller-identity"))["Arn"]).toContain(":assumed-role/analyst/");
    });

    it("invokes a function", async () => {
      const payload = Buffer.from('{"width":100}');
      // Version 2 takes base64, version 1 what it is.
      const given = (version.startsWith("awscli 1.") ? payload : payload.toString("base64")).toString();
      const answer = await done("lambda", "invoke", "--function-name", "resize", "--payload", given, "out");
      expect(answer).toMatchObject({ StatusCode: 200 });
      expect(readFileSync(join(folder, "out"))).toEqual(payload);
    });

    it("says of each what was refused", async () => {
      const denied = [
        ["sqs", "purge-queue", "--queue-url", url],
        ["sns", "delete-topic", "--topic-arn", topic],
        ["stepfunctions", "delete-state-machine", "--state-machine-arn", machine],
        ["sts", "get-session-token"],
        ["lambda", "delete-function", "--function-name", "resize"],
      ];
      for (const args of denied) {
        const { code, err } = await aws("analyst", ...args);
        expect(code).toBe(version.startsWith("awscli 1.") ? 255 : 254);
        expect(err).toMatch(
          /\((?:AccessDenied(?:Exception)?|AuthorizationError)\) when calling the \w+ operation: No rule allows/,
        );
      }
    });
  });
});
