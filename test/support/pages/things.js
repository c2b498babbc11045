import mqtt from "mqtt";

/** What the next client brings its token in, beside `mqtt`; a subprotocol of Postern's, or nothing. */
globalThis.bearer = [];

/** What its WebSockets told: the subprotocol of each that opened, code and reason of each that closed. */
globalThis.told = [];

/** A client of mqtt.js once it is connected; rejects where it is not. */
globalThis.connectThings = (url, options) => {
  const client = mqtt.connect(url, {
    reconnectPeriod: 0,
    ...options,
    createWebsocket: (address, protocols) => {
      const socket = new WebSocket(address, [...protocols, ...globalThis.bearer]);
      socket.addEventListener("open", () => globalThis.told.push(socket.protocol));
      socket.addEventListener("close", ({ code, reason }) => globalThis.told.push([code, reason]));
      return socket;
    },
  });
  client.on("disconnect", ({ reasonCode }) => globalThis.told.push(["DISCONNECT", reasonCode]));
  client.on("message", (topic, payload) => globalThis.told.push([topic, String(payload)]));
  return new Promise((resolve, reject) => {
    client.on("error", reject).once("connect", () => {
      globalThis.client = client;
      resolve();
    });
    client.once("close", () => reject(new Error("closed")));
  });
};

/** What comes of something that a client does, as its library tells. */
globalThis.outcomeOf = (act) =>
  act.then(
    () => "done",
    ({ code, message }) => `${message} ${code}`,
  );
