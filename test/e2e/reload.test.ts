import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ConfigMap, mountConfigMap } from "../support/config-map.ts";
import { roleArn } from "../support/own-rules.ts";
import { type Measured, scrape } from "../support/scrape.ts";
import { type Served, serve } from "../support/served.ts";
import { countsOf, type Stack, startStack } from "../support/stack.ts";

const DEV = readFileSync(join(import.meta.dirname, "../../config/dev.yaml"), "utf8");
const REPORT = "/s3/reports/q3.txt";

let stack: Stack;
let map: ConfigMap;

/** Starts with a configuration in a ConfigMap, which is followed. */
async function start(config: string = DEV): Promise<void> {
  tokens.clear();
  map = mountConfigMap({ "postern.yaml": config });
  stack = await startStack({ config: () => config });
  stack.follow(map.pathOf("postern.yaml"));
}
beforeEach(() => start());
afterEach(async () => {
  await stack.close();
  map.remove();
});

const metrics = (): Promise<Measured> => scrape(stack.ports.probes);
const taken = (): number => stack.logged().split("the configuration was reloaded").length - 1;
const refused = (): number => stack.logged().split("the configuration was not reloaded").length - 1;
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 5 });

/** Puts another configuration in place, and waits until it is taken over. */
async function change(config: string): Promise<void> {
  const before = taken();
  map.swap({ "postern.yaml": config });
  await eventually(() => expect(taken()).toBe(before + 1));
}
/** Puts one in place that cannot run, and waits until that is said. */
async function breakIt(config: string): Promise<void> {
  const before = refused();
  map.swap({ "postern.yaml": config });
  await eventually(() => expect(refused()).toBe(before + 1));
}
const tokens = new Map<string, string>();
/** One sign-in for each user of a stack: another would have credentials of its own. */
async function bearerOf(user: string): Promise<string> {
  const token = tokens.get(user) ?? (await stack.tokenOf(user));
  tokens.set(user, token);
  return `Bearer ${token}`;
}
async function status(user: string, method: string, path: string): Promise<number> {
  const authorization = await bearerOf(user);
  const answer = await fetch(`${stack.url}${path}`, { method, headers: { authorization } });
  await answer.arrayBuffer();
  return answer.status;
}

const withRule = (rule: string): string => DEV.replace("  rules:\n", `  rules:\n    - ${rule}\n`);
const NO_REPORTS = withRule(
  '{ name: no reports, deny: ["s3:GetObject"], on: ["arn:aws:s3:::reports/*"], who: { groups: [analysts] } }',
);

describe("a changed configuration", () => {
  it("is taken over without a restart, and a metric and the log say when", async () => {
    const startedAt = (await metrics())("postern_config_last_reload_success_timestamp_seconds");
    expect(await status("analyst", "GET", REPORT)).toBe(200);
    await change(NO_REPORTS);
    expect(await status("analyst", "GET", REPORT)).toBe(403);
    expect(stack.outcomes.at(-1)).toMatchObject({ reason: "denied-by-rule", rule: "no reports" });
    await change(DEV);
    expect(await status("analyst", "GET", REPORT)).toBe(200);
    const measured = await metrics();
    expect(measured("postern_config_last_reload_successful")).toBe(1);
    expect(measured("postern_config_last_reload_success_timestamp_seconds")).toBeGreaterThan(startedAt);
  });

  it("that cannot run changes nothing: the last good one stays, and a metric and the log say so", async () => {
    await change(NO_REPORTS);
    await breakIt(NO_REPORTS.replace("s3:GetObject", "s3:GetObjct"));
    expect(await status("analyst", "GET", REPORT)).toBe(403);
    expect((await metrics())("postern_config_last_reload_successful")).toBe(0);
    expect(stack.logged()).toMatch(/postern\.yaml:\d+:\d+: policy\.rules\.0\.deny\.0: /);
    await breakIt("policy: [");
    await breakIt(NO_REPORTS.replace("log:", "limits: { headers: 32KiB }\nlog:"));
    expect(stack.logged()).toContain("limits.headers: a new value needs a restart");
    expect(await status("analyst", "GET", REPORT)).toBe(403);
    await change(
      `${DEV}# and good again\n# with another rule\n`.replace("admins do anything", "admins do all"),
    );
    expect((await metrics())("postern_config_last_reload_successful")).toBe(1);
    expect(await status("admin", "GET", REPORT)).toBe(200);
    expect(stack.outcomes.at(-1)).toMatchObject({ rule: "admins do all" });
  });

  it("that says the same is no news", async () => {
    map.swap({ "postern.yaml": `${DEV}\n# a remark\n` });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect([taken(), refused()]).toEqual([0, 0]);
  });
});

