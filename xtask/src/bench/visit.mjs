// Opens one page in Chromium and prints what it cost, as JSON. Called by `cargo xtask bench`.
const { chromium } = await import(process.env.PLAYWRIGHT);
const { url, drawn, busy, session: held } = JSON.parse(process.argv[2]);

const PATIENCE = 300_000;
const QUIET = 500;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const origin = new URL(url).origin;
  if (held) {
    const [name, value] = held.split("=");
    // The prefix of the name wants a secure cookie; browsers send those to this machine without TLS.
    await page.context().addCookies([{ name, value, domain: new URL(url).hostname, path: "/", secure: true, httpOnly: true, sameSite: "Strict" }]);
  }
  // Some dashboards ask the internet for fonts and style sheets: only the server under test counts.
  await page.route((address) => address.origin !== origin, (route) => route.abort());
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const open = new Map();
  let last = performance.now();
  session.on("Network.requestWillBeSent", ({ requestId, request, timestamp }) => {
    last = performance.now();
    open.set(requestId, { url: request.url, sent: timestamp });
  });
  session.on("Network.responseReceived", ({ requestId, response, type }) => {
    const one = open.get(requestId);
    if (one) Object.assign(one, { type, headers: response.headers });
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength, timestamp }) => {
    last = performance.now();
    const one = open.get(requestId);
    if (one) Object.assign(one, { bytes: encodedDataLength, done: timestamp });
  });

  const started = performance.now();
  await page.goto(url, { waitUntil: "commit", timeout: PATIENCE });
  await page.waitForFunction(
    ([drawn, busy]) =>
      document.readyState === "complete" && document.querySelector(drawn) && !(busy && document.querySelector(busy)),
    [drawn, busy],
    { polling: "raf", timeout: PATIENCE },
  );
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const drawn_ms = performance.now() - started;
  while (performance.now() - last < QUIET) await new Promise((done) => setTimeout(done, 50));

  const answers = [...open.values()].filter((one) => one.done && one.url.startsWith(origin) && one.type !== "EventSource");
  const encoding = ({ headers = {} }) =>
    Object.entries(headers).find(([name]) => name.toLowerCase() === "content-encoding")?.[1] ?? "plain";
  console.log(
    JSON.stringify({
      drawn_ms,
      slowest_ms: Math.max(...answers.map((one) => (one.done - one.sent) * 1000)),
      answers: answers.map((one) => ({
        path: new URL(one.url).pathname,
        encoding: encoding(one),
        bytes: one.bytes,
      })),
    }),
  );
} finally {
  await browser.close();
}
