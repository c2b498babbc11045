import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createReloader } from "../../src/cli/reloader.ts";
import { loadWhole } from "../../src/config/load-whole.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { DOCUMENT } from "../config/reading.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-reloader-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs with one text and then reloads the others, in turn: the lines of the log. */
async function reloaded(first: object, ...others: readonly object[]) {
  const path = join(folder, "postern.yaml");
  writeFileSync(path, JSON.stringify({ ...DOCUMENT, ...first }));
  const { reading, references } = loadWhole(path, {}, Date.now);
  if (reading.config === undefined) throw new Error(JSON.stringify(reading.problems));
  const lines: string[] = [];
  const log = createLog(reading.config.log, { write: (line) => void lines.push(line) });
  const sidecar = {
    reload: ({ config }: { readonly config: typeof reading.config }) => {
      log.adopt(config.log);
      return Promise.resolve(undefined);
    },
    reloadFailed: () => {},
  };
  const loaded = { ...reading, path, references };
  const reload = createReloader({ loaded, env: {}, sidecar, log, allowRecord: false });
  for (const sections of others) {
    writeFileSync(path, JSON.stringify({ ...DOCUMENT, ...sections }));
    await reload(false);
  }
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const CHAINED = { auditChain: true, level: "warn" };

it.each([{ ...CHAINED, audit: false }, { ...CHAINED, level: "silent" }, {}])(
  "a reload that takes the audit or its chain away is the last line of it, and says what is logged from then on: %j",
  async (away) => {
    const [off, on] = await reloaded({ log: CHAINED }, { log: away }, { log: CHAINED });
    expect(off).toMatchObject({ audit: "reload", seq: 1, log: { requests: "all", ...away } });
    expect(on).toMatchObject({ audit: "reload", seq: 1, log: CHAINED });
    expect(on?.["chainStart"]).not.toBe(off?.["chainStart"]);
  },
);

it("a reload that leaves the log as it is says nothing of it", async () => {
  const lines = await reloaded({ log: CHAINED }, { log: CHAINED, limits: { inFlight: 10 } });
  expect(lines).toMatchObject([{ audit: "reload", seq: 1 }]);
  expect(lines[0]).not.toHaveProperty("log");
});
