// Starts the product with a simulated organisation, and waits for its first round.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Running, run, until } from "./running";

const START_SECONDS = 120;
const ROUND_SECONDS = 600;

export async function start(): Promise<Running> {
  const data = await mkdtemp(join(tmpdir(), "wardround-"));
  // No round but those that a spec asks for: what a page shows stays the same between two requests,
  // and nothing else wants the cores.
  const quiet = ["--interval", "1440"];
  const running = await run(["demo", "--listen", "127.0.0.1:0", "--data", data, ...quiet]);
  const { url } = running;
  const stop = async () => {
    await running.stop();
    await rm(data, { recursive: true, force: true });
  };
  try {
    await until(`${url}/readyz answers`, START_SECONDS, async () => {
      return (await fetch(`${url}/readyz`)).ok;
    });
    const session = await enter(url, "engineer");
    await until("the present was collected and judged", ROUND_SECONDS, () => present(url, session));
    await until("nothing runs", ROUND_SECONDS, () => idle(url, session));
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Enters by the door of the demonstration; the answer is the cookie's value. */
export async function enter(url: string, role: string): Promise<string> {
  const answer = await fetch(`${url}/sign-in/demo`, {
    method: "POST",
    body: new URLSearchParams({ role }),
    redirect: "manual",
  });
  const found = /__Host-wardround=([^;]+)/.exec(answer.headers.get("set-cookie") ?? "");
  if (!found?.[1]) throw new Error(`nobody was let in as ${role}: ${answer.status}`);
  return found[1];
}

/** The header of somebody who is signed in. */
export function held(session: string): Record<string, string> {
  return { cookie: `__Host-wardround=${session}` };
}

/**
 * The demonstration replays the past first, with scores of past days; specs begin when the scores
 * are of now.
 */
async function present(url: string, session: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/v1/scores`, { headers: held(session) });
  if (!answer.ok) return false;
  const scores = await answer.json();
  return scores.as_of != null && Date.now() - Date.parse(scores.as_of) < 10 * 60_000;
}

async function idle(url: string, session: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/v1/collection`, { headers: held(session) });
  if (!answer.ok) return false;
  const { progress } = await answer.json();
  return progress.running === false;
}
