import { X509Certificate } from "node:crypto";

/** As OpenSSL finds them: both marks begin a line, so that one that is commented out is none. */
const CERTIFICATE = /(?<![^\n])-----BEGIN CERTIFICATE-----[^-]*(?<=\n)-----END CERTIFICATE-----/g;

/** The certificates of a PEM file, in its order; undefined where it holds none, or one that cannot be read. */
export function certificatesIn(text: string): readonly X509Certificate[] | undefined {
  const found = text.match(CERTIFICATE);
  try {
    return found?.map((pem) => new X509Certificate(pem));
  } catch {
    return undefined;
  }
}
