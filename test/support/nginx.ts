import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";

/** As Debian installs it. */
export const NGINX = "/usr/sbin/nginx";

const SHIPPED = join(import.meta.dirname, "../../deploy/nginx/postern.conf");

/** nginx with the shipped configuration, in a folder of its own. */
export interface Nginx {
  readonly port: number;
  /** Its error log so far. */
  readonly said: () => string;
  readonly stop: () => Promise<void>;
}

export function isNginxThere(): boolean {
  return existsSync(NGINX);
}

/** What a test changes of the shipped file: each text must stand there once. */
export type Changes = readonly (readonly [text: string, instead: string])[];

/**
 * Starts nginx with the shipped file, but for its addresses: S3 is the stand-in, by plain HTTP.
 *
 * @param authorize where Postern is asked, as `server` of nginx's `upstream` takes it
 */
export async function startNginx(
  { s3Port, authorize }: { readonly s3Port: number; readonly authorize: string },
  more: Changes = [],
): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), "postern-nginx-"));
  const port = await freePort();
  const changed = [
    ["server unix:/run/postern/authorize.sock;", `server ${authorize};`],
    ["server s3.eu-central-1.amazonaws.com:443;", `server 127.0.0.1:${s3Port};`],
    ["proxy_pass https://postern_s3", "proxy_pass http://postern_s3"],
    ["listen 127.0.0.1:8080 default_server;", `listen 127.0.0.1:${port} default_server;`],
    ...more,
  ].reduce(
    (text, [from = "", to = ""]) => {
      if (text.split(from).length !== 2) throw new Error(`it should stand once in the file: ${from}`);
      return text.replace(from, () => to);
    },
    readFileSync(SHIPPED, "utf8"),
  );
  writeFileSync(join(folder, "postern.conf"), changed);
  writeFileSync(join(folder, "nginx.conf"), mainConf(folder));
  const child = spawn(NGINX, ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const exited = once(child, "exit");
  while (!(await isListening(port))) {
    if (child.exitCode !== null) throw new Error(`nginx did not start: ${said}`);
    await sleep(20);
  }
  return {
    port,
    said: () => said,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What Debian's own `nginx.conf` has besides, with nothing outside of the folder. */
function mainConf(folder: string): string {
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  // Of root's nginx the workers are nobody's, and have no business with a socket of root's.
  const user = process.getuid?.() === 0 ? "user root;\n" : "";
  return `${user}daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr info;
events { worker_connections 256; }
http {
  access_log off;
${temp.map((name) => `  ${name}_temp_path ${folder}/${name};\n`).join("")}
  include ${folder}/postern.conf;
}
`;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
