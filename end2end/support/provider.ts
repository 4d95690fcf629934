// An OpenID provider as hospitals have one. Its name is localhost, so that it is another site than
// the product at 127.0.0.1. Only the pages that people see there are ours.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { Provider } from "oidc-provider";

export interface Account {
  groups: string[];
  /** How they show who they are there (RFC 8176). */
  amr: string[];
}

export interface Started {
  issuer: string;
  client: { id: string; secret: string };
  accounts: Map<string, Account>;
  /** What somebody in between makes of an answer on its way to the product. */
  between: (answer: URL) => URL;
  /** Ends. */
  stop(): Promise<void>;
}

const SCOPES = "openid profile email groups";

/** `redirect` is where the product awaits answers. */
export async function startProvider(redirect: string): Promise<Started> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const client = { id: "wardround", secret: randomBytes(24).toString("hex") };
  const accounts = new Map<string, Account>();
  const provider = new Provider(issuer, configuration(client, redirect, accounts));
  const started: Started = {
    issuer,
    client,
    accounts,
    between: (answer) => answer,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  provider.use(async (ctx, next) => {
    await next();
    const to = ctx.response.get("location") ?? "";
    if (to.startsWith(redirect)) ctx.redirect(started.between(new URL(to)).href);
  });
  const protocol = provider.callback();
  server.on("request", (request, response) => {
    if (request.url?.startsWith("/interaction/")) void interaction(provider, accounts, request, response);
    else if (request.url === "/held") page(response, "<p>The answer was held up.</p>");
    else protocol(request, response);
  });
  return started;
}

function configuration(client: Started["client"], redirect: string, accounts: Map<string, Account>): object {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [redirect] }],
    pkce: { required: () => true },
    scopes: SCOPES.split(" "),
    claims: { openid: ["sub", "amr"], profile: ["preferred_username"], email: ["email"], groups: ["groups"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    cookies: { keys: [randomBytes(24).toString("hex")] },
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig" }] },
    ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 3600, IdToken: 300, Interaction: 600, Session: 3600 },
    findAccount: (_: unknown, id: string) => {
      const claims = () => ({ sub: id, preferred_username: id, groups: accounts.get(id)?.groups ?? [] });
      return accounts.has(id) ? { accountId: id, claims } : undefined;
    },
    // A hospital's own application: nobody is asked whether it may know their name.
    loadExistingGrant: async (ctx: { oidc: { provider: Provider; session: { accountId: string } } }) => {
      const { provider, session } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client.id, accountId: session.accountId });
      grant.addOIDCScope(SCOPES);
      await grant.save();
      return grant;
    },
    renderError: (ctx: { type: string; body: unknown }, out: { error: string; error_description?: string }) => {
      ctx.type = "text";
      ctx.body = `${out.error}: ${out.error_description}`;
    },
  };
}

/** Asks who somebody is, and believes it. */
async function interaction(
  provider: Provider,
  accounts: Map<string, Account>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== "POST") {
    page(
      response,
      `<form method="post"><label>Account <input name="account"></label>
       <button>Sign in</button> <button name="refuse" value="1">Refuse</button></form>`,
    );
    return;
  }
  const form = new URLSearchParams(await text(request));
  const name = form.get("account") ?? "";
  const result = form.has("refuse")
    ? { error: "access_denied" }
    : { login: { accountId: name, amr: accounts.get(name)?.amr } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

function page(response: ServerResponse, body: string): void {
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(`<!doctype html><html lang="en"><title>Hospital login</title><link rel="icon" href="data:,">${body}`);
}