const exchanges = (): number => countsOf(stack.aws)["cognito-identity:GetCredentialsForIdentity"] ?? 0;

describe("what is known outlives a change that is not about it", () => {
  it("credentials and verified tokens: nothing is exchanged and no key fetched again", async () => {
    expect(await status("analyst", "GET", REPORT)).toBe(200);
    const before = countsOf(stack.aws);
    await change(DEV.replace("admins do anything", "admins do all"));
    expect(await status("analyst", "GET", REPORT)).toBe(200);
    expect(countsOf(stack.aws)).toEqual({ ...before, "s3:GetObject": 2 });
  });

  it("but what came of a source, a role or an issuer that is gone is dropped", async () => {
    expect(await status("analyst", "GET", REPORT)).toBe(200);
    const before = exchanges();
    await change(DEV.replaceAll(roleArn("analyst"), roleArn("editor")));
    await change(DEV);
    expect(await status("analyst", "GET", REPORT)).toBe(200);
    expect(exchanges()).toBe(before + 1);
    await change(DEV.replaceAll("  pool: {", "  other: {"));
    await change(DEV);
    expect(await status("analyst", "GET", REPORT)).toBe(200);
    expect(exchanges()).toBe(before + 2);
  });
});

/** Sends 2 MiB that are held, and gives the reason of a refusal. */
async function sendTwoMebibytes(): Promise<string | null> {
  const headers = {
    authorization: await bearerOf("admin"),
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "DynamoDB_20120810.ListTables",
  };
  const body = `{}${" ".repeat(2 * 1024 * 1024)}`;
  const answer = await fetch(`${stack.url}/dynamodb/`, { method: "POST", headers, body });
  await answer.arrayBuffer();
  return answer.headers.get("x-postern-reason");
}

it("a change of how much of all bodies may be held counts from then on", async () => {
  expect(await sendTwoMebibytes()).toBeNull();
  await change(`${DEV}\nlimits: { bufferedBody: 1MiB }\n`);
  expect(await sendTwoMebibytes()).toBe("body-too-large");
  await change(DEV);
  expect(await sendTwoMebibytes()).toBeNull();
});

/** The development rules, two of them named for a version. */
const versioned = (version: number): string =>
  DEV.replace("analysts read reports", `analysts read reports ${version}`).replace(
    "everyone has a home",
    `everyone has a home ${version}`,
  );

describe("50 changes under load, one in five of which cannot run", () => {
  it(
    "fail no request and let none be decided by rules that were not in force",
    { timeout: 120_000 },
    async () => {
      const tokens = { analyst: await stack.tokenOf("analyst"), member: await stack.tokenOf("member") };
      const mine = "/s3/home/00000000-aaaa-4000-8000-000000000004/notes.txt";
      const asked = [
        {
          user: "analyst",
          method: "GET",
          path: REPORT,
          expected: 200,
          rule: /^analysts read reports( \d+)?$/,
        },
        { user: "analyst", method: "DELETE", path: REPORT, expected: 403, rule: /^undefined$/ },
        { user: "member", method: "GET", path: mine, expected: 200, rule: /^everyone has a home( \d+)?$/ },
      ] as const;
      /** Versions that may decide: the last that was taken over, and one that is being. */
      let [oldest, newest] = [0, 0];
      const over = new AbortController();
      let served = 0;
      const wrong: string[] = [];
      const load = async (offset: number): Promise<void> => {
        for (let i = offset; !over.signal.aborted; i++) {
          const { user, method, path, expected, rule } = asked[i % asked.length] ?? asked[0];
          const from = oldest;
          const answer = await fetch(`${stack.url}${path}`, {
            method,
            headers: { authorization: `Bearer ${tokens[user]}` },
          });
          await answer.arrayBuffer();
          const id = answer.headers.get("x-postern-request-id");
          const outcome = stack.outcomes.findLast(({ requestId }) => requestId === id);
          const decidedBy = String(outcome?.rule);
          const version = Number(/\d+$/.exec(decidedBy)?.[0] ?? (expected === 403 ? from : 0));
          const isRight =
            answer.status === expected && rule.test(decidedBy) && version >= from && version <= newest;
          if (!isRight)
            wrong.push(`${user} ${method}: ${answer.status} by ${decidedBy}, not of ${from}-${newest}`);
          served++;
        }
      };
      const loads = [0, 1, 2, 3, 4, 5].map(load);
      for (let i = 1; i <= 50; i++) {
        if (i % 5 === 0) {
          await breakIt(versioned(i).replace("role: pool", "role: nobody"));
          continue;
        }
        newest = i;
        await change(versioned(i));
        oldest = i;
      }
      over.abort();
      await Promise.all(loads);
      expect(wrong).toEqual([]);
      expect([taken(), refused()]).toEqual([40, 10]);
      expect(served).toBeGreaterThan(500);
      expect(countsOf(stack.aws)["cognito-identity:GetCredentialsForIdentity"]).toBe(2);
    },
  );
});

