import { describe, expect, it } from "vitest";
import { s3 } from "../../../src/aws/s3/s3.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";
import { aCaller, anAllow, ruling } from "../../support/ruling.ts";

const KMS_KEY = "s3:x-amz-server-side-encryption-aws-kms-key-id";
const MINE = "arn:aws:kms:us-east-1:123456789012:key/1";
const THEIRS = "arn:aws:kms:us-east-1:999999999999:key/1";

const encrypted = (...kmsKeys: readonly string[]) =>
  `<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${kmsKeys
    .map(
      (key) =>
        `<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>${key}</ApplyServerSideEncryptionByDefault></Rule>`,
    )
    .join("")}</ServerSideEncryptionConfiguration>`;
const master = (key: string) => `<KMSMasterKeyID>${key}</KMSMasterKeyID>`;
const replicated = (inside: string) =>
  `<ReplicationConfiguration><Role>r</Role><Rule><Status>Enabled</Status><Destination><Bucket>b</Bucket>${inside}</Destination></Rule></ReplicationConfiguration>`;
const listed = (inside: string) =>
  `<InventoryConfiguration><Id>x</Id><Destination><S3BucketDestination><Encryption>${inside}</Encryption></S3BucketDestination></Destination></InventoryConfiguration>`;
const table = (name: string, inside: string) =>
  `<${name}><EncryptionConfiguration><SseAlgorithm>aws:kms</SseAlgorithm>${inside}</EncryptionConfiguration></${name}>`;
const TABLE_KEY = `<KmsKeyArn>${THEIRS}</KmsKeyArn>`;

const ask = (line: string, body: string) => readWhole(s3, anUpstream(), aHead(line), body);

const told = (...kmsKeys: readonly string[]) =>
  ask("PUT /reports?encryption", encrypted(...kmsKeys.map(master))).requirements[0]?.keys?.get(KMS_KEY);

/** Requests by which S3 encrypts from then on, with a key that they name and without. */
const BODIES: readonly (readonly [line: string, named: string, unnamed: string])[] = [
  ["PUT /reports?encryption", encrypted(master(THEIRS)), encrypted("")],
  [
    "PUT /reports?replication",
    replicated(
      `<EncryptionConfiguration><ReplicaKmsKeyID>${THEIRS}</ReplicaKmsKeyID></EncryptionConfiguration>`,
    ),
    replicated("<EncryptionConfiguration/>"),
  ],
  [
    "PUT /reports?inventory&id=x",
    listed(`<SSE-KMS><KeyId>${THEIRS}</KeyId></SSE-KMS>`),
    listed("<SSE-S3></SSE-S3>"),
  ],
  ...["JournalTableConfiguration", "InventoryTableConfiguration", "AnnotationTableConfiguration"].map(
    (name) =>
      [
        "POST /reports?metadataConfiguration",
        `<MetadataConfiguration>${table(name, TABLE_KEY)}</MetadataConfiguration>`,
        `<MetadataConfiguration>${table(name, "")}</MetadataConfiguration>`,
      ] as const,
  ),
  ...["Journal", "Inventory", "Annotation"].map(
    (kind) =>
      [
        `PUT /reports?metadata${kind}Table`,
        table(`${kind}TableConfiguration`, TABLE_KEY),
        table(`${kind}TableConfiguration`, ""),
      ] as const,
  ),
];

describe("S3.4 a key of KMS that a body names", () => {
  it.each(BODIES)("must be named by a rule: %s with %s", (line, named) => {
    const operation = ask(line, named);
    expect(operation.requirements).toHaveLength(1);
    expect(operation.requirements[0]).toMatchObject({
      keys: new Map([[KMS_KEY, [THEIRS]]]),
      guarded: [KMS_KEY],
    });
    expect(operation.payload).toEqual({ kind: "buffered", bytes: Buffer.from(named) });
  });

  it.each(BODIES)("need not be named by a rule where there is none: %s", (line, _named, unnamed) => {
    const [needed] = ask(line, unnamed).requirements;
    expect([needed?.keys, needed?.guarded]).toEqual([undefined, undefined]);
  });

  it.each(BODIES)("is not overlooked by another name, in another place or twice: %s", (line, named) => {
    const name = /<(\w+)>arn:/.exec(named)?.[1] ?? "";
    const member = `<${name}>${THEIRS}</${name}>`;
    for (const body of [
      named.replaceAll(name, `${name}s`),
      named.replaceAll(name, name.toLowerCase()),
      named.replace(member, member + member),
      named.replace(member, `<x:${name} xmlns:x="urn:x">${THEIRS}</x:${name}>`),
      named.replace(member, `<${name}><${name}>${THEIRS}</${name}></${name}>`),
      named.replace(/^<(\w+)[^>]*>/, `$&<New>${member}</New>`),
      named.replace(/^<(\w+)[^>]*>/, `$&${member}`),
      `<x>${named}</x>`,
      named.replace(THEIRS, `<![CDATA[${THEIRS}]]>`),
    ]) {
      expect(
        codeOf(() => ask(line, body)),
        body,
      ).toBe("body-malformed");
    }
  });

  it.each(BODIES)("is in no body that is packed: %s", (line) => {
    for (const headers of [
      { "content-encoding": "gzip" },
      { "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER" },
      { "content-type": "application/json" },
    ]) {
      const code = codeOf(() => readWhole(s3, anUpstream(), aHead(line, headers), ""));
      expect(code).toBe("header-not-allowed");
    }
  });

  it("is one of several where there are several, once each, and unknown where S3 may read it otherwise", () => {
    expect(told(MINE, THEIRS, MINE)).toEqual([MINE, THEIRS]);
    expect(told(MINE, ` ${THEIRS}`)).toBe("unknown");
    expect(told(` ${MINE}`, MINE)).toBe("unknown");
    expect(told("")).toEqual([""]);
  });

  it("is allowed by a rule that names it, and no other beside it", () => {
    const allow = ["s3:PutEncryptionConfiguration"];
    const rulings = (when: object | undefined) =>
      [[], [MINE], [THEIRS], [MINE, THEIRS]].map((kmsKeys) => {
        const body = encrypted(...(kmsKeys.length === 0 ? [""] : kmsKeys.map(master)));
        const rules = [anAllow("encrypt", { allow, ...(when !== undefined && { when: when as never }) })];
        const { requirements } = ask("PUT /reports?encryption", body);
        return ruling(rules, aCaller({ sub: "me" }), ...requirements).verdict;
      });
    expect(rulings(undefined)).toEqual(["permit", "denial", "denial", "denial"]);
    expect(rulings({ StringEquals: { [KMS_KEY]: MINE } })).toEqual(["denial", "permit", "denial", "denial"]);
    expect(rulings({ StringEqualsIfExists: { [KMS_KEY]: MINE } })).toEqual([
      "permit",
      "permit",
      "denial",
      "denial",
    ]);
  });
});
