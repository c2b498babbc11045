import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createBodies, joinBodies } from "../../../src/local/s3/bodies.ts";
import type { Body } from "../../../src/local/s3/bodies.ts";

const LARGE = Buffer.alloc(3 * 1024 * 1024, "0123456789");

describe("bodies", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "bodies-test-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("keeps a small body in memory", async () => {
    const body = await createBodies(directory).write(chunked(Buffer.from("small"), 2));
    expect(await text(body)).toBe("small");
    expect(await filesIn(directory)).toBe(0);
  });

  it("keeps a large body in a file and reads ranges of it", async () => {
    const body = await createBodies(directory).write(chunked(LARGE, 65_536));
    expect(body.size).toBe(LARGE.length);
    expect((await bytes(body)).equals(LARGE)).toBe(true);
    expect((await bytes(body, { start: 10, end: 12 })).toString()).toBe("012");
    expect(await filesIn(directory)).toBe(1);
  });

  it("leaves nothing of a stream that breaks", async () => {
    await expect(createBodies(directory).write(breaking())).rejects.toThrow("cut");
    expect(await filesIn(directory)).toBe(0);
  });

  it("refuses a body beyond the limit", async () => {
    const written = createBodies(directory).write(chunked(LARGE, 65_536), 2_000_000);
    await expect(written).rejects.toMatchObject({ code: "EntityTooLarge" });
    expect(await filesIn(directory)).toBe(0);
  });

  it("removes the file of a discarded body when its last reader is done", async () => {
    const body = await createBodies(directory).write(chunked(LARGE, 65_536));
    const reader = body.read()[Symbol.asyncIterator]();
    await reader.next();
    body.discard();
    let size = 0;
    for (let next = await reader.next(); next.done !== true; next = await reader.next())
      size += next.value.length;
    expect(size).toBeGreaterThan(LARGE.length / 2);
    await expect.poll(() => filesIn(directory)).toBe(0);
  });

  it("removes the file although a reader never began", async () => {
    const body = await createBodies(directory).write(chunked(LARGE, 65_536));
    const reader = joinBodies([body]).read()[Symbol.asyncIterator]();
    body.discard();
    await reader.return?.();
    await expect.poll(() => filesIn(directory)).toBe(0);
  });

  it("reads ranges across the seams of a joined body", async () => {
    const bodies = createBodies(directory);
    const pieces = await Promise.all(
      ["abc", "", "defg", "h"].map((piece) => bodies.write(chunked(Buffer.from(piece), 2))),
    );
    const joined = joinBodies(pieces);
    expect(joined.size).toBe(8);
    expect(await text(joined)).toBe("abcdefgh");
    expect((await bytes(joined, { start: 2, end: 3 })).toString()).toBe("cd");
    expect((await bytes(joined, { start: 6, end: 7 })).toString()).toBe("gh");
  });

  it("removes its directory when it closes", async () => {
    const bodies = createBodies(directory);
    await bodies.write(chunked(LARGE, 65_536));
    const [home = ""] = await readdir(directory);
    await bodies.close();
    expect(existsSync(join(directory, home))).toBe(false);
  });
});

async function* chunked(content: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size);
}

async function bytes(body: Body, range?: { start: number; end: number }): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body.read(range)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function text(body: Body): Promise<string> {
  return (await bytes(body)).toString();
}

async function filesIn(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

async function* breaking(): AsyncGenerator<Buffer> {
  yield* chunked(LARGE, 65_536);
  throw new Error("cut");
}