/** Begins to send an object of six bytes. */
async function beginUpload() {
  const upload = request(`${stack.url}/s3/reports/slow.txt`, {
    method: "PUT",
    headers: { authorization: await bearerOf("admin"), "content-length": "6" },
  });
  const answered = once(upload, "response") as Promise<[IncomingMessage]>;
  upload.write("one");
  await eventually(() => expect(countsOf(stack.aws)["s3:PutObject"]).toBe(1));
  return async (): Promise<number | undefined> => {
    upload.end("two");
    const [{ statusCode }] = await answered;
    return statusCode;
  };
}

describe("what is under way ends as it began", () => {
  it.each([
    ["the upstream is gone", DEV.replace(/^  s3: .*\n/m, "")],
    ["a rule denies it", withRule('{ name: no writes, deny: ["s3:Put*"] }')],
    ["no token is accepted any more", DEV.replace("clientIds: [web, service]", "clientIds: [other]")],
  ])("an upload goes on though %s by then", async (_what, config) => {
    const finish = await beginUpload();
    await change(config);
    expect(await status("admin", "PUT", "/s3/reports/other.txt")).toBeGreaterThanOrEqual(400);
    expect(await finish()).toBe(200);
  });
});

/** With every line of the log. */
const telling = (config: string): string => config.replace("level: warn", "level: info");

describe("postern serve", () => {
  let served: Served;
  afterEach(() => served.stop());
  const begin = async (config: string, options?: readonly string[]): Promise<void> => {
    served = await serve(stack.aws.port, () => telling(config), options);
  };
  const replace = (config: string): void => writeFileSync(served.file, telling(config));
  const said = (words: string): number => served.said().split(words).length - 1;

  it("follows its file, takes it anew at SIGHUP, and ends well at SIGTERM", async () => {
    await begin(DEV);
    replace(NO_REPORTS);
    await eventually(() => expect(said("the configuration was reloaded")).toBe(1));
    const authorization = await bearerOf("analyst");
    const answer = await fetch(`${served.url}${REPORT}`, { headers: { authorization } });
    expect([answer.status, answer.headers.get("x-postern-reason")]).toEqual([403, "denied-by-rule"]);
    replace("");
    await eventually(() => expect(said("the configuration was not reloaded")).toBe(1));
    replace(`${NO_REPORTS}\nlimits: { inFlight: 99 }\n`);
    await eventually(() => expect(said("the configuration was reloaded")).toBe(2));
    served.signal("SIGHUP");
    await eventually(() => expect(said("the configuration was reloaded")).toBe(3));
    await served.stop();
  });

  it("records only where its command line allows it, after a reload too", async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const recording = DEV.replace("policy:\n", `policy:\n  mode: record\n  until: ${until}\n`);
    await expect(begin(recording)).rejects.toThrow("--allow-record");
    await begin(DEV);
    replace(recording);
    await eventually(() => expect(said("starts Postern with --allow-record")).toBe(1));
    expect((await served.measured())('postern_policy_mode{mode="record"}')).toBe(0);
    await served.stop();
    await begin(recording, ["--allow-record"]);
    await eventually(() => expect(said("record mode is on")).toBe(1));
    const measured = await served.measured();
    expect(measured('postern_policy_mode{mode="record"}')).toBe(1);
    expect(measured('postern_policy_mode{mode="enforce"}')).toBe(0);
  });
});
