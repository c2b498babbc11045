import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AwsCli, startAwsCli } from "../support/aws-cli.ts";
import { type ClientStack, SCHEMES, startClientStack } from "../support/client-stack.ts";
import { findAwsCli, type FoundClient } from "../support/found-clients.ts";
import type { ClientRun } from "../support/run-client.ts";

const MIB = 1024 * 1024;
/** For all that the CLIs do in one go, on a busy machine too. */
const MAX_MS = 180_000;
const clis = findAwsCli();

/** What `s3` exits with where one of its steps fails. */
const FAILED = 1;
/** What other commands exit with for an error that AWS answered. */
const refusedCodeOf = (version: string): number => (version.startsWith("awscli 1.") ? 255 : 254);

/** Keys that a file system holds as well. */
const FILES = [
  "a b/plus+percent%2F",
  "=@(1)!*'~;:,&$?#",
  "caf\u00e9/cafe\u0301",
  "full\u3000width \u{1f512}",
  'back\\slash"<>',
];
/** And those that none does. */
const KEYS = ["a//b %252F+%", "/leading \u00fc/trailing/"];

/** A CLI at work: its own bucket and folder, and a token in place of keys. */
interface Cli {
  readonly bucket: string;
  readonly folder: string;
  readonly refusedCode: number;
  readonly aws: (args: readonly string[], stdin?: string | Buffer) => Promise<ClientRun>;
  readonly awsAs: (user: "analyst" | "guest", args: readonly string[]) => Promise<ClientRun>;
}

async function startCli({ version }: FoundClient, { run }: AwsCli, stack: ClientStack): Promise<Cli> {
  const folder = mkdtempSync(join(tmpdir(), "postern-cli-"));
  const env = async (user: string): Promise<Record<string, string>> => ({
    ...(stack.caFile !== undefined && { AWS_CA_BUNDLE: stack.caFile }),
    AWS_ACCESS_KEY_ID: "any",
    AWS_SECRET_ACCESS_KEY: "any",
    AWS_SESSION_TOKEN: await stack.tokenOf(user),
  });
  const [own, analyst] = await Promise.all([env("admin"), env("analyst")]);
  const at = ["--endpoint-url", stack.endpoint, "--output", "json"];
  const asGuest = ["--no-sign-request", "--endpoint-url", `${stack.endpoint}/s3`];
  return {
    bucket: version.replace(/[ .]/g, "-"),
    folder,
    refusedCode: refusedCodeOf(version),
    aws: (args, stdin = "") => run([...at, ...args], { env: own, stdin, folder }),
    awsAs: (user, args) =>
      user === "guest"
        ? run([...asGuest, ...args], { folder })
        : run([...at, ...args], { env: analyst, folder }),
  };
}

/** What a command wrote that had to go well. */
async function done(run: Promise<ClientRun>): Promise<Buffer> {
  const { code, out, err } = await run;
  expect({ code, err }).toEqual({ code: 0, err: expect.not.stringContaining("rror") });
  return out;
}

const jsonOf = async <T>(run: Promise<ClientRun>): Promise<T> =>
  JSON.parse((await done(run)).toString()) as T;

/** Every file below a folder, by its relative name. */
function filesIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), readFileSync(path, "latin1")];
    }),
  );
}

/** Longer than what goes in one piece. */
const LARGE = 20 * MIB;
const SMALL = 70_000;

/** What is done by every CLI over every scheme. */
const TRANSFERS: Readonly<Record<string, (cli: Cli) => Promise<void>>> = {
  "makes its bucket": async ({ aws, bucket }) => void (await done(aws(["s3", "mb", `s3://${bucket}`]))),

  "copies a large file up and down in parts": async ({ aws, bucket, folder }) => {
    const bytes = randomBytes(LARGE);
    writeFileSync(join(folder, "large"), bytes);
    await done(aws(["s3", "cp", "large", `s3://${bucket}/large`]));
    await done(aws(["s3", "cp", `s3://${bucket}/large`, "down"]));
    expect(readFileSync(join(folder, "down")).equals(bytes)).toBe(true);
  },
};

