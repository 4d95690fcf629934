import { readFile } from "node:fs/promises";

import { enter, held } from "../support/product";
import { ROLES, session } from "../support/roles";
import { expect, test } from "../support/test";

// The golden file of the gate, walked as a real client.
const FILE = new URL("../../server/tests/it/access.txt", import.meta.url);

interface Row {
  method: string;
  path: string;
  who: string[];
  fresh: boolean;
}

async function rows(): Promise<Row[]> {
  const lines = (await readFile(FILE, "utf8")).trim().split("\n");
  return lines.map((line) => {
    const [, method = "", path = "", rest = ""] = /^(\S+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    const names = (rest.split("|")[0] ?? "").trim();
    const fresh = names.endsWith(" fresh");
    const who = names.replace(/ fresh$/, "");
    const all = who === "everyone" ? [...ROLES, "nobody"] : who === "every role" ? [...ROLES] : who.split(" ");
    return { method, path, who: all, fresh };
  });
}

function address(path: string): string {
  return path
    .replace("{section}", "164.312(b)")
    .replace("/controls/{id}", "/controls/vpc-flow-logs")
    .replace("/runs/{id}", "/runs/1")
    .replace("{id}", "0".repeat(32))
    .replace(/\{\*\w+\}/, "nothing");
}

/** Asks, and again when the door says that it was asked too often by nobody in particular. */
async function ask(url: string, how: RequestInit): Promise<Response> {
  for (;;) {
    const answer = await fetch(url, how);
    await answer.arrayBuffer();
    const wait = Number(answer.headers.get("retry-after"));
    if (answer.status !== 429 || !wait) return answer;
    await new Promise((done) => setTimeout(done, wait * 1_000));
  }
}

test("each role gets what the table says, and nobody gets anything", async ({ baseURL }) => {
  test.setTimeout(300_000);
  const all = await rows();
  expect(all.length).toBeGreaterThan(55);
  // The stream of events does not end; a round and an attack would change what other specs look at,
  // and signing out everywhere would end their sessions.
  const left = ["/events", "/account/sign-out-all", "/actions/validate", "/api/v1/collection/run", "/oncall/attack"];
  for (const { method, path, who, fresh } of all.filter((row) => !left.includes(row.path))) {
    for (const role of [...ROLES, "nobody"] as const) {
      // Some of these end the session that they come with.
      const cookie = async () => {
        if (role === "nobody") return {};
        return held(method === "POST" ? await enter(baseURL ?? "", role) : await session(role));
      };
      const headers = { ...(await cookie()), accept: "application/json" };
      const answer = await ask(`${baseURL}${address(path)}`, { method, headers, redirect: "manual" });
      const refused = answer.status === 401 || answer.status === 403;
      // Nothing was confirmed here.
      const expected = !who.includes(role) || fresh;
      expect(refused, `${method} ${path} as ${role}: ${answer.status}`).toBe(expected);
    }
  }
});

test("a page of another site changes nothing", async ({ baseURL }) => {
  const headers = { ...held(await session("administrator")), "sec-fetch-site": "cross-site" };
  for (const { path } of (await rows()).filter((row) => row.method === "POST")) {
    const answer = await fetch(`${baseURL}${address(path)}`, { method: "POST", headers, redirect: "manual" });
    expect(answer.status, path).toBe(403);
  }
});
