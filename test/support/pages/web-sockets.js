// What pages do with WebSockets.

/** All that a page may know of an end. */
const endOf = (socket) =>
  new Promise((resolve) => {
    socket.addEventListener("close", ({ code, reason }) => resolve([code, reason]));
  });

/** Opens a WebSocket, says something over it, and tells what came back, or how it ended before. */
globalThis.say = (url, protocols, words) => {
  const socket = new WebSocket(url, protocols);
  socket.addEventListener("open", () => socket.send(words));
  const heard = new Promise((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      resolve({ protocol: socket.protocol, data });
      socket.close();
    });
  });
  return Promise.race([heard, endOf(socket)]);
};

/** Of all that {@link stay} has opened. */
globalThis.ends = [];

/** Opens one, and leaves it open. */
globalThis.stay = (url, protocols) => {
  const socket = new WebSocket(url, protocols);
  globalThis.ends.push(endOf(socket));
  return new Promise((resolve) => {
    socket.addEventListener("open", () => resolve("open"));
    socket.addEventListener("close", () => resolve("closed"));
  });
};

/** Whether one opens, or tells why it does not. */
const opens = (url, protocols) =>
  new Promise((resolve) => {
    const socket = new WebSocket(url, protocols);
    socket.addEventListener("open", () => resolve(true));
    socket.addEventListener("close", ({ code, reason }) => resolve(code !== 1006 || reason !== ""));
  });

function opensInWorker(...wish) {
  const script = `(${opens.toString()})(...${JSON.stringify(wish)}).then(postMessage)`;
  const worker = new Worker(URL.createObjectURL(new Blob([script])));
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", ({ data }) => resolve(data));
    worker.addEventListener("error", reject);
  });
}

const opensAsStream = (url, protocols) =>
  new WebSocketStream(url, { protocols }).opened.then(
    () => true,
    () => false,
  );

/** Tries each wish, and the last of them in the other ways that there are too; tells what opened. */
globalThis.tryWebSockets = async (wishes) => {
  const last = wishes.at(-1);
  const opened = [];
  for (const wish of wishes) if (await opens(...wish)) opened.push(wish);
  if (await opensInWorker(...last)) opened.push(["in a worker", ...last]);
  if (await opensAsStream(...last)) opened.push(["as a stream", ...last]);
  return opened;
};