/** What does not depend on the scheme. */
const WORK: typeof TRANSFERS = {
  "copies standard input up and down to standard output": async ({ aws, bucket, folder }) => {
    const bytes = randomBytes(SMALL);
    writeFileSync(join(folder, "small"), bytes);
    await done(aws(["s3", "cp", "-", `s3://${bucket}/piped`], bytes));
    expect((await done(aws(["s3", "cp", `s3://${bucket}/piped`, "-"]))).equals(bytes)).toBe(true);
  },

  "synchronises folders of hostile names": async ({ aws, bucket, folder }) => {
    const from = join(folder, "from");
    for (const name of FILES) {
      mkdirSync(join(from, name, ".."), { recursive: true });
      writeFileSync(join(from, name), `of ${name}`);
    }
    await done(aws(["s3", "sync", "from", `s3://${bucket}/sync dir`]));
    await done(aws(["s3", "sync", `s3://${bucket}/sync dir`, "to"]));
    expect(filesIn(join(folder, "to"))).toEqual(filesIn(from));
    const listed = await done(aws(["s3", "ls", "--recursive", `s3://${bucket}/sync dir/`]));
    for (const name of FILES) expect(listed.toString()).toContain(` sync dir/${name}\n`);
  },

  "moves and removes": async ({ aws, bucket }) => {
    await done(aws(["s3", "mv", `s3://${bucket}/large`, `s3://${bucket}/moved +`]));
    await done(aws(["s3", "rm", "--recursive", `s3://${bucket}/sync dir`]));
    const { Contents } = await jsonOf<{ Contents: { Key: string; Size: number }[] }>(
      aws(["s3api", "list-objects-v2", "--bucket", bucket, "--page-size", "2"]),
    );
    expect(Contents.map(({ Key }) => Key)).toEqual(["moved +", "piped"]);
    expect(Contents[0]?.Size).toBe(LARGE);
  },

  "does single calls with hostile keys": async ({ aws, bucket, folder }) => {
    for (const key of KEYS) {
      const place = ["--bucket", bucket, "--key", key];
      await done(aws(["s3api", "put-object", ...place, "--body", "small", "--tagging", "state=a%20b"]));
      await done(aws(["s3api", "get-object", ...place, "got"]));
      expect(readFileSync(join(folder, "got")).length, key).toBe(SMALL);
    }
    const place = ["--bucket", bucket, "--key", KEYS[1] ?? ""];
    const head = await jsonOf<{ ContentLength: number }>(aws(["s3api", "head-object", ...place]));
    expect(head.ContentLength).toBe(SMALL);
    await done(aws(["s3api", "put-object-acl", ...place, "--acl", "private"]));
    const tags = await jsonOf<{ TagSet: unknown }>(aws(["s3api", "get-object-tagging", ...place]));
    expect(tags.TagSet).toEqual([{ Key: "state", Value: "a b" }]);
    const copy = ["--bucket", bucket, "--key", "copy %", "--copy-source", `${bucket}/${KEYS[0]}`];
    await done(aws(["s3api", "copy-object", ...copy]));
    const Objects = [...KEYS, "copy %"].map((Key) => ({ Key }));
    const gone = await jsonOf<{ Deleted: unknown[]; Errors?: unknown }>(
      aws(["s3api", "delete-objects", "--bucket", bucket, "--delete", JSON.stringify({ Objects })]),
    );
    expect(gone).toEqual({ Deleted: Objects });
    await done(aws(["s3", "rb", "--force", `s3://${bucket}`]));
  },

  "fails as AWS would have it fail": async ({ aws, awsAs, refusedCode }) => {
    const refusedCopy = await awsAs("analyst", ["s3", "cp", "small", "s3://reports/q3.txt"]);
    expect(refusedCopy.code).toBe(FAILED);
    expect(refusedCopy.err).toMatch(
      /^upload failed: .*\(AccessDenied\) when calling the PutObject operation: /m,
    );
    const refused = await awsAs("analyst", [
      "s3api",
      "delete-object",
      "--bucket",
      "reports",
      "--key",
      "q3.txt",
    ]);
    expect(refused.code).toBe(refusedCode);
    expect(refused.err).toContain(
      "An error occurred (AccessDenied) when calling the DeleteObject operation: ",
    );
    const missing = await aws(["s3api", "get-object", "--bucket", "reports", "--key", "none", "none"]);
    expect(missing.code).toBe(refusedCode);
    expect(missing.err).toContain("(NoSuchKey) when calling the GetObject operation");
  },

  "reads what is public without a token": async ({ awsAs }) => {
    const read = await done(awsAs("guest", ["s3", "cp", "s3://public/index.txt", "-"]));
    expect(read.toString()).toBe("Everyone may read this.\n");
  },

  "writes, reads and asks for items": async ({ aws, bucket, awsAs, refusedCode }) => {
    const item = (order: string) => ({ customerId: { S: bucket }, orderId: { S: order } });
    const dynamodb = (call: string, ...args: readonly string[]) => aws(["dynamodb", call, ...args]);
    const table = ["--table-name", "Orders"];
    await done(dynamodb("put-item", ...table, "--item", JSON.stringify(item("1"))));
    const Put = [{ PutRequest: { Item: item("2") } }];
    await done(dynamodb("batch-write-item", "--request-items", JSON.stringify({ Orders: Put })));
    const got = dynamodb("get-item", ...table, "--key", JSON.stringify(item("2")));
    expect(await jsonOf(got)).toEqual({ Item: item("2") });
    const values = JSON.stringify({ ":c": { S: bucket } });
    const of = ["--expression-attribute-values", values];
    const query = dynamodb("query", ...table, "--key-condition-expression", "customerId = :c", ...of);
    expect(await jsonOf(query)).toMatchObject({ Items: [item("1"), item("2")] });
    const scan = dynamodb(
      "scan",
      ...table,
      "--filter-expression",
      "customerId = :c",
      "--page-size",
      "2",
      ...of,
    );
    expect(await jsonOf(scan)).toMatchObject({ Count: 2 });
    const refused = await awsAs("analyst", ["dynamodb", "scan", ...table]);
    expect(refused.code).toBe(refusedCode);
    expect(refused.err).toContain("(AccessDeniedException) when calling the Scan operation");
  },

  "asks by PartiQL": async ({ aws, bucket }) => {
    const statement = `SELECT orderId FROM "Orders" WHERE customerId = '${bucket}' AND orderId = '1'`;
    const asked = aws(["dynamodb", "execute-statement", "--statement", statement]);
    expect(await jsonOf(asked)).toMatchObject({ Items: [{ orderId: { S: "1" } }] });
  },
};

