import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClientStack, SCHEMES, startClientStack } from "../support/client-stack.ts";
import { findBoto3, type FoundClient } from "../support/found-clients.ts";
import { HOSTILE_KEYS } from "../support/hostile-keys.ts";
import { runClient } from "../support/run-client.ts";

const SCRIPTS = join(import.meta.dirname, "../support/python");
/** For all that the scripts do in one go, on a busy machine too. */
const MAX_MS = 180_000;
const pythons = findBoto3();

/** The steps of a script, by name. */
function stepsOf(script: string): readonly string[] {
  const text = readFileSync(join(SCRIPTS, script), "utf8");
  return [...text.matchAll(/^@step\ndef (\w+)\(/gm)].map(([, name = ""]) => name);
}

const SCRIPT_NAMES = ["s3.py", "dynamodb.py"] as const;

/** What came of each step: `ok`, or the trace of what went wrong. */
type Came = Readonly<Record<string, string>>;

const versions = pythons.map(({ version }) => version).join(" and ");
it.skipIf(pythons.length === 0)(
  versions === "" ? "no python3 on the path has boto3, so it is not tried" : versions,
  () => {
    expect(pythons.length).toBeGreaterThan(0);
  },
);

describe.each(pythons.length === 0 ? [] : SCHEMES)("an unmodified boto3 over %s", (scheme) => {
  let stack: ClientStack;
  const came = new Map<string, Promise<Came>>();

  beforeAll(async () => {
    stack = await startClientStack(scheme);
    const [admin, analyst] = await Promise.all([stack.tokenOf("admin"), stack.tokenOf("analyst")]);
    for (const python of pythons)
      for (const script of SCRIPT_NAMES)
        came.set(`${python.version} ${script}`, runScript(python, script, { admin, analyst }));
    await Promise.all(came.values());
  }, MAX_MS);
  afterAll(() => stack?.close());

  async function runScript({ path, version }: FoundClient, script: string, tokens: object): Promise<Came> {
    const { endpoint, hostEndpoint, caFile } = stack;
    // TLS changes nothing of a key: some are enough there.
    const keys = HOSTILE_KEYS.filter((_, i) => scheme === "http" || i % 4 === 0);
    const own = version.replace(/[ .]/g, "-");
    const asked = { endpoint, hostEndpoint, caFile, tokens, keys, bucket: own, owner: own };
    const { out, err, code } = await runClient(path, [join(SCRIPTS, script)], {
      stdin: JSON.stringify(asked),
    });
    expect({ code, err }).toMatchObject({ code: 0 });
    return JSON.parse(out.toString()) as Came;
  }

  describe.each(pythons)("as $version", ({ version }) => {
    describe.each(SCRIPT_NAMES)("%s", (script) => {
      it.each(stepsOf(script))("%s", async (step) => {
        expect((await came.get(`${version} ${script}`))?.[step]).toBe("ok");
      });
    });
  });
});
