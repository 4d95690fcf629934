// Starts the product on a free port with a simulated organisation, and waits for its first round.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Product {
  url: string;
  stop(): Promise<void>;
}

const START_SECONDS = 120;
const ROUND_SECONDS = 600;

export async function start(): Promise<Product> {
  const executable = process.env.WARDROUND_BIN;
  if (!executable) {
    throw new Error("WARDROUND_BIN names no executable; run the tests with: cargo xtask test");
  }
  const data = await mkdtemp(join(tmpdir(), "wardround-"));
  // No round but those that a spec asks for: what a page shows stays the same between two requests,
  // and nothing else wants the cores.
  const quiet = ["--interval", "1440"];
  const child = spawn(executable, ["demo", "--listen", "127.0.0.1:0", "--data", data, ...quiet], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = keep(child);
  let stopping = false;
  child.once("exit", (code, signal) => {
    if (!stopping) console.error(`wardround demo ended with ${code ?? signal} before the specs did\n${log()}`);
  });
  const stop = async () => {
    stopping = true;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(late);
    }
    await rm(data, { recursive: true, force: true });
  };
  try {
    const url = await address(child, log);
    await until(`${url}/readyz answers`, START_SECONDS, async () => {
      return (await fetch(`${url}/readyz`)).ok;
    });
    await until("the present was collected and judged", ROUND_SECONDS, () => present(url));
    await until("nothing runs", ROUND_SECONDS, () => idle(url));
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Keeps the end of what the program writes, for failures. */
function keep(child: ChildProcess): () => string {
  let log = "";
  const read = (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-20_000);
  };
  child.stdout?.on("data", read);
  child.stderr?.on("data", read);
  return () => log;
}

/** The address in the line `listening on http://127.0.0.1:PORT`. */
function address(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`wardround demo ${why}\n${log()}`));
    const late = setTimeout(() => fail("did not say where it listens"), START_SECONDS * 1000);
    child.stdout?.on("data", () => {
      const found = /listening on (http:\/\/[0-9.]+:\d+)/.exec(log());
      if (found?.[1]) {
        clearTimeout(late);
        resolve(found[1]);
      }
    });
    child.once("exit", (code) => fail(`ended with ${code}`));
    child.once("error", (error) => fail(`could not be started: ${error.message}`));
  });
}

/**
 * The demonstration replays the past first, with scores of past days; specs begin when the scores
 * are of now.
 */
async function present(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/v1/scores`);
  if (!answer.ok) return false;
  const scores = await answer.json();
  return scores.as_of != null && Date.now() - Date.parse(scores.as_of) < 10 * 60_000;
}

async function idle(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/v1/collection`);
  if (!answer.ok) return false;
  const { progress } = await answer.json();
  return progress.running === false;
}

async function until(what: string, seconds: number, ready: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + seconds * 1000;
  let last: unknown = "not yet";
  while (Date.now() < end) {
    try {
      if (await ready()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`waited ${seconds} s until ${what}: ${last}`);
}