const versions = clis.map(({ version }) => version).join(" and ");
it.skipIf(clis.length === 0)(
  versions === "" ? "no python3 on the path has the AWS CLI, so it is not tried" : versions,
  () => {
    expect(clis.length).toBeGreaterThan(0);
  },
);

describe.each(clis.length === 0 ? [] : SCHEMES)("the AWS CLI over %s", (scheme) => {
  const steps = Object.entries(scheme === "http" ? { ...TRANSFERS, ...WORK } : TRANSFERS);
  /** What went wrong, by CLI and step; undefined for what went well. */
  const came = new Map<string, unknown>();
  const folders: string[] = [];
  let stack: ClientStack | undefined;

  beforeAll(async () => {
    const own = await startClientStack(scheme);
    stack = own;
    await Promise.all(clis.map((found) => work(found, own)));
  }, MAX_MS);

  afterAll(async () => {
    await stack?.close();
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  async function work(found: FoundClient, stack: ClientStack): Promise<void> {
    const program = startAwsCli(found.path);
    const cli = await startCli(found, program, stack);
    folders.push(cli.folder);
    for (const [name, step] of steps) came.set(`${found.version} ${name}`, await wrongOf(step(cli)));
    await program.close();
  }

  describe.each(clis)("as $version", ({ version }) => {
    it.each(steps.map(([name]) => name))("%s", (name) => {
      expect(came.has(`${version} ${name}`)).toBe(true);
      const wrong = came.get(`${version} ${name}`);
      if (wrong !== undefined) throw wrong as Error;
    });
  });
});

async function wrongOf(work: Promise<void>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (wrong) {
    return wrong ?? new Error("something went wrong");
  }
}
