import { describe, expect, it } from "vitest";
import { readHeaders } from "../../../src/domain/head.ts";
import { findTokens } from "../../../src/identity/bearer.ts";
import { protocolsOf, readHandshake, webSocketLines } from "../../../src/proxy/tunnels/handshake.ts";
import { codeOf } from "../../support/asking.ts";

const TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln";
const BEARER = `base64url.bearer.authorization.postern.${Buffer.from(TOKEN).toString("base64url")}`;

const handshakeOf = (url: string, ...rawHeaders: string[]) =>
  readHandshake({ method: "GET", url, rawHeaders });

describe("a token among the subprotocols", () => {
  it.each([
    ["before the one that is meant", `${BEARER}, mqtt`, "mqtt"],
    ["behind it", `mqtt,${BEARER}`, "mqtt"],
    ["between two", `mqtt , ${BEARER} ,mqttv3.1`, "mqtt, mqttv3.1"],
    ["in another case of the form's name", `${BEARER.replace("bearer", "BEARER")}, mqtt`, "mqtt"],
  ])("is a token of a request, and no subprotocol: %s", (_where, value, left) => {
    const { head } = handshakeOf("/things/mqtt", "Sec-WebSocket-Protocol", value);
    expect(findTokens(head.headers)?.token).toBe(TOKEN);
    expect(head.headers.get("sec-websocket-protocol")).toBe(left);
    expect([...head.headers.entries()].join()).not.toContain("base64url.bearer");
  });

  it("leaves no offer where it stands alone", () => {
    const { head } = handshakeOf("/things/mqtt", "Sec-WebSocket-Protocol", BEARER);
    expect(head.headers.has("sec-websocket-protocol")).toBe(false);
  });

  it.each([
    ["nothing", "base64url.bearer.authorization.postern."],
    ["padding", `${BEARER}=`],
    ["other base64", `base64url.bearer.authorization.postern.${Buffer.from("ÿ\u00FE>?").toString("base64")}`],
    [
      "bytes that no header holds",
      `base64url.bearer.authorization.postern.${Buffer.from("a\r\nb: c").toString("base64url")}`,
    ],
    [
      "text that decodes to the same",
      `${BEARER.slice(0, -1)}${BEARER.endsWith("w") ? "x" : "w"}`.concat("!"),
    ],
  ])("is refused where it is %s", (_what, value) => {
    expect(codeOf(() => handshakeOf("/", "Sec-WebSocket-Protocol", value))).toBe("token-malformed");
  });
});

describe("a token in the query", () => {
  it.each([
    [`/chat?postern-token=${TOKEN}`, "/chat"],
    [`/chat?a=1&postern-token=${TOKEN}&b=2`, "/chat?a=1&b=2"],
    [`/chat?%70ostern-token=${TOKEN}`, "/chat"],
    [`/chat?POSTERN-TOKEN=${TOKEN}&a`, "/chat?a"],
  ])("is taken out of %s", (url, left) => {
    const { head, hasQueryToken } = handshakeOf(url);
    expect(head.target).toBe(left);
    expect(hasQueryToken).toBe(true);
    expect(findTokens(head.headers)?.token).toBe(TOKEN);
  });

  it("is nothing that only looks like one", () => {
    const { head, hasQueryToken } = handshakeOf("/chat?x-postern-token=1&token=2&%zz=3");
    expect([head.target, hasQueryToken]).toEqual(["/chat?x-postern-token=1&token=2&%zz=3", false]);
  });
});

it.each([
  ["the query twice", `/?postern-token=${TOKEN}&postern-token=${TOKEN}`, []],
  ["the query and a header", `/?postern-token=${TOKEN}`, ["X-Postern-Token", TOKEN]],
  ["the query and Authorization", `/?postern-token=${TOKEN}`, ["Authorization", `Bearer ${TOKEN}`]],
  ["two subprotocols", "/", ["Sec-WebSocket-Protocol", `${BEARER}, ${BEARER}`]],
  ["a subprotocol and the query", `/?postern-token=${TOKEN}`, ["Sec-WebSocket-Protocol", BEARER]],
  ["a subprotocol and a header", "/", ["Sec-WebSocket-Protocol", BEARER, "X-Postern-Token", TOKEN]],
])("two tokens are two tokens: %s", (_where, url, lines) => {
  const { head } = handshakeOf(url, ...lines);
  expect(codeOf(() => findTokens(head.headers))).toBe("two-tokens");
});

it("a cookie beside a moved token is a second one", () => {
  const { head } = handshakeOf("/", "Sec-WebSocket-Protocol", BEARER, "Cookie", `session=${TOKEN}`);
  expect(codeOf(() => findTokens(head.headers, "session"))).toBe("two-tokens");
});

describe("what AWS gets of a handshake", () => {
  const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
  const GOOD = ["Sec-WebSocket-Key", KEY, "Sec-WebSocket-Version", "13"];

  it("is key, version, extensions and subprotocols", () => {
    const lines = [
      ...GOOD,
      "Sec-WebSocket-Extensions",
      "permessage-deflate",
      "Sec-WebSocket-Protocol",
      "mqtt",
    ];
    expect(webSocketLines(readHeaders([...lines, "Sec-WebSocket-Odd", "1"]))).toEqual([
      ["sec-websocket-key", KEY],
      ["sec-websocket-version", "13"],
      ["sec-websocket-extensions", "permessage-deflate"],
      ["sec-websocket-protocol", "mqtt"],
    ]);
  });

  it.each([
    ["no key", GOOD.slice(2)],
    ["a short key", ["Sec-WebSocket-Key", "dGhl", ...GOOD.slice(2)]],
    ["a key of other bits", ["Sec-WebSocket-Key", KEY.replace("Q==", "R=="), ...GOOD.slice(2)]],
    ["subprotocols of which one has a space", [...GOOD, "Sec-WebSocket-Protocol", `a ${BEARER}`]],
  ])("is refused with %s", (_what, lines) => {
    expect(codeOf(() => webSocketLines(readHeaders(lines)))).toBe("target-malformed");
  });

  it.each(["8", "14", "13, 8", ""])("is refused in another version: %j", (version) => {
    const lines = ["Sec-WebSocket-Key", KEY, "Sec-WebSocket-Version", version];
    expect(codeOf(() => webSocketLines(readHeaders(lines)))).toBe("upgrade-required");
  });

  it.each(["mqtt, mqtt", "mqtt, , x", "a b"])("has no subprotocols like %s", (value) => {
    expect(codeOf(() => protocolsOf(readHeaders(["Sec-WebSocket-Protocol", value])))).toBe(
      "target-malformed",
    );
  });
});
