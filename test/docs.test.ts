import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROTOCOLS } from "../src/aws/api/model.ts";
import { API_MODELS } from "../src/aws/api/models.ts";
import { NAME_KINDS } from "../src/aws/api/name-kinds.ts";
import { NOT_TAKEN as API_NOT_TAKEN } from "../src/aws/api/tables/not-taken.ts";
import { NOT_TAKEN as S3_NOT_TAKEN } from "../src/aws/s3/not-taken.ts";
import { readDocument } from "../src/config/document.ts";
import { readCases } from "../src/config/cases.ts";
import { readConfig } from "../src/config/read.ts";
import { judgeIotPolicy } from "../src/credentials/iot-policy-document.ts";
import type { IotStanding } from "../src/credentials/iot-standings.ts";
import { CLOSE_CODES, TUNNEL_ENDS } from "../src/domain/tunnel-end.ts";
import { asMap } from "../src/config/draft.ts";
import { KEY_NAMES } from "../src/policy/conditions/keys.ts";
import { createThrowAwayCertificate } from "../src/local/certificate.ts";
import { OPERATORS } from "../src/policy/conditions/operator.ts";
import { readHandshake } from "../src/proxy/tunnels/handshake.ts";

const TEXT = readFileSync(join(import.meta.dirname, "../docs/policy.md"), "utf8");
const blocksOf = (text: string): readonly string[] =>
  [...text.matchAll(/^```yaml\n(?<yaml>.*?)^```$/gms)].map(({ groups }) => groups?.["yaml"] ?? "");
const BLOCKS = blocksOf(TEXT);
const NOW = Date.UTC(2026, 0, 20);
const { certPem, keyPem } = createThrowAwayCertificate(NOW);
const FILES: Readonly<Record<string, string>> = {
  "/etc/postern/tls.crt": certPem,
  "/etc/postern/tls.key": keyPem,
};

/** What `check` says of a document. */
function saidOf(document: unknown): readonly string[] {
  const surroundings = { env: () => undefined, file: (path: string) => FILES[path], now: () => NOW };
  const { problems, warnings } = readConfig(JSON.stringify(document), surroundings);
  return [...problems, ...warnings.filter(({ path }) => path !== "policy.mode")].map(
    ({ path, message }) => `${path}: ${message}`,
  );
}

const parsed = BLOCKS.map((yaml) => asMap(readDocument(yaml).value));
const whole = parsed.find((document) => "upstreams" in document) ?? {};

describe("docs/policy.md", () => {
  it("has a whole configuration, cases, and more", () => {
    expect(Object.keys(whole)).toEqual(["aws", "identity", "credentials", "upstreams", "policy"]);
    expect(BLOCKS.length).toBeGreaterThanOrEqual(3);
  });

  it.each(
    parsed.map((document, i) => [Object.keys(document).join(", "), document, BLOCKS[i] ?? ""] as const),
  )("shows nothing that check finds fault with: %s", (_, document, yaml) => {
    if ("cases" in document) expect(readCases(yaml).problems).toEqual([]);
    else expect(saidOf({ ...whole, ...document })).toEqual([]);
  });

  it("names every condition key and operator", () => {
    for (const name of [...KEY_NAMES, ...OPERATORS.keys()]) expect(TEXT).toContain(`\`${name}\``);
  });
});

const textOf = (page: string): string => readFileSync(join(import.meta.dirname, "../docs", page), "utf8");

describe.each(["apis.md", "cors.md", "iot.md", "s3-and-dynamodb.md", "websocket.md"])("docs/%s", (page) => {
  const shown = blocksOf(textOf(page)).map((yaml) => asMap(readDocument(yaml).value));

  it.each(shown.map((document) => [JSON.stringify(document), document] as const))(
    "shows nothing that check finds fault with: %s",
    (_, document) => {
      // A block with rules of its own is about nothing else.
      const others = "policy" in document ? {} : asMap(whole["upstreams"]);
      const upstreams = { ...others, ...asMap(document["upstreams"]) };
      expect(saidOf({ ...whole, ...document, upstreams })).toEqual([]);
    },
  );
});

describe("docs/s3-and-dynamodb.md", () => {
  it("names every operation that is not taken", () => {
    for (const name of S3_NOT_TAKEN.keys()) expect(textOf("s3-and-dynamodb.md")).toContain(name);
  });
});

describe("docs/apis.md", () => {
  const text = textOf("apis.md");

  it.each(PROTOCOLS)("names the services that are spoken to by %s, and no others", (protocol) => {
    const line = text.split("\n").find((one) => one.startsWith(`| \`${protocol}\` |`)) ?? "";
    const speaking = Object.entries(API_MODELS).filter(([, { protocols }]) => protocols.includes(protocol));
    const named = Object.keys(API_MODELS).filter((service) => line.includes(`\`${service}\``));
    expect(named).toEqual(speaking.map(([service]) => service));
  });

  it("names every kind of name", () => {
    for (const kind of Object.keys(NAME_KINDS)) expect(text).toContain(`{Name\\|${kind}`);
  });

  it("names every operation that is not taken", () => {
    for (const name of API_NOT_TAKEN.keys()) expect(text).toContain(name.split(" ")[1]);
  });
});

describe("docs/websocket.md", () => {
  it("names every way in which a connection ends, with its close code", () => {
    const rows = textOf("websocket.md").split("\n");
    for (const why of TUNNEL_ENDS) {
      const row = rows.find((one) => one.startsWith("| `") && one.split("|")[1]?.includes(`\`${why}\``));
      expect(row, why).toContain(String(CLOSE_CODES[why]));
    }
  });

  it("names the form of a token among the subprotocols", () => {
    const form = /`(?<form>base64url\.[\w.]+\.)TOKEN`/.exec(textOf("websocket.md"))?.groups?.["form"] ?? "";
    const offered = `${form}${Buffer.from("a.b.c").toString("base64url")}`;
    const rawHeaders = ["Sec-WebSocket-Protocol", offered];
    const { head } = readHandshake({ method: "GET", url: "/", rawHeaders });
    expect(head.headers.get("x-postern-token")).toBe("a.b.c");
  });
});

describe("docs/iot.md", () => {
  const text = textOf("iot.md");

  it("shows an IoT policy that is fit to be attached, and what Postern needs to attach it", () => {
    const shown = [...text.matchAll(/^```json\n(?<json>.*?)^```$/gms)].map(
      ({ groups }) => groups?.["json"] ?? "",
    );
    const [own = "", people = ""] = shown;
    expect(own).toContain("iot:AttachPolicy");
    expect(judgeIotPolicy(people)).toEqual({ problem: undefined, bindsClientIdOnly: true });
  });

  it("names what is known of an identity's policy", () => {
    const standings: readonly IotStanding[] = ["in-force", "attached-lately", "may-be-missing", "unknown"];
    for (const standing of standings) expect(text).toContain(`| \`${standing}\` |`);
  });
});

describe("docs/recipes.md", () => {
  const text = readFileSync(join(import.meta.dirname, "../docs/recipes.md"), "utf8");
  const shown = blocksOf(text).map((yaml) => asMap(readDocument(yaml).value));

  it.each(shown.map((document) => [Object.keys(document).join(", "), document] as const))(
    "shows nothing that check finds fault with: %s",
    (_, document) => {
      const upstreams = { ...asMap(whole["upstreams"]), ...asMap(document["upstreams"]) };
      expect(saidOf({ ...whole, ...document, upstreams })).toEqual([]);
    },
  );
});
