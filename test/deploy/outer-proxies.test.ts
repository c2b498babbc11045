import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { asMap } from "../../src/config/draft.ts";
import { valueAt } from "../../src/config/problem.ts";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";
import { DOCUMENT, readChanged } from "../config/reading.ts";

const ROOT = join(import.meta.dirname, "../..");
const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** What the comments at the head of a file say of `postern.yaml`. */
function besides(text: string): Readonly<Record<string, unknown>> {
  const [head = ""] = text.split(/^[^#\n]/m);
  const lines = head.split("\n").filter((line) => /^# {3}/.test(line));
  return asMap(parse(lines.map((line) => line.slice("#   ".length)).join("\n")));
}

const { certPem, keyPem, caPem } = createThrowAwayCertificate(Date.UTC(2026, 0, 15));
const FILES = {
  "/run/secrets/authorize": "sixteen characters and more".replaceAll(" ", "-"),
  "/etc/postern/tls.crt": certPem,
  "/etc/postern/tls.key": keyPem,
  "/etc/postern/clients.crt": caPem,
};
const complaintsOf = (changes: object): readonly string[] =>
  readChanged(changes, FILES).problems.map(({ path, message }) => `${path}: ${message}`);

const nginx = textOf("deploy/nginx/postern.conf");
const envoy = textOf("deploy/envoy/envoy.yaml");
const traefik = textOf("deploy/traefik/dynamic.yaml");
const docs = textOf("docs/outer-proxy.md");

describe("what is said of postern.yaml", () => {
  it.each([
    ["nginx", nginx],
    ["Envoy", envoy],
    ["Traefik", traefik],
  ])("may start: %s", (_name, text) => {
    const said = besides(text);
    expect(said).toHaveProperty("authorize");
    expect(complaintsOf(said)).toEqual([]);
  });

  it("may start in docs/outer-proxy.md, block by block", () => {
    const blocks = [...docs.matchAll(/^```yaml\n(?<yaml>.*?)^```$/gms)].map(({ groups }) => groups?.["yaml"]);
    expect(blocks).toHaveLength(3);
    for (const block of blocks) expect(complaintsOf(asMap(parse(block ?? "")))).toEqual([]);
    expect(complaintsOf(DOCUMENT)).toEqual([]);
  });
});

/** Where a token may stand in what an outer proxy passes on. */
const TOKENS = [
  "Authorization",
  "X-Amz-Security-Token",
  "X-Postern-Id-Token",
  "X-Postern-Role",
  "X-Postern-Token",
];

const location = (name: string): string => nginx.split(`location ${name} {`)[1]?.split(/^ {2}\}/m)[0] ?? "";

describe("deploy/nginx/postern.conf", () => {
  const objects = location("/");
  const asking = location("= /_postern");

  it("writes what Postern is asked by over whatever a client wrote", () => {
    for (const line of [
      "proxy_set_header X-Original-Method $request_method;",
      "proxy_set_header X-Original-URI $request_uri;",
      "proxy_set_header X-Original-Host $host;",
      "proxy_set_header X-Original-Content-Length $content_length;",
      'proxy_set_header X-Postern-Secret "";',
      'proxy_set_header Cookie "";',
      "proxy_pass_request_body off;",
      "internal;",
    ])
      expect(asking).toContain(line);
    expect(asking).not.toContain("proxy_pass_request_headers off");
  });

  it("sends nothing to S3 but what it names, and no value of AWS's own from the client", () => {
    expect(objects).toContain("proxy_pass_request_headers off;");
    const sent = [...objects.matchAll(/proxy_set_header (?<name>\S+) (?<value>\S+);/g)].map(
      ({ groups }) => [groups?.["name"] ?? "", groups?.["value"] ?? ""] as const,
    );
    const signed = sent.filter(([name]) => /^(?:Host|Authorization|X-Amz-|Content-(?:Type|MD5))/.test(name));
    expect(signed.map(([name]) => name)).toEqual([
      "Host",
      "Authorization",
      "X-Amz-Date",
      "X-Amz-Security-Token",
      "X-Amz-Content-Sha256",
      "X-Amz-Expected-Bucket-Owner",
      "Content-Type",
      "Content-MD5",
    ]);
    for (const [, value] of signed) expect(value).toMatch(/^\$postern_/);
    expect(sent.map(([name]) => name)).not.toContain("Cookie");
    // What is not signed is the client's own line of the same name, which Postern has seen too.
    const others = sent.filter((line) => !signed.includes(line) && line[0] !== "Connection");
    for (const [name, value] of others)
      expect(value).toBe(`$http_${name.toLowerCase().replaceAll("-", "_")}`);
  });

  it("reads names of headers in one way, and is the server that says so", () => {
    for (const line of ["underscores_in_headers off;", "ignore_invalid_headers on;", "default_server;"])
      expect(nginx).toContain(line);
  });

  it.each([
    ["what S3 says", objects],
    ["what Postern says", asking],
  ])("keeps nothing of %s, whatever stands around it", (_what, lines) => {
    for (const line of ["proxy_cache off;", "proxy_store off;"]) expect(lines).toContain(line);
  });

  it("opens no WebSocket at AWS", () => {
    expect(objects).toContain('proxy_set_header Connection "";');
    expect(objects).not.toMatch(/proxy_set_header (?:Upgrade|Sec-WebSocket)/i);
  });

  it("tells caches by what an answer differs, and sends nobody elsewhere", () => {
    expect(nginx).toContain(`add_header Vary "${TOKENS.join(", ")}" always;`);
    for (const name of ["Location", "Refresh"]) expect(objects).toContain(`proxy_hide_header ${name};`);
    expect(nginx).toContain("keepalive_timeout 4s;");
  });

  it("sends the path that was signed, by TLS that is verified, and streams", () => {
    for (const line of [
      "auth_request /_postern;",
      "proxy_pass https://postern_s3$postern_target;",
      "proxy_ssl_verify on;",
      "proxy_ssl_server_name on;",
      "proxy_buffering off;",
      "proxy_request_buffering off;",
      "proxy_next_upstream off;",
      "proxy_intercept_errors on;",
    ])
      expect(objects).toContain(line);
  });
});

describe("deploy/envoy/envoy.yaml", () => {
  const tree: unknown = parse(envoy);
  const manager = valueAt(tree, [
    "static_resources",
    "listeners",
    0,
    "filter_chains",
    0,
    "filters",
    0,
    "typed_config",
  ]);
  const filters = valueAt(manager, ["http_filters"]) as readonly {
    readonly name: string;
    readonly typed_config: Readonly<Record<string, unknown>>;
  }[];
  const filter = (name: string) => filters.find((one) => one.name === name)?.typed_config ?? {};
  const scriptOf = (name: string): string =>
    String(valueAt(filter(name), ["default_source_code", "inline_string"]));

  it("asks between what writes the question and what sends the answer", () => {
    expect(filters.map(({ name }) => name)).toEqual([
      "drop",
      "ask",
      "postern",
      "send",
      "envoy.filters.http.router",
    ]);
  });

  it("reads the path as it came, and leads all of it to one place", () => {
    expect(manager).toMatchObject({
      normalize_path: false,
      merge_slashes: false,
      path_with_escaped_slashes_action: "KEEP_UNCHANGED",
      common_http_protocol_options: { headers_with_underscores_action: "REJECT_REQUEST" },
    });
    const hosts = valueAt(manager, ["route_config", "virtual_hosts"]);
    expect(hosts).toMatchObject([{ domains: ["*"], routes: [{ match: { prefix: "/" } }] }]);
  });

  it("drops x-amz- headers before it asks, and what is Postern's before it sends", () => {
    expect(scriptOf("drop")).toContain('name:sub(1, 6) == "x-amz-"');
    expect(scriptOf("send")).toContain('name:sub(1, 10) == "x-postern-"');
    expect(scriptOf("send")).toContain('headers:replace(":path", target)');
    expect(scriptOf("send")).toContain('headers:replace(":authority", host)');
  });

  it("opens no WebSocket at AWS", () => {
    expect(manager).not.toHaveProperty("upgrade_configs");
    expect(valueAt(manager, ["route_config", "virtual_hosts", 0, "routes", 0, "route"])).not.toHaveProperty(
      "upgrade_configs",
    );
  });

  it("tells caches by what an answer differs, and sends nobody elsewhere", () => {
    const said = [...scriptOf("send").matchAll(/headers:add\("vary", "(?<names>[^"]*)"\)/g)];
    expect(said.flatMap(({ groups }) => (groups?.["names"] ?? "").split(", "))).toEqual(TOKENS);
    for (const name of ["location", "refresh"])
      expect(scriptOf("send")).toContain(`headers:remove("${name}")`);
  });

  it("removes each header that it asks by before it is written", () => {
    const mutations = valueAt(filter("ask"), ["mutations", "request_mutations"]) as readonly {
      readonly remove?: string;
      readonly append?: { readonly header: { readonly key: string }; readonly append_action: string };
    }[];
    const steps = mutations.map(({ remove, append }) => [remove ?? "", append?.header.key ?? ""] as const);
    const written = steps.flatMap(([, key]) => (key === "" ? [] : [key]));
    expect(written).toEqual([
      "x-original-method",
      "x-original-uri",
      "x-original-host",
      "x-original-content-length",
    ]);
    for (const key of written)
      expect(steps.findIndex(([removed]) => removed === key)).toBeLessThan(
        steps.findIndex(([, added]) => added === key),
      );
    for (const { append } of mutations)
      expect(append?.append_action ?? "OVERWRITE_IF_EXISTS_OR_ADD").toBe("OVERWRITE_IF_EXISTS_OR_ADD");
    const removed = steps.map(([name]) => name);
    for (const name of ["cookie", "x-postern-secret", "x-postern-target", "x-postern-host"])
      expect(removed).toContain(name);
    const said = asMap(besides(envoy)["authorize"]);
    const asked = ["methodHeader", "uriHeader", "hostHeader", "lengthHeader"].map((key) => said[key]);
    expect(asked.map((name) => String(name).toLowerCase())).toEqual(written);
  });

  it("lets nothing pass without Postern, shows it all headers, and no body", () => {
    const { http_service: service, ...rest } = filter("postern");
    expect(rest).toEqual({
      "@type": "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
      transport_api_version: "V3",
      failure_mode_allow: false,
      status_on_error: { code: "ServiceUnavailable" },
      allowed_headers: { patterns: [{ safe_regex: { regex: ".*" } }] },
    });
    expect(service).toMatchObject({
      path_prefix: "/.postern/authorize",
      authorization_response: {
        allowed_upstream_headers: {
          patterns: [
            { exact: "authorization" },
            { prefix: "x-amz-" },
            { exact: "x-postern-target" },
            { exact: "x-postern-host" },
          ],
        },
      },
    });
  });

  it("names its clusters, and verifies AWS's certificate", () => {
    const clusters = valueAt(tree, ["static_resources", "clusters"]) as readonly { readonly name: string }[];
    expect(clusters.map(({ name }) => name)).toEqual(["postern", "s3"]);
    expect(clusters[1]).toMatchObject({
      transport_socket: {
        typed_config: {
          sni: "s3.eu-central-1.amazonaws.com",
          common_tls_context: {
            validation_context: {
              match_typed_subject_alt_names: [{ matcher: { exact: "s3.eu-central-1.amazonaws.com" } }],
            },
          },
        },
      },
    });
  });
});

describe("deploy/traefik", () => {
  const http = asMap(asMap(parse(traefik))["http"]);
  const middleware = (name: string, kind: string) => asMap(valueAt(http, ["middlewares", name, kind]));

  it("trusts no header of a client's, and takes what is signed from Postern alone", () => {
    expect(middleware("postern", "forwardAuth")).toEqual({
      address: "http://127.0.0.1:4484/.postern/authorize",
      trustForwardHeader: false,
      authResponseHeaders: ["Authorization"],
      authResponseHeadersRegex: "(?i)^x-amz-",
    });
    const entry = valueAt(parse(textOf("deploy/traefik/traefik.yaml")), ["entryPoints", "objects"]);
    expect(entry).toMatchObject({
      forwardedHeaders: { insecure: false },
      http: { underscoreHeadersStrategy: "reject" },
    });
  });

  it("puts the secret over a client's before it asks, and takes it off before it sends", () => {
    expect(valueAt(http, ["routers", "objects"])).toMatchObject({
      rule: "Host(`files.example.com`) && (Method(`GET`) || Method(`HEAD`))",
      middlewares: ["postern-secret", "postern", "without-tokens"],
    });
    const before = asMap(middleware("postern-secret", "headers")["customRequestHeaders"]);
    expect(before).toEqual({ "X-Postern-Secret": '{{ env "POSTERN_SECRET" }}', Cookie: "" });
    const after = asMap(middleware("without-tokens", "headers")["customRequestHeaders"]);
    for (const name of ["X-Postern-Secret", "X-Postern-Token", "X-Postern-Id-Token", "X-Postern-Role"])
      expect(after).toHaveProperty([name], "");
  });

  it("opens no WebSocket at AWS", () => {
    expect(middleware("without-tokens", "headers")["customRequestHeaders"]).toHaveProperty("Upgrade", "");
  });

  it("tells caches by what an answer differs, and sends nobody elsewhere", () => {
    expect(middleware("without-tokens", "headers")["customResponseHeaders"]).toEqual({
      Location: "",
      Refresh: "",
      "Cache-Control": "private, no-cache",
      Vary: TOKENS.join(", "),
    });
  });

  it("sends the Host that was signed, and Postern is asked by Traefik's own headers", () => {
    expect(valueAt(http, ["services", "s3", "loadBalancer"])).toEqual({
      passHostHeader: false,
      servers: [{ url: "https://s3.eu-central-1.amazonaws.com" }],
    });
    expect(asMap(besides(traefik)["authorize"])).toMatchObject({
      methodHeader: "X-Forwarded-Method",
      uriHeader: "X-Forwarded-Uri",
      hostHeader: "X-Forwarded-Host",
      exact: true,
    });
  });
});
