// The product as it is installed, with an OpenID provider beside it. Its one AWS account cannot be
// reached: these specs are about doors.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { type Started, startProvider } from "./provider";
import { environment, executable, run, until } from "./running";

export interface Installation {
  url: string;
  provider: Started;
  /** Takes the audit log away, as an administrator on the machine does. */
  log(): Promise<Entry[]>;
  stop(): Promise<void>;
}

/** An entry of the exported log. */
export interface Entry {
  actor: string;
  role: string;
  action: string;
  object: string;
  outcome: string;
  facts: string;
}

const NOWHERE = {
  AWS_ENDPOINT_URL: "http://127.0.0.1:9",
  AWS_ACCESS_KEY_ID: "none",
  AWS_SECRET_ACCESS_KEY: "none",
  AWS_REGION: "us-east-1",
};

/** Each group has the role of its name. */
export const GROUPS = ["administrator", "engineer", "compliance", "executive", "on-call"];

export async function install(): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), "wardround-"));
  const data = join(folder, "data");
  const port = await freePort();
  const provider = await startProvider(`http://127.0.0.1:${port}/sign-in/provider/back`);
  await writeFile(join(folder, "secret"), `${provider.client.secret}\n`, { mode: 0o600 });
  await writeFile(join(folder, "wardround.toml"), configuration(provider, join(folder, "secret")));
  const around = { cwd: folder, env: NOWHERE };
  const { url, stop } = await run(["serve", "--listen", `127.0.0.1:${port}`, "--data", data], around);
  await until(`${url}/readyz answers`, 120, async () => (await fetch(`${url}/readyz`)).ok);
  let exports = 0;
  return {
    url,
    provider,
    log: async () => {
      exports += 1;
      const out = join(folder, `export-${exports}`);
      const command = ["audit", "export", "--data", data, "--out", out];
      await promisify(execFile)(executable(), command, { cwd: folder, env: environment() });
      const lines = (await readFile(join(out, "entries.ndjson"), "utf8")).trim().split("\n");
      return lines.map((line) => JSON.parse(line) as Entry);
    },
    stop: async () => {
      await stop();
      await provider.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The provider must know where answers go before the product is there. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function configuration(provider: Started, secret: string): string {
  const groups = GROUPS.map((role) => `[[openid_group]]\ngroup = "hospital-${role}"\nrole = "${role}"\n`);
  return `[organisation]
name = "Example Health"

[[account]]
id = "123456789012"
name = "Patient records"
regions = ["us-east-1"]
phi = true

[openid]
issuer = "${provider.issuer}"
client_id = "${provider.client.id}"
client_secret_file = "${secret}"
name = "Hospital login"
second_factor_there = true

${groups.join("\n")}`;
}
