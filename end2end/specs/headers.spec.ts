import { LISTS } from "../support/pages";
import { expect, test } from "../support/test";

for (const address of LISTS) {
  test(`${address} is answered with a strict policy`, async ({ request }) => {
    const answer = await request.get(address);
    expect(answer.status()).toBe(200);
    const headers = answer.headers();
    const policy = headers["content-security-policy"] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("'unsafe-inline'");
    expect(policy).not.toMatch(/'unsafe-eval'/);
    expect(headers["content-security-policy-report-only"]).toBeUndefined();
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["cache-control"]).toContain("no-store");
  });
}

test("script, wasm and style may be kept for ever", async ({ request }) => {
  const html = await (await request.get("/")).text();
  const addresses = [...html.matchAll(/\/pkg\/[\w./-]+\.(?:css|js|wasm)/g)].map((match) => match[0]);
  for (const kind of [".css", ".js", ".wasm"]) {
    expect(addresses.some((address) => address.endsWith(kind)), kind).toBe(true);
  }
  for (const address of new Set(addresses)) {
    const answer = await request.get(address, { headers: { "accept-encoding": "br" } });
    expect(answer.status(), address).toBe(200);
    expect(answer.headers()["cache-control"], address).toContain("immutable");
    expect(answer.headers()["content-encoding"], address).toBe("br");
    expect(answer.headers()["etag"], address).toBeTruthy();
  }
});

test("a state cannot be changed from another site", async ({ request }) => {
  const answer = await request.post("/api/v1/collection/run", {
    headers: { "sec-fetch-site": "cross-site", origin: "https://elsewhere.example" },
  });
  expect(answer.status()).toBe(403);
});
