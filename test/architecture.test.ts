import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { findSins } from "./support/architecture/find-sins.ts";
import { placeOf } from "./support/architecture/house.ts";
import type { House } from "./support/architecture/house.ts";
import { readPicture } from "./support/architecture/read-picture.ts";
import { readTree } from "./support/architecture/read-tree.ts";

/**
 * The house: floors from the top down, rooms on each, npm packages in each room. Imports go down: never up, never
 * across, no circles. The README's picture shows the same; the tests below hold both to `src/`.
 */
const HOUSE: House = {
  floors: [
    ["7", { "main.ts": [] }],
    ["6", { "cli/": [] }],
    ["5", { "sidecar/": [] }],
    ["4", { "config/": ["zod", "yaml"] }],
    ["3", { "proxy/": ["hono", "@hono/node-server"], "admin/": ["hono", "@hono/node-server", "uplot"] }],
    [
      "2",
      {
        "identity/": ["aws-jwt-verify", "lru-cache"],
        "credentials/": ["lru-cache", "ioredis", "@aws-sdk/credential-provider-node"],
        "upstream/": ["undici", "ws", "mqtt-packet"],
        "telemetry/": [
          "prom-client",
          "pino",
          "@opentelemetry/api",
          "@opentelemetry/resources",
          "@opentelemetry/sdk-trace-base",
          "@opentelemetry/exporter-trace-otlp-http",
        ],
        "session/": [],
      },
    ],
    ["b", { "outbound/": ["undici", "cockatiel"], "inbound/": [], "files/": [] }],
    ["1", { "policy/": [], "aws/": ["@rgrove/parse-xml", "cborg"], "signing/": ["aws4fetch"] }],
    ["0", { "domain/": [] }],
  ],
  apart: {
    room: "local/",
    packages: [
      "hono",
      "@hono/node-server",
      "jose",
      "dynalite",
      "aedes",
      "ws",
      "yaml",
      "@rgrove/parse-xml",
      "cborg",
    ],
    door: "cli/dev.ts",
  },
  pureFloors: ["1", "0"],
  pureBuiltins: {
    "node:buffer": "whole",
    "node:crypto": ["createHash", "createHmac", "createSecretKey", "hash", "timingSafeEqual"],
    "node:net": ["isIP"],
    "node:stream": "whole",
    "node:util": "whole",
    "node:zlib": "whole",
  },
};

const ROOT = join(import.meta.dirname, "..");
const README = join(ROOT, "README.md");
const src = readTree(join(ROOT, "src"));

describe("the house as it stands", () => {
  it("has files in it, or nothing below would mean anything", () => {
    expect(src.size).toBeGreaterThan(0);
  });

  it("keeps every rule of the plan", () => {
    const sins = findSins(HOUSE, src).map(({ rule, file, says }) => `${rule}: ${file}: ${says}`);
    expect(sins).toEqual([]);
  });
});

describe("the README's picture", () => {
  it("names every room of src on its floor, and no room on another floor", ({ skip }) => {
    if (!existsSync(README)) skip("there is no README.md yet, so its picture is not held to src");
    const picture = readPicture(readFileSync(README, "utf8"));
    const drawn = new Set(
      [...picture].flatMap(([mark, words]) =>
        words.flatMap((word) => (roomOf(word) ? `${mark} ${word}` : [])),
      ),
    );
    const stands = new Set([...src.keys()].flatMap((file) => placeOf(HOUSE, file) ?? []).map(shown));
    const planned = new Set(
      HOUSE.floors.flatMap(([mark, rooms]) => Object.keys(rooms).map((r) => `${mark} ${r}`)),
    );
    expect(
      [...stands].filter((room) => !drawn.has(room)),
      "in src, not in the picture",
    ).toEqual([]);
    const apart = `- ${HOUSE.apart.room}`;
    expect(
      [...drawn].filter((room) => room !== apart && !planned.has(room)),
      "on a wrong floor",
    ).toEqual([]);
  });

  it("is read from the first fenced block that shows floors", () => {
    const picture = readPicture("```sh\nls\n```\n\n```\n6  cli/   commands\n0  domain/  words\n```\n");
    expect([...picture]).toEqual([
      ["6", ["cli/", "commands"]],
      ["0", ["domain/", "words"]],
    ]);
  });
});

