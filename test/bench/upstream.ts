/** The far end of every measurement: a keep-alive server that answers 1 KB to whatever it is asked. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { announce } from "./subject.ts";

const BODY = Buffer.alloc(1024, "p");
const HEADERS = ["content-type", "application/octet-stream", "content-length", "1024", "etag", '"1kb"'];

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, HEADERS);
  response.end(BODY);
});
server.listen(0, "127.0.0.1", () => {
  announce({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
