import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterEach, describe, expect, it } from "vitest";
import type { LocalAwsOptions } from "../../src/local/aws.ts";
import { countsOf, type Stack, startStack } from "../support/stack.ts";

let stack: Stack;

afterEach(() => stack.close());

interface Changes {
  readonly regions?: string;
  readonly rules?: (yaml: string) => string;
  readonly aws?: Partial<LocalAwsOptions>;
}

/** Starts with a bucket `far` in eu-west-1, those of the shipped world in us-east-1, and an upstream in `regions`. */
async function start({
  regions = "[us-east-1, eu-west-1]",
  rules = (yaml) => yaml,
  aws = {},
}: Changes = {}): Promise<void> {
  stack = await startStack({
    aws,
    world: (world) => ({
      ...world,
      buckets: { ...world.buckets, far: { region: "eu-west-1", objects: { "k.txt": "far away" } } },
    }),
    config: (yaml) => rules(yaml.replace("s3: { service: s3,", `s3: { service: s3, regions: ${regions},`)),
  });
}

async function ask(path: string, init: RequestInit = {}, user = "admin"): Promise<Response> {
  const authorization = `Bearer ${await stack.tokenOf(user)}`;
  const headers = { ...(init.headers as Record<string, string>), authorization };
  return fetch(`${stack.url}${path}`, { ...init, redirect: "manual", headers });
}

const reasonOf = ({ status, headers }: Response) => [status, headers.get("x-postern-reason")];

/** How often S3 was asked meanwhile, its refusals among it. */
async function callsOf(run: () => Promise<unknown>): Promise<number> {
  const before = stack.arrived();
  await run();
  return stack.arrived() - before;
}

describe.each(["redirect", "malformed"] as const)(
  "a bucket in another region (S3 says: %s)",
  (wrongRegion) => {
    it("is found there, and asked there at once from then on", async () => {
      await start({ aws: { wrongRegion } });
      const read = async (): Promise<void> => {
        const answer = await ask("/s3/far/k.txt");
        expect([answer.status, await answer.text()]).toEqual([200, "far away"]);
      };
      expect([await callsOf(read), await callsOf(read)]).toEqual([2, 1]);
      expect(await (await ask("/s3/reports/q3.txt")).text()).toContain("Third");
    });

    it("is found by HEAD as well, whose answer has no body to say so", async () => {
      await start({ aws: { wrongRegion } });
      const { status, headers } = await ask("/s3/far/k.txt", { method: "HEAD" });
      expect([status, headers.get("content-length")]).toEqual([200, "8"]);
    });

    it("is not asked in a region that is not configured", async () => {
      await start({ aws: { wrongRegion }, regions: "[us-east-1, eu-central-1]" });
      expect(
        await callsOf(async () => {
          expect(reasonOf(await ask("/s3/far/k.txt"))).toEqual([403, "region-not-configured"]);
        }),
      ).toBe(1);
      expect(reasonOf(await ask("/s3/far/k.txt", { method: "HEAD" }))).toEqual([
        403,
        "region-not-configured",
      ]);
    });

    it("takes a body that was held, and has one that was streamed sent again", async () => {
      await start({ aws: { wrongRegion } });
      const deletion = "<Delete><Object><Key>none</Key></Object></Delete>";
      const md5 = createHash("md5").update(deletion).digest("base64");
      const deleted = await ask("/s3/far?delete", {
        method: "POST",
        body: deletion,
        headers: { "content-md5": md5, "content-type": "application/xml" },
      });
      expect([deleted.status, await deleted.text()]).toEqual([200, expect.stringContaining("<Deleted>")]);
      await stack.close();
      await start({ aws: { wrongRegion } });
      const put = { method: "PUT", body: "new" };
      const [first, again] = [await ask("/s3/far/new", put), await ask("/s3/far/new", put)];
      expect(reasonOf(first)).toEqual([503, "region-learned"]);
      expect(again.status).toBe(200);
      expect(await (await ask("/s3/far/new")).text()).toBe("new");
    });
  },
);

it("an SDK's own tries find the region, buffered or streamed from a file", async () => {
  await start();
  const s3 = new S3Client({ ...(await stack.sdkOf("admin")), forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: "far", Key: "sdk", Body: "by an SDK" }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: "far", Key: "sdk" }));
  expect(await Body?.transformToString()).toBe("by an SDK");
  const body = Readable.from([Buffer.from("streamed")]);
  await s3.send(new PutObjectCommand({ Bucket: "far", Key: "stream", Body: body, ContentLength: 8 }));
  expect(await s3.send(new HeadObjectCommand({ Bucket: "far", Key: "stream" }))).toMatchObject({
    ContentLength: 8,
  });
  s3.destroy();
});

it("an SDK that is told the region is served there from the first request on", async () => {
  await start();
  const s3 = new S3Client({ ...(await stack.sdkOf("admin")), region: "eu-west-1", forcePathStyle: true });
  const get = () => s3.send(new GetObjectCommand({ Bucket: "far", Key: "k.txt" }));
  expect(await callsOf(get)).toBe(1);
  s3.destroy();
});

it("is decided anew for the other region: a rule about regions is not passed by", async () => {
  const deny = `    - name: not over there\n      deny: [s3:GetObject]\n      when: { StringEquals: { "aws:RequestedRegion": eu-west-1 } }\n`;
  await start({ rules: (yaml) => yaml.replace("  rules:\n", `  rules:\n${deny}`) });
  const before = countsOf(stack.aws)["s3:GetObject"] ?? 0;
  expect(reasonOf(await ask("/s3/far/k.txt"))).toEqual([403, "denied-by-rule"]);
  expect((await ask("/s3/reports/q3.txt")).status).toBe(200);
  // Known by now: the second request is refused before anything is sent.
  expect(await callsOf(async () => reasonOf(await ask("/s3/far/k.txt")))).toBe(0);
  expect((countsOf(stack.aws)["s3:GetObject"] ?? 0) - before).toBe(1);
});

describe("S5 a redirect", () => {
  it.each([301, 302, 303, 307, 308] as const)("%i to somewhere else reaches no client", async (status) => {
    await start();
    const location = "https://evil.example/k.txt";
    stack.aws.faults.add({
      service: "s3",
      operation: "GetObject",
      effect: { kind: "redirect", status, location },
    });
    const answer = await ask("/s3/reports/q3.txt");
    expect([...reasonOf(answer), answer.headers.get("location")]).toEqual([
      502,
      "redirect-not-followed",
      null,
    ]);
    expect(await answer.text()).not.toContain("evil");
  });
});