describe("planted sins are caught", () => {
  const domain = { "domain/caller.ts": "export const caller = 1;" };

  it.each<readonly [name: string, tree: Record<string, string>]>([
    [
      "imports that go down",
      { ...domain, "proxy/handle.ts": 'import { caller } from "../domain/caller.ts";' },
    ],
    [
      "neighbours in one room",
      { "aws/s3.ts": 'import { a } from "./arn.ts";', "aws/arn.ts": "export const a = 1;" },
    ],
    ["a package in its room", { "upstream/forward.ts": 'import { Pool } from "undici";' }],
    ["a subpath of a package", { "admin/probes.ts": 'import { logger } from "hono/logger";' }],
    [
      "a pure built-in below",
      { "aws/ip.ts": 'import { isIP } from "node:net"; import { Readable } from "node:stream";' },
    ],
    ["any built-in above", { "files/watched.ts": 'import { watch } from "node:fs"; watch(process.cwd());' }],
    ["sts on signing", { "credentials/sts.ts": 'import "../signing/sign.ts";', "signing/sign.ts": "" }],
    ["dev through the door", { "cli/dev.ts": 'await import("../local/world.ts");', "local/world.ts": "" }],
    [
      "a page, its stylesheet and what the compiler is told of its scripts",
      {
        "admin/page.tsx": "export const Page = () => <p>here</p>;",
        "admin/page.css": "p { margin: 0 }",
        "admin/browser/tsconfig.json": "{}",
      },
    ],
    [
      "a frozen clock",
      { "domain/age.ts": "export const age = (now: () => number): Date => new Date(now());" },
    ],
  ])("but not %s", (_name, tree) => {
    expect(sinsOf(tree)).toEqual([]);
  });

  it.each<readonly [sin: string, tree: Record<string, string>]>([
    ["stray file: attic/trunk.ts", { "attic/trunk.ts": "" }],
    ["stray file: loose.ts", { "loose.ts": "" }],
    ["bad name: policy/utils.ts", { "policy/utils.ts": "" }],
    ["bad name: policy/string-helpers.ts", { "policy/string-helpers.ts": "" }],
    ["bad name: aws/common/arn.ts", { "aws/common/arn.ts": "" }],
    ["bad name: aws/index.ts", { "aws/index.ts": "" }],
    ["bad name: aws/apiGateway.ts", { "aws/apiGateway.ts": "" }],
    ["bad name: aws/notes.txt", { "aws/notes.txt": "" }],
    ["bad name: admin/theUtils.css", { "admin/theUtils.css": "" }],
    [
      "package: admin/page.tsx",
      { "admin/page.tsx": 'import { Pool } from "undici"; export const P = () => <p />;' },
    ],
    ["syntax: aws/s3.ts", { "aws/s3.ts": "export const = 1;" }],
    ["up: domain/caller.ts", { "domain/caller.ts": 'import "../policy/decide.ts";', "policy/decide.ts": "" }],
    ["up: files/a.ts", { "files/a.ts": 'import type { B } from "../identity/b.ts";', "identity/b.ts": "" }],
    ["up: aws/s3.ts", { "aws/s3.ts": 'type H = import("../proxy/h.ts").H;', "proxy/h.ts": "" }],
    ["up: cli/serve.ts", { "cli/serve.ts": 'await import("../main.ts");', "main.ts": "" }],
    [
      "across: policy/a.ts",
      { "policy/a.ts": 'export { b } from "../aws/b.ts"; export const a = 1;', "aws/b.ts": "" },
    ],
    ["across: outbound/a.ts", { "outbound/a.ts": 'import "../files/b.ts";', "files/b.ts": "" }],
    ["apart: local/a.ts", { ...domain, "local/a.ts": 'import type { C } from "../domain/caller.ts";' }],
    [
      "apart: sidecar/sidecar.ts",
      { "sidecar/sidecar.ts": 'await import("../local/a.ts");', "local/a.ts": "" },
    ],
    ["apart: cli/dev.ts", { "cli/dev.ts": 'import { a } from "../local/a.ts";', "local/a.ts": "" }],
    ["apart: cli/token.ts", { "cli/token.ts": 'await import("../local/a.ts");', "local/a.ts": "" }],
    ["nowhere: aws/s3.ts", { ...domain, "aws/s3.ts": 'import "../domain/caller";' }],
    ["nowhere: cli/serve.ts", { "cli/serve.ts": 'import pkg from "../../package.json";' }],
    ["package: domain/caller.ts", { "domain/caller.ts": 'import type { ZodType } from "zod";' }],
    ["package: proxy/handle.ts", { "proxy/handle.ts": 'import { Pool } from "undici";' }],
    ["package: local/s3.ts", { "local/s3.ts": 'import { AwsV4Signer } from "aws4fetch";' }],
    ["package: main.ts", { "main.ts": 'await import("@aws-sdk/client-s3");' }],
    ["builtin: files/watched.ts", { "files/watched.ts": 'import { watch } from "fs";' }],
    ["builtin: policy/a.ts", { "policy/a.ts": 'import { readFileSync } from "node:fs";' }],
    ["builtin: aws/ip.ts", { "aws/ip.ts": 'import { isIP, connect } from "node:net";' }],
    ["builtin: signing/sign.ts", { "signing/sign.ts": 'import * as net from "node:net";' }],
    ["builtin: signing/nonce.ts", { "signing/nonce.ts": 'import { randomBytes } from "node:crypto";' }],
    ["impure: domain/clock.ts", { "domain/clock.ts": "export const now = Date.now;" }],
    ["impure: policy/a.ts", { "policy/a.ts": "export const at = (): Date => new Date();" }],
    ["impure: aws/a.ts", { "aws/a.ts": 'export const zone = process.env["TZ"];' }],
    ["impure: signing/a.ts", { "signing/a.ts": 'export const a = fetch("http://127.0.0.1");' }],
    [
      "computed import: cli/run.ts",
      { "cli/run.ts": "export const run = (n: string) => import(`./${n}.ts`);" },
    ],
    ["default export: aws/s3.ts", { "aws/s3.ts": "export default 1;" }],
    ["barrel: aws/all.ts", { "aws/all.ts": 'export * from "./s3.ts"; export const a = 1;', "aws/s3.ts": "" }],
    ["barrel: aws/all.ts", { "aws/all.ts": 'export { a } from "./s3.ts";', "aws/s3.ts": "" }],
    ["circle: aws/a.ts", { "aws/a.ts": 'import "./b.ts";', "aws/b.ts": 'import type { A } from "./a.ts";' }],
  ])("%s", (sin, tree) => {
    expect(sinsOf(tree)).toContain(sin);
  });

  it("and a circle is told with every file along it", () => {
    const tree = {
      "aws/a.ts": 'import "./b.ts";',
      "aws/b.ts": 'import "./c.ts";',
      "aws/c.ts": 'import "./b.ts";',
    };
    const told = findSins(HOUSE, new Map(Object.entries(tree))).map(({ says }) => says);
    expect(told).toEqual(["aws/b.ts → aws/c.ts → aws/b.ts"]);
  });
});

function sinsOf(tree: Readonly<Record<string, string>>): readonly string[] {
  return findSins(HOUSE, new Map(Object.entries(tree))).map(({ rule, file }) => `${rule}: ${file}`);
}

function roomOf(word: string): boolean {
  return placeOf(HOUSE, word) !== undefined && /^[a-z]+(?:\/|\.ts)$/.test(word);
}

function shown({ floor, room }: { readonly floor: string; readonly room: string }): string {
  return `${floor} ${room}`;
}
