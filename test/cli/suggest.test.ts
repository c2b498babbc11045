import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { withLastWords } from "../../src/cli/last-words.ts";
import { suggest } from "../../src/cli/suggest.ts";
import { RECORDED } from "../../src/policy/record.ts";
import { recordedOf } from "../../src/sidecar/recorded.ts";
import { createObserved } from "../../src/telemetry/observed.ts";
import type { Outcome } from "../../src/telemetry/outcome.ts";
import { outcomeOf } from "../telemetry/outcomes.ts";
import { listening, type Spoken } from "./spoken.ts";

const ROLE = "arn:aws:iam::123456789012:role/analyst";
const RULE = { name: "analysts read reports", who: { groups: ["analysts"] }, role: ROLE };
const RULES = [{ ...RULE, allow: ["s3:*"], on: ["*"] }];
const WRITE: Partial<Outcome> = {
  rule: RECORDED,
  role: "pool",
  assumedRole: undefined,
  requirements: [{ action: "s3:PutObject", resource: "arn:aws:s3:::home/\u001b[2J" }],
};

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** An operator's port on which these outcomes were recorded, until a minute from now or before. */
async function recorded(outcomes: readonly Partial<Outcome>[], leftMs = 60_000): Promise<string> {
  const observed = createObserved(() => 0);
  for (const changes of outcomes) observed.record(outcomeOf(changes));
  const policy = { rules: RULES, written: RULES, issuers: ["local"] };
  const mode = leftMs > 0 ? "record" : "enforce";
  const told = recordedOf({ observed, ...policy, mode, untilMs: leftMs });
  return answering(200, JSON.stringify(told));
}

async function answering(status: number, text: string): Promise<string> {
  server = createServer(({ url }, response) =>
    response.writeHead(url === "/recorded" ? status : 500).end(text),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  return String((server.address() as AddressInfo).port);
}

function suggesting(args: readonly string[], port = "1"): Promise<Spoken> {
  const env = { POSTERN_OPERATOR_PORT: port };
  return listening(() => withLastWords(() => suggest.run(args, env), env));
}

async function complaintAt(port: string, args: readonly string[] = []): Promise<string> {
  const { code, out, err } = await suggesting(args, port);
  expect([code, out]).toEqual([1, ""]);
  return err;
}

describe("postern suggest", () => {
  it("prints the rules that would allow what was recorded, as text that commands no terminal", async () => {
    const port = await recorded([{}, WRITE]);
    const { code, out, err } = await suggesting([], port);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(`    - name: "analysts: s3 home"\n      who: { groups: [ analysts ] }\n`);
    expect(out).toContain(String.raw`"arn:aws:s3:::home/\e[2J"`);
    expect(out).not.toContain("analysts read reports");
    expect(await suggesting(["--url", `http://127.0.0.1:${port}`])).toEqual({ code, out, err });
  });

  it("--all prints those that there are as well, narrowed", async () => {
    const { code, out } = await suggesting(["--all"], await recorded([{}, WRITE]));
    expect(code).toBe(0);
    expect(out).toContain("- name: analysts read reports\n");
    expect(out).toContain("allow: [ s3:GetObject ]\n");
  });

  it("--iam prints a policy for each role, or that of one, and its notes beside it", async () => {
    const port = await recorded([{}, WRITE]);
    const { out, err } = await suggesting(["--iam"], port);
    const all = JSON.parse(out) as Record<string, unknown>;
    expect(Object.keys(all)).toEqual([ROLE, "pool"]);
    expect(err).toContain(`# ${ROLE}: What machines and guests need is not in it.\n`);
    for (const name of ["analyst", ROLE]) {
      const one = await suggesting(["--iam", name], port);
      expect(JSON.parse(one.out)).toEqual(all[ROLE]);
      expect(one.err).not.toContain("pool");
    }
  });

  it("--json prints all that is known", async () => {
    const { out } = await suggesting(["--json"], await recorded([WRITE]));
    expect(JSON.parse(out)).toMatchObject({ mode: "record", forgotten: 0, uses: [{ times: 1 }] });
    expect(out).not.toContain("\u001b");
  });

  it("says so where the recording is over", async () => {
    const { code, err } = await suggesting([], await recorded([WRITE], 0));
    expect([code, err]).toEqual([
      0,
      "postern: recording ended at 1970-01-01T00:00:00.000Z; this is what it saw\n",
    ]);
  });
});

describe("postern suggest has nothing to say", () => {
  it("where nothing is recorded", async () => {
    const port = await answering(404, '{"message":"Nothing is recorded."}');
    expect(await complaintAt(port)).toBe(
      `postern: the Postern at http://127.0.0.1:${port} records nothing: its policy needs mode: record and an until, and "postern serve" needs --allow-record\n`,
    );
  });

  it("where nobody did anything yet", async () => {
    expect(await complaintAt(await recorded([]))).toContain("nothing was recorded yet");
  });

  it("where the rules allow all that was done", async () => {
    expect(await complaintAt(await recorded([{}]))).toContain("allowed by the rules that there are");
  });

  it("where a role was not used", async () => {
    const told = await complaintAt(await recorded([{}]), ["--iam", "lyst"]);
    expect(told).toContain(`nothing was done with the role lyst; there is ${ROLE}`);
  });

  it.each([
    [403, '{"message":"Not from here.\\u001b"}', String.raw`says: Not from here.\u001b`],
    [200, "<html>", "is not Postern's operator"],
    [200, '{"mode":"record"}', "is another version of Postern"],
  ])("where the answer is %i %s", async (status, text, complaint) => {
    expect(await complaintAt(await answering(status, text))).toContain(complaint);
  });

  it("where nothing answers", async () => {
    expect(await complaintAt("1")).toBe("postern: nothing answers at http://127.0.0.1:1\n");
  });
});

it.each([
  [["--all", "--iam"], "--all and --iam are two answers to one question"],
  [["analyst"], 'suggest does not know what to do with "analyst"'],
  [["--url", "http://example.com"], "--url http://example.com: "],
])("postern suggest %j is a misuse", async (args, complaint) => {
  const { code, err } = await suggesting(args);
  expect([code, err]).toEqual([64, expect.stringContaining(complaint)]);
});
