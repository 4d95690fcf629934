// Roles, and sessions for those whose pages many specs look at.
import { enter } from "./product";

export const ROLES = ["executive", "on-call", "engineer", "compliance", "administrator", "auditor"] as const;

export type Role = (typeof ROLES)[number];

/** Whose browser it is. */
export type Who = Role | "nobody";

/** Sessions end after fifteen minutes without a person's doing, and a run of all specs lasts longer. */
const RENEW_MS = 5 * 60_000;

const entered = new Map<Role, { value: string; at: number }>();

/** A session that the specs of this worker share; none of them may end it. */
export async function session(role: Role): Promise<string> {
  const known = entered.get(role);
  if (known && Date.now() - known.at < RENEW_MS) return known.value;
  const value = await enter(process.env.WARDROUND_URL ?? "", role);
  entered.set(role, { value, at: Date.now() });
  return value;
}
