import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenGuard } from "../../src/upstream/token-guard.ts";

/** As AWS makes them: base64, its `+`, `/` and `=` among it. */
const RUN = "f3hJk2Lm4Np6Qr8St0Uv1Wx3Yz7AbCdEfGh";
const TOKEN = `IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUCIQDk+Aa0/9/${RUN}/4==`;
const bytes = Buffer.from;

const isIn = (text: string, token = TOKEN): boolean => new TokenGuard(token).isIn([bytes(text)]);

describe("a session token", () => {
  it.each([
    ["as it is", TOKEN],
    ["escaped for XML", TOKEN.replaceAll("+", "&#43;").replaceAll("=", "&#x3D;").replaceAll("/", "&#47;")],
    ["escaped for JSON", TOKEN.replaceAll("/", "\\/").replaceAll("=", "\\u003d").replaceAll("+", "\\u002b")],
    ["escaped for a URL", encodeURIComponent(TOKEN)],
    ["as hex bytes, in S3's manner", [...bytes(TOKEN)].map((byte) => byte.toString(16)).join(" ")],
  ])("is found %s", (_form, text) => {
    expect(isIn(`<CanonicalRequest>x-amz-security-token:${text}\n</CanonicalRequest>`)).toBe(true);
  });

  it("is found in any of several parts", () => {
    expect(new TokenGuard(TOKEN).isIn([bytes("x"), bytes(`Bearer ${TOKEN}`), bytes("y")])).toBe(true);
  });

  it("is found whole where it has no long run of plain letters", () => {
    expect(isIn("a.b.c", "a.b.c")).toBe(true);
    expect(isIn("a.b.d", "a.b.c")).toBe(false);
  });

  it.each(["", "IQoJb3JpZ2luX2VjEJr", TOKEN.slice(0, 70), TOKEN.toLowerCase()])(
    "is not found in what is none of it: %s",
    (text) => expect(isIn(text)).toBe(false),
  );
});

/** What a client gets of a body that came in these pieces, and whether it got the end of it. */
function streamed(pieces: readonly Buffer[]): { readonly text: string; readonly whole: boolean } {
  const guard = new TokenGuard(TOKEN);
  let text = "";
  for (const piece of pieces) {
    const passing = guard.pass(piece);
    if (passing === undefined) return { text, whole: false };
    text += passing.toString("latin1");
  }
  return { text: text + guard.rest().toString("latin1"), whole: true };
}

function cut(text: string, places: readonly number[]): readonly Buffer[] {
  const ends = [...new Set(places.map((place) => place % (text.length + 1))), text.length].toSorted(
    (a, b) => a - b,
  );
  return ends.map((end, i) => bytes(text.slice(i === 0 ? 0 : ends[i - 1], end), "latin1"));
}

const text = fc.string({ maxLength: 400 });
const places = fc.array(fc.nat(), { maxLength: 12 });

describe("a body that streams", () => {
  it("passes byte for byte where the token is not in it, however it is cut", () => {
    fc.assert(
      fc.property(text, places, (around, at) => {
        const body = `${bytes(around).toString("latin1")}${TOKEN.slice(0, 70)}${around.length}`;
        expect(streamed(cut(body, at))).toEqual({ text: body, whole: true });
      }),
    );
  });

  it("shows no part of what the token is known by, however it is cut", () => {
    fc.assert(
      fc.property(text, places, text, (before, at, behind) => {
        const body = bytes(`${before}${TOKEN}${behind}`).toString("latin1");
        const { text: seen, whole } = streamed(cut(body, at));
        expect(whole).toBe(false);
        expect(seen.length).toBeLessThanOrEqual(body.indexOf(TOKEN));
        expect(body.startsWith(seen)).toBe(true);
      }),
    );
  });

  it("passes at once where its end begins neither the token nor what it is known by", () => {
    const firsts = [TOKEN, RUN, bytes(RUN).toString("hex")].map((form) => form.slice(0, 1));
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), fc.constantFrom("\n", "}", " ", "z"), (event, end) => {
        expect(firsts).not.toContain(end);
        expect(new TokenGuard(TOKEN).pass(bytes(event + end))).toEqual(bytes(event + end));
      }),
    );
  });

  it("waits with what begins the token, and with no more", () => {
    const guard = new TokenGuard(TOKEN);
    expect(guard.pass(bytes(`data ff${RUN.slice(0, 9)}`))?.toString()).toBe("data ff");
    expect(guard.rest().toString()).toBe(RUN.slice(0, 9));
    expect(guard.pass(bytes("\n"))?.toString()).toBe(`${RUN.slice(0, 9)}\n`);
    expect(guard.rest()).toHaveLength(0);
  });
});
