import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { s3 } from "../../src/aws/s3/s3.ts";
import { readCopySource } from "../../src/aws/s3/copy-source.ts";
import { readS3Target } from "../../src/aws/s3/target.ts";
import { needsBody } from "../../src/aws/service.ts";
import { encodePath } from "../../src/domain/percent.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { aHead, anUpstream } from "../support/asking.ts";

/** Pieces from which hostile paths are made. */
const piece = fc.constantFrom(
  ..."/ / // . .. %2e %2E%2e %2F %2f %5C \\ %25 %252F %00 %0a %20 + # ? & = ; : @ ~ %C3%BC %c3%bc ü %ff %c0%af %zz %".split(
    " ",
  ),
  "a",
  "b",
  "audit",
  "reports",
  "A",
  "-s3alias",
  "--x-s3",
  "arn:aws:s3:::",
  "versionId=",
  "\t",
  " ",
);
const hostilePath = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join("")}`);

/** Queries from which hostile requests are made. */
const pair = fc.constantFrom(
  ..."acl acl= tagging policy location versions uploads delete uploadId=u uploadId= partNumber=1 versionId=1 versionId= list-type=2 list-type=1 prefix=a+b prefix=%2e%2e x-id=PutObject x-amz-acl=public-read X-Amz-Signature=s response-content-type=x lifecycle session %61cl a".split(
    " ",
  ),
);
const query = fc.array(pair, { maxLength: 4 }).map((pairs) => pairs.join("&"));
const method = fc.constantFrom("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH");

/** The value, or undefined where it is refused; any other error is a fault. */
function unlessRefused<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** Reads a path as S3 is known to: decoded once, split at the first slash. */
function asS3(path: string) {
  const [, bucket, key] = /^\/([^/]*)\/?([^]*)$/.exec(decodeURIComponent(path)) ?? [];
  return { bucket, key };
}

describe("S3.1 whatever path comes", () => {
  it("what is decided is what S3 reads in what is sent, and in what came", () => {
    fc.assert(
      fc.property(hostilePath, (path) => {
        const target = unlessRefused(() => readS3Target(path));
        if (target === undefined) return;
        const { bucket, key, path: sent } = target;
        expect(asS3(sent)).toEqual({ bucket, key });
        expect(asS3(path)).toEqual({ bucket, key });
      }),
      { numRuns: 5000 },
    );
  });

  it("what is sent has one reading: read again it is the same, and no URL parser changes it", () => {
    fc.assert(
      fc.property(hostilePath, (path) => {
        const target = unlessRefused(() => readS3Target(path));
        if (target === undefined) return;
        expect(readS3Target(target.path)).toEqual(target);
        expect(new URL(`http://s3.test${target.path}`).pathname).toBe(target.path);
        expect(target.path).toMatch(/^(?:\/|\/[a-z0-9.-]{3,63}(?:\/(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})+)?)$/);
      }),
      { numRuns: 5000 },
    );
  });

  it("every key that S3 can hold is reached by its strict escape", () => {
    const key = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 100 })
      .filter((text) => !text.split("/").some((segment) => segment === "." || segment === ".."));
    fc.assert(
      fc.property(key, (key) => {
        expect(readS3Target(`/reports/${encodePath(key)}`)).toMatchObject({ level: "object", key });
      }),
    );
  });
});

describe("S3.3 whatever copy source comes", () => {
  it("what is decided is what S3 reads in what is sent", () => {
    fc.assert(
      fc.property(
        hostilePath,
        fc.constantFrom("", "?versionId=1", "?versionId=%26acl", "?acl"),
        (path, suffix) => {
          const source = unlessRefused(() => readCopySource(`${path}${suffix}`));
          if (source === undefined) return;
          const { header, ...read } = source;
          const [sent = "", version] = header.split("?versionId=");
          expect({ ...asS3(sent), versionId: version && decodeURIComponent(version) }).toEqual(read);
          expect(readCopySource(header)).toEqual(source);
        },
      ),
      { numRuns: 5000 },
    );
  });
});

const recognise = (line: string) => s3.recognise(aHead(line), anUpstream());

describe("S3.2 whatever request comes", () => {
  it("reads as the same operation when what is sent comes again", () => {
    let passed = 0;
    const path = fc.oneof(
      hostilePath,
      fc.constantFrom("/", "/reports", "/reports/", "/reports/a", "/audit%2Fa"),
    );
    fc.assert(
      fc.property(method, path, query, (method, path, query) => {
        const found = unlessRefused(() => recognise(`${method} ${path}?${query}`));
        if (found === undefined || needsBody(found)) return;
        passed++;
        expect(recognise(`${found.method} ${found.path}?${found.query}`)).toEqual(found);
        const names = found.query.split("&").map((part) => part.split("=")[0]);
        expect(names.some((name) => name?.toLowerCase().startsWith("x-amz-"))).toBe(false);
        expect(new Set(names).size).toBe(names.length);
        const { resource } = found.requirements[0] ?? { resource: "" };
        const decoded = decodeURIComponent(found.path.slice(1));
        expect(resource).toBe(`arn:aws:s3:::${decoded === "" ? "*" : decoded}`);
      }),
      { numRuns: 5000 },
    );
    expect(passed).toBeGreaterThan(100);
  });
});
