/** What is on record of one contact with a provider. */
export type Contact = {
  readonly providerId: string;
  /** A renter's event, or how a session ended: `settled`, `lost`, or what its exit turned out to be. */
  readonly event: string;
  readonly at: Date;
};

/** Contacts after which a provider is left alone for a while. `mismatch` weighs as much as several others. */
const FAILURES: Readonly<Record<string, number>> = {
  "outbound-refused": 1,
  "agreement-failed": 1,
  "activity-failed": 1,
  overpriced: 1,
  "bill-rejected": 2,
  lost: 1,
  mismatch: 4,
};

/** The contact that ends a run of failures: a session that ran to its end and was paid. */
const SUCCESS = "settled";

/** How often a wait is doubled at most: 2^10 of the shortest one is 17 hours when that is a minute. */
const MOST_DOUBLINGS = 10;

/**
 * Until when a provider is left alone: the shortest wait after one failure, twice as long after each
 * further one, until a session with it settles. Null: it may be rented.
 *
 * @param contacts of one provider, oldest first.
 */
export function backOffUntil(
  contacts: readonly Contact[],
  shortestMs: number,
): { readonly until: Date; readonly failures: number; readonly last: string } | null {
  const run = contacts.slice(contacts.findLastIndex(({ event }) => event === SUCCESS) + 1);
  const failures = run.filter(({ event }) => event in FAILURES);
  const weight = failures.reduce((sum, { event }) => sum + (FAILURES[event] ?? 0), 0);
  const last = failures.at(-1);
  if (last === undefined) return null;
  const waitMs = shortestMs * 2 ** Math.min(weight - 1, MOST_DOUBLINGS);
  return {
    until: new Date(last.at.getTime() + waitMs),
    failures: failures.length,
    last: last.event,
  };
}

/** What an admin says of a provider. */
export type Rule = {
  readonly providerId: string;
  readonly rule: "allow" | "deny";
  readonly reason: string;
};

export type Standing = {
  /** Not to be rented now, and why. */
  readonly denied: ReadonlyMap<string, string>;
  /** When not empty: nobody else is rented. */
  readonly allowed: ReadonlySet<string>;
  /** Providers whose exit was seen in the country when it was last looked at. */
  readonly verified: ReadonlySet<string>;
};

/** Contacts that say where an exit was seen. */
const VERDICTS: ReadonlySet<string> = new Set([
  "verified",
  "observed-only",
  "mismatch",
  "unverifiable",
]);

/**
 * What earlier contacts and an admin's rules say of providers, for renting in one country.
 *
 * @param contacts of all providers, oldest first.
 */
export function standingOf({
  contacts,
  rules,
  country,
  backOffMs,
  now,
}: {
  readonly contacts: readonly (Contact & { readonly country: string })[];
  readonly rules: readonly Rule[];
  readonly country: string;
  readonly backOffMs: number;
  readonly now: Date;
}): Standing {
  const byProvider = groupedBy(contacts);
  const denied = new Map<string, string>();
  const verified = new Set<string>();
  for (const [id, own] of byProvider) {
    const backOff = backOffUntil(own, backOffMs);
    if (backOff !== null && backOff.until > now)
      denied.set(id, `left alone until ${backOff.until.toISOString()} after ${backOff.last}`);
    const seen = own.findLast((one) => one.country === country && VERDICTS.has(one.event));
    if (seen?.event === "verified") verified.add(id);
  }
  for (const { providerId, rule, reason } of rules)
    if (rule === "deny") denied.set(providerId, `denied by an admin: ${reason}`);
  const allowed = rules.filter(({ rule }) => rule === "allow");
  return { denied, allowed: new Set(allowed.map(({ providerId }) => providerId)), verified };
}

/** Contacts by provider, each list in its order. `Map.groupBy` is younger than Node 20. */
function groupedBy<T extends Contact>(contacts: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const contact of contacts) {
    const group = groups.get(contact.providerId);
    if (group === undefined) groups.set(contact.providerId, [contact]);
    else group.push(contact);
  }
  return groups;
}
