// Starts the program, waits for the address at which it listens, and ends it.
import { type ChildProcess, spawn } from "node:child_process";

export interface Running {
  url: string;
  stop(): Promise<void>;
}

interface Around {
  cwd?: string;
  env?: Record<string, string>;
}

const START_SECONDS = 120;

export function executable(): string {
  const named = process.env.WARDROUND_BIN;
  if (!named) throw new Error("WARDROUND_BIN names no executable; run the tests with: cargo xtask test");
  return named;
}

/** Without what is said to the specs: the product refuses variables that it does not know. */
export function environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("WARDROUND_"));
  return { ...Object.fromEntries(own), ...more };
}

export async function run(command: string[], around: Around = {}): Promise<Running> {
  const child = spawn(executable(), command, {
    cwd: around.cwd,
    env: environment(around.env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const name = `wardround ${command[0]}`;
  const log = keep(child);
  let stopping = false;
  child.once("exit", (code, signal) => {
    if (!stopping) console.error(`${name} ended with ${code ?? signal} before the specs did\n${log()}`);
  });
  const stop = async () => {
    stopping = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
  };
  try {
    return { url: await address(child, name, log), stop };
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
function address(child: ChildProcess, name: string, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(late);
      reject(new Error(`${name} ${why}\n${log()}`));
    };
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

export async function until(what: string, seconds: number, ready: () => Promise<boolean>): Promise<void> {
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
