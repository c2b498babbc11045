import { describe, expect, it } from "vitest";
import { CLOSE_CODES, TUNNEL_ENDS } from "../../src/domain/tunnel-end.ts";
import { readHandshake } from "../../src/proxy/tunnels/handshake.ts";
import { pageText } from "../support/doc-pages.ts";

describe("docs/websocket.md", () => {
  const text = pageText("websocket.md");

  it("names every way in which a connection ends, with its close code", () => {
    const rows = text.split("\n");
    for (const why of TUNNEL_ENDS) {
      const row = rows.find((one) => one.startsWith("| `") && one.split("|")[1]?.includes(`\`${why}\``));
      expect(row, why).toContain(String(CLOSE_CODES[why]));
    }
  });

  it("names the form of a token among the subprotocols", () => {
    const form = /`(?<form>base64url\.[\w.]+\.)TOKEN`/.exec(text)?.groups?.["form"] ?? "";
    const offered = `${form}${Buffer.from("a.b.c").toString("base64url")}`;
    const rawHeaders = ["Sec-WebSocket-Protocol", offered];
    const { head } = readHandshake({ method: "GET", url: "/", rawHeaders });
    expect(head.headers.get("x-postern-token")).toBe("a.b.c");
  });
});
