import { expect, it } from "vitest";
import { plainText } from "../../src/domain/plain-text.ts";

it.each([
  ["plain", "plain"],
  ["schön 雪 🙂", "schön 雪 🙂"],
  ["a\u202egnp.exe", "a\\u202egnp.exe"],
  ["a\nb\tc\u001b[2J", "a\\u000ab\\u0009c\\u001b[2J"],
  ["a\u200bb\ufeffc\u2066d", "a\\u200bb\\ufeffc\\u2066d"],
  ["a\ud800b", "a\\ud800b"],
  ["a\u{e0041}b", "a\\udb40\\udc41b"],
  ["<script>", "<script>"],
])("S6.7 %j is seen as %j", (text, seen) => expect(plainText(text)).toBe(seen));
