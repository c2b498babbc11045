import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { speak } from "./spoken.ts";

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serving(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await once(server.listen(0, "127.0.0.1"), "listening");
  return String((server.address() as AddressInfo).port);
}

it("asks /readyz of the probes port, with which a lock is no fault, and exits 0 when it is ready", async () => {
  const port = await serving(({ url }, response) =>
    response.writeHead(url === "/readyz?locked=ok" ? 200 : 404).end("good\n"),
  );
  const good = { code: 0, out: "good\n", err: "" };
  expect(await speak(["health"], { POSTERN_PROBES_PORT: port })).toEqual(good);
  expect(await speak(["health", "--url", `http://127.0.0.1:${port}`])).toEqual(good);
  expect(await speak(["health", "--url", `http://127.0.0.1:${port}/`])).toEqual(good);
});

it("exits 1 when it is not ready, and shows what it waits for", async () => {
  const port = await serving((_, response) => response.writeHead(503).end('{"ready":false}'));
  expect(await speak(["health"], { POSTERN_PROBES_PORT: port })).toEqual({
    code: 1,
    out: '{"ready":false}\n',
    err: "",
  });
});

it("does not take a redirect for health", async () => {
  const port = await serving((_, response) => response.writeHead(302, { location: "/livez" }).end());
  expect(await speak(["health"], { POSTERN_PROBES_PORT: port })).toMatchObject({ code: 1 });
});

it("exits 1 where nothing answers, and says in one line where it asked", async () => {
  const port = await serving(() => {});
  await new Promise((resolve) => server?.close(resolve));
  expect(await speak(["health"], { POSTERN_PROBES_PORT: port })).toEqual({
    code: 1,
    out: "",
    err: `postern: nothing answers at http://127.0.0.1:${port}\n`,
  });
});

it("S6.7 M9 prints an answer as one line that commands no terminal", async () => {
  const port = await serving((_, response) => response.end("a\u001b[2J\nb\u009b"));
  const { out } = await speak(["health"], { POSTERN_PROBES_PORT: port });
  expect(out).toBe(String.raw`a\u001b[2J\u000ab\u009b` + "\n");
});

it.each(["4481", "localhost:4481", "ftp://127.0.0.1", "http://", "file:///etc/passwd"])(
  "does not take %s for a URL",
  async (url) => {
    expect(await speak(["health", "--url", url])).toEqual({
      code: 64,
      out: "",
      err: `postern: "${url}" is not a URL such as http://127.0.0.1:4481; see postern health --help\n`,
    });
  },
);

it("says that a variable is no port", async () => {
  expect(await speak(["health"], { POSTERN_PROBES_PORT: "probes" })).toEqual({
    code: 64,
    out: "",
    err: 'postern: POSTERN_PROBES_PORT is a port, from 0 to 65535, and not "probes"\n',
  });
});
