import { describe, expect, it } from "vitest";
import { pageOf } from "../../../src/admin/console/page/page.tsx";
import { sheetOf } from "../../../src/admin/console/sheet/sheet-of.ts";
import type { ConsoleView } from "../../../src/admin/console/view.ts";
import { createRecent } from "../../../src/telemetry/recent.ts";
import { outcomeOf } from "../../telemetry/outcomes.ts";
import { NOON, viewOf } from "./views.ts";

const pageWith = (more: Partial<ConsoleView> = {}): string => pageOf(sheetOf(viewOf(more)));

/** Every tag of a page, in order. */
const tagsIn = (html: string): readonly string[] => html.match(/<[^>]*>/g) ?? [];

const isSuggestingNothing = (html: string): boolean => /data-recording="[^"]*" hidden/.test(html);

const SCRIPT = "<script>alert(1)</script>";
const QUOTE = `"'><img src=x onerror=alert(1)>`;
const TURNED = "\u202etxt.exe\u2066";

describe("S6.7 the page", () => {
  it("has no script and no style but its own files, and no address of another host", () => {
    const tags = tagsIn(pageWith());
    expect(tags.filter((tag) => tag.startsWith("<script"))).toEqual([
      '<script type="module" src="/console.js">',
    ]);
    expect(tags.filter((tag) => /<style|\sstyle=|\son[a-z]+=/.test(tag))).toEqual([]);
    const addresses = tags.flatMap((tag) => /(?:href|src|action)="([^"]*)"/.exec(tag)?.[1] ?? []);
    expect(addresses.filter((address) => !/^(?:\/[\w./-]*|#\w+|data:,)$/.test(address))).toEqual([]);
  });

  it.each([
    ["a script", SCRIPT],
    ["quotes and a handler", QUOTE],
    ["turned writing", TURNED],
    ["10 kB", "k".repeat(10_000)],
    ["controls", "\u0000\u001b[2J\r\n"],
    ["entities", "&lt;script&gt;&quot;"],
  ])("shows %s as text, wherever it stands", (_what, hostile) => {
    const recent = createRecent(() => NOON);
    recent.record(
      outcomeOf({
        verdict: "denial",
        outcome: "refused",
        reason: "denied-by-rule",
        rule: hostile,
        resource: `arn:aws:s3:::reports/${hostile}`,
        operation: hostile,
        groups: [hostile, hostile],
      }),
    );
    const role = `arn:aws:iam::123456789012:role/${hostile}`;
    const one = { caller: "digest", kind: "user", source: hostile, role, assumedRoleArn: hostile } as const;
    const html = pageWith({
      version: hostile,
      recent: recent.look(),
      rules: [{ name: hostile, effect: "allow" }],
      readiness: { ready: false, waitingFor: [hostile], draining: false, locked: false },
      identities: { total: 1, newest: [{ ...one, endsAtMs: NOON, usedAtMs: NOON }] },
      issuers: new Map([[hostile, 1]]),
      document: { [hostile]: [hostile, { a: hostile }] },
    });
    const names = new Set(tagsIn(html).map((tag) => /^<\/?([\w!-]+)/.exec(tag)?.[1]));
    expect([...names].filter((name) => name === "img" || name === "svg")).toEqual([]);
    expect(html.split("<script").length).toBe(2);
    expect(tagsIn(html).filter((tag) => /\son\w+=/.test(tag))).toEqual([]);
    expect(html).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    // A key is shortened where it is remembered.
    expect(html.split("k".repeat(1000)).length).toBeLessThan(hostile.length * 2);
  });

  it("is complete without scripts, and says that it does not live", () => {
    const html = pageWith({ rules: [{ name: "analysts read reports", effect: "allow" }] });
    expect(html).toContain("As it was at 12:00:00 UTC");
    expect(html).toContain("analysts read reports");
    expect(html).toContain("<noscript>");
  });

  it("lets no browser send the form by itself", () => {
    const tags = tagsIn(pageWith());
    expect(tags.find((tag) => tag.startsWith("<form"))).toContain('method="post"');
    expect(tags.filter((tag) => tag.startsWith("<button"))).toEqual(['<button type="submit" disabled="">']);
    const token = tags.find((tag) => tag.includes('name="token"'));
    expect(token).toContain('type="password"');
    expect(token).toContain('autocomplete="off"');
    expect(token).not.toContain("value=");
  });

  it("has suggestions while it records, and only then", () => {
    expect(isSuggestingNothing(pageWith())).toBe(true);
    expect(isSuggestingNothing(pageWith({ recordsUntilMs: NOON + 1 }))).toBe(false);
  });

  it("says of an empty table what it means that it is empty", () => {
    const html = pageWith();
    expect(html).toContain('data-empty="refusals">Nothing was refused yet.');
    expect(html).toMatch(/data-table="refusals" hidden/);
  });

  it("names each section by its heading, and each id is there once", () => {
    const tags = tagsIn(pageWith());
    const ids = tags.flatMap((tag) => /\sid="([^"]*)"/.exec(tag)?.[1] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const labels = tags.flatMap((tag) => /aria-labelledby="([^"]*)"/.exec(tag)?.[1] ?? []);
    expect(labels.length).toBeGreaterThan(8);
    expect(labels.filter((label) => !ids.includes(label))).toEqual([]);
  });
});
