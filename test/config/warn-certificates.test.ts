import { expect, it } from "vitest";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";
import { NOW_MS, readChanged } from "./reading.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** What is warned of a listener with a certificate of some days from now. */
function warnedOf(days: number): readonly string[] {
  const { certPem, keyPem } = createThrowAwayCertificate(NOW_MS + days * DAY_MS);
  const listen = { address: "127.0.0.1:0", tls: { certFile: "/cert", keyFile: "/key" } };
  const { problems, warnings } = readChanged({ listen }, { "/cert": certPem, "/key": keyPem });
  expect(problems).toEqual([]);
  return warnings.map(({ path, message }) => `${path}: ${message}`);
}

it("a certificate that is good now is not warned of", () => {
  expect(warnedOf(0)).toEqual([]);
});

it("a certificate that has ended, or does not begin yet, is warned of", () => {
  expect(warnedOf(-90)).toEqual([
    expect.stringMatching(/^listen\.tls\.certFile: the file \/cert: a certificate in it ended 2025-/),
  ]);
  expect(warnedOf(90)).toEqual([
    expect.stringMatching(/^listen\.tls\.certFile: the file \/cert: a certificate in it begins 2026-04-/),
  ]);
});

it("a file that holds none is refused, and not warned of", () => {
  const listen = { address: "127.0.0.1:0", tls: { certFile: "/cert", keyFile: "/gone" } };
  const { problems, warnings } = readChanged({ listen }, { "/cert": "no PEM" });
  expect(problems).toHaveLength(2);
  expect(warnings).toEqual([]);
});
