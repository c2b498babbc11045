import { expect, it } from "vitest";
import { terminal } from "../../src/cli/terminal.ts";
import { listening } from "./spoken.ts";

it.each([
  ["reports/q3.txt", "reports/q3.txt"],
  ["Grüße, 你好 😀", "Grüße, 你好 😀"],
  ["\u001b[31mred\u001b[0m", String.raw`\u001b[31mred\u001b[0m`],
  ["a\nb\r\tc\u0000", String.raw`a\u000ab\u000d\u0009c\u0000`],
  ["\u007f\u0085\u009b31m", String.raw`\u007f\u0085\u009b31m`],
  ["a\u2028b\u2029", String.raw`a\u2028b\u2029`],
  ["\u202eevil\u2066", String.raw`\u202eevil\u2066`],
  ["\u200b\ufeff", String.raw`\u200b\ufeff`],
  ["\u{e0041}", String.raw`\udb40\udc41`],
  ["\ud800x", String.raw`\ud800x`],
])("S6.7 M9 makes what commands a terminal visible: %j", (text, plain) => {
  expect(terminal.plain(text)).toBe(plain);
});

it("leaves JSON JSON, with the same meaning", () => {
  const value = { key: "a\u009b\u202e\u2028b\u001b" };
  expect(JSON.parse(terminal.plain(JSON.stringify(value)))).toEqual(value);
});

it("speaks in lines, each on its own stream", async () => {
  const said = await listening(async () => {
    terminal.out("good");
    terminal.err("bad");
    return 0;
  });
  expect(said).toEqual({ code: 0, out: "good\n", err: "bad\n" });
});
