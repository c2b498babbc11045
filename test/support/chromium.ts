import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Frame, type Page } from "playwright-core";

const ROOT = join(import.meta.dirname, "../..");

/** Debian's Chromium, where it is installed. */
export function findChromium(): string | undefined {
  const paths = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "chromium"));
  return paths.find((path) => existsSync(path));
}

/**
 * Runs it without a window. As root it can have no sandbox, and no page of a test is a stranger's; a container may have next
 * to no shared memory. The name `rebound.test` leads to this machine, as a stranger's name may, and nothing keeps its pages
 * from there, as in browsers up to now.
 */
export function startChromium(executablePath: string): Promise<Browser> {
  const rebound = "--host-resolver-rules=MAP rebound.test 127.0.0.1";
  const unkept = "--disable-features=LocalNetworkAccessChecks";
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-dev-shm-usage", rebound, unkept],
  });
}

/** An empty page at every path of a port, by two names of this machine: two origins. */
export interface PageServer {
  /** `http://127.0.0.1:PORT`: another origin than Postern at that address, and the same site, so that cookies go along. */
  readonly near: string;
  /** `http://localhost:PORT`: another site. */
  readonly far: string;
  readonly close: () => Promise<void>;
}

export async function servePages(): Promise<PageServer> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>a page</title>");
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    near: `http://127.0.0.1:${port}`,
    far: `http://localhost:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/** A script of `pages/` with the npm packages that it imports, made by the esbuild that tsx brings. */
export function scriptForPages(name: string): string {
  const options = ["--bundle", "--format=iife", "--platform=browser", "--log-level=error"];
  return execFileSync(
    join(ROOT, "node_modules/.bin/esbuild"),
    [join(import.meta.dirname, "pages", name), ...options],
    { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
}

/** What a page saw of an answer; `error` where the browser gave it none. */
export interface Seen {
  readonly error?: string;
  readonly status?: number;
  /** `opaque` where the page may know nothing of it. */
  readonly type?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

/** What a page fetches with. */
export type Asking = Readonly<Omit<RequestInit, "headers">> & {
  readonly headers?: Readonly<Record<string, string>>;
};

/** Has a page fetch, and tells what it sees. */
export function fetchIn(page: Page | Frame, url: string, asking: Asking = {}): Promise<Seen> {
  return page.evaluate(
    async ({ url, asking }) => {
      try {
        const answer = await fetch(url, asking);
        const { status, type, headers } = answer;
        return {
          status,
          type,
          url: answer.url,
          headers: Object.fromEntries(headers),
          text: await answer.text(),
        };
      } catch (error) {
        return { error: String(error) };
      }
    },
    { url, asking },
  );
}
