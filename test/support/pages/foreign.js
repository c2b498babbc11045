// What a page that nobody lists can have a browser send, by every means that there is.

const READS = [
  "/s3/reports/q3.txt",
  "/s3/public/index.txt",
  "/s3/reports?list-type=2",
  "/orders/me",
  "/.postern/whoami",
  "/lambda/x",
];
const WRITES = [
  ["/s3/reports?delete", "<Delete><Object><Key>q3.txt</Key></Object></Delete>"],
  ["/s3/reports", "file"],
  ["/dynamodb/", '{"TableName":"Orders"}'],
  ["/sqs/", "Action=DeleteQueue"],
  ["/orders/orders", "{}"],
  ["/.postern/presign", '{"method":"GET","target":"/s3/reports/q3.txt"}'],
];
/** Those of requests that go without a preflight. */
const FORMS = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"];

async function seenOf(url, init) {
  try {
    const answer = await fetch(url, init);
    const text = await answer.text();
    return answer.type === "opaque" && text === "" ? [] : [{ url, ...init, status: answer.status, text }];
  } catch {
    return [];
  }
}

function simpleRequests() {
  return ["cors", "no-cors"].flatMap((mode) => [
    ...READS.map((target) => [target, { mode }]),
    ...WRITES.flatMap(([target, body]) =>
      FORMS.map((type) => [target, { mode, method: "POST", headers: { "content-type": type }, body }]),
    ),
  ]);
}

function askedRequests(token) {
  const presented = [
    { "x-postern-client": "1" },
    { authorization: `Bearer ${token}` },
    { "x-postern-token": token },
  ];
  return presented.flatMap((headers) => [
    ["/s3/reports/q3.txt", { headers }],
    ["/s3/reports/q3.txt", { method: "DELETE", headers }],
    ["/s3/reports/new.txt", { method: "PUT", headers, body: "new" }],
    ["/orders/orders", { method: "POST", headers, body: "{}" }],
  ]);
}

/** Of elements that show what they name, or run it. */
function shownBy(url) {
  const elements = [
    ["img", "src"],
    ["script", "src"],
    ["link", "href"],
    ["video", "src"],
  ];
  return Promise.all(
    elements.map(([name, attribute]) => {
      const element = Object.assign(document.createElement(name), { rel: "stylesheet", [attribute]: url });
      return new Promise((resolve) => {
        element.addEventListener("load", () => resolve(`${name} ${url}`));
        element.addEventListener("error", () => resolve(undefined));
        document.body.append(element);
      });
    }),
  );
}

/** Of what is older than fetch, or stays open. */
function streamedFrom(url) {
  const asked = new XMLHttpRequest();
  asked.open("GET", url);
  asked.withCredentials = true;
  const events = new EventSource(url, { withCredentials: true });
  const socket = new WebSocket(url.replace("http", "ws"));
  const all = [
    ["an XMLHttpRequest", asked, "load"],
    ["an EventSource", events, "open"],
    ["a WebSocket", socket, "open"],
  ].map(
    ([what, source, good]) =>
      new Promise((resolve) => {
        source.addEventListener(good, () => resolve([what, url]));
        source.addEventListener("error", () => resolve(undefined));
      }),
  );
  asked.send();
  return Promise.all(all).finally(() => events.close());
}

/** Of a form, which leads a frame to the answer. */
async function formed(url, enctype) {
  const frame = Object.assign(document.createElement("iframe"), { name: "answer" });
  const form = Object.assign(document.createElement("form"), { method: "POST", enctype, action: url });
  form.target = "answer";
  form.innerHTML = '<input name="key" value="new.txt"><input name="file" value="new">';
  document.body.append(frame, form);
  await new Promise((resolve) => {
    frame.addEventListener("load", resolve);
    form.submit();
  });
  // A page of another origin has no document for this one.
  const text = frame.contentDocument?.body.innerText ?? "";
  frame.remove();
  form.remove();
  return text === "" ? [] : [text];
}

/** Tries all of it, and tells what the page could read. The last that is sent is a beacon to `/s3/reports?last`. */
globalThis.tryEverything = async (url, token) => {
  const seen = [];
  for (const credentials of ["omit", "include"])
    for (const [target, init] of [...simpleRequests(), ...askedRequests(token)])
      seen.push(...(await seenOf(url + target, { ...init, credentials })));
  for (const target of READS)
    seen.push(...(await shownBy(url + target)), ...(await streamedFrom(url + target)));
  for (const [target] of WRITES)
    for (const enctype of FORMS) seen.push(...(await formed(url + target, enctype)));
  for (const [target, body] of [...WRITES, ["/s3/reports?last", "last"]])
    navigator.sendBeacon(url + target, body);
  return seen.filter((one) => one !== undefined);
};
