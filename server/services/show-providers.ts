import type { JobId } from "@/schemas/primitives";
import type { ProviderList, ProviderRuleView, ProviderView } from "@/schemas/snapshot";
import { GeoVerdict } from "@/schemas/task";
import type { JobStore } from "@/server/adapters/db/job-store";
import type {
  ProviderContact,
  ProviderRule,
  ProviderStore,
} from "@/server/adapters/db/provider-store";
import { COUNTED_MS } from "@/server/domain/provider/patience";
import { backOffUntil } from "@/server/domain/provider/standing";
import { instantOf } from "@/server/domain/time";

export type ShowProvidersDeps = {
  readonly providers: Pick<ProviderStore, "contacts" | "rules">;
  readonly jobs: Pick<JobStore, "byId">;
  readonly now: () => Date;
  /** How long a provider is left alone after one failure. */
  readonly backOffMs: number;
};

/** How far back contacts are shown. */
const SHOWN_MS = 30 * 24 * 3_600_000;
const MOST_SHOWN = 500;
/** What a stranger calls itself is shown so far. */
const NAME_LENGTH = 200;

const ENDINGS: ReadonlySet<string> = new Set(["settled", "lost"]);
const VERDICTS: ReadonlySet<string> = new Set(GeoVerdict.options);

/** All contacts with one provider, oldest first, and the last of them. */
type Acquaintance = {
  readonly contacts: readonly ProviderContact[];
  readonly last: ProviderContact;
};

/**
 * The providers that were met within 30 days, each as its contacts went, and what admins say of any. What
 * keeps one from being rented is decided as the renting does.
 */
export async function showProviders(deps: ShowProvidersDeps): Promise<ProviderList> {
  const now = deps.now();
  const since = new Date(now.getTime() - SHOWN_MS);
  const [contacts, rules] = await Promise.all([
    deps.providers.contacts(since),
    deps.providers.rules(),
  ]);
  const records = recordsOf(contacts);
  const shown = records.slice(0, MOST_SHOWN);
  const simulations = await simulationsOf(deps.jobs, shown);
  const nameOf = new Map(records.map(({ last }) => [last.providerId, shortName(last.name)]));
  return {
    at: instantOf(now),
    since: instantOf(since),
    providers: shown.map((record) => ({
      ...historyOf(record),
      simulated: simulations.get(lastJobOf(record) ?? "") ?? null,
      ...standingIn(record, rules, deps.backOffMs, now),
    })),
    notShown: records.length - shown.length,
    rules: rules.map((rule) => ({
      providerId: rule.providerId,
      name: nameOf.get(rule.providerId) ?? null,
      ...wordOf(rule),
    })),
  };
}

/** Contacts by provider, whoever was met last first. */
function recordsOf(contacts: readonly ProviderContact[]): readonly Acquaintance[] {
  const records = new Map<string, { contacts: ProviderContact[]; last: ProviderContact }>();
  for (const contact of contacts) {
    const record = records.get(contact.providerId);
    if (record === undefined)
      records.set(contact.providerId, { contacts: [contact], last: contact });
    else {
      record.contacts.push(contact);
      record.last = contact;
    }
  }
  return [...records.values()].sort((a, b) => b.last.at.getTime() - a.last.at.getTime());
}

function historyOf({
  contacts,
  last,
}: Acquaintance): Omit<ProviderView, "simulated" | "rule" | "standing"> {
  const count = (event: string) => contacts.filter((contact) => contact.event === event).length;
  const look = contacts.findLast(({ event }) => VERDICTS.has(event));
  const rented = contacts.filter(
    ({ event }) => event === "rented" || ENDINGS.has(event) || VERDICTS.has(event),
  );
  return {
    id: last.providerId,
    name: shortName(last.name),
    countries: [...new Set(rented.map(({ country }) => country))].sort(),
    lastExit:
      look === undefined
        ? null
        : {
            verdict: GeoVerdict.parse(look.event),
            country: look.country,
            asn: look.asn,
            at: instantOf(look.at),
          },
    settled: count("settled"),
    lost: count("lost"),
    failures: failuresOf(contacts),
    lastContact: { event: last.event, at: instantOf(last.at) },
  };
}

/** What went wrong besides lost sessions: an exit elsewhere, and all that came before there was a session. */
function failuresOf(contacts: readonly ProviderContact[]): ProviderView["failures"] {
  const failures = new Map<string, ProviderView["failures"][number]>();
  for (const { event, detail, at } of contacts) {
    const isFailure =
      event === "mismatch" || !(event === "rented" || ENDINGS.has(event) || VERDICTS.has(event));
    if (isFailure)
      failures.set(event, {
        kind: event,
        count: (failures.get(event)?.count ?? 0) + 1,
        detail: detail === "" ? null : detail,
        at: instantOf(at),
      });
  }
  return [...failures.values()].sort((a, b) => b.count - a.count);
}

/** An admin's word first, then what it did itself. */
function standingIn(
  { contacts, last }: Acquaintance,
  rules: readonly ProviderRule[],
  backOffMs: number,
  now: Date,
): Pick<ProviderView, "rule" | "standing"> {
  const found = rules.find(({ providerId }) => providerId === last.providerId);
  const rule = found === undefined ? null : wordOf(found);
  if (rule?.rule === "deny") return { rule, standing: { kind: "denied" } };
  if (rule === null && rules.some((one) => one.rule === "allow"))
    return { rule, standing: { kind: "not-allowed" } };
  const counted = contacts.filter(({ at }) => now.getTime() - at.getTime() <= COUNTED_MS);
  const backOff = backOffUntil(counted, backOffMs);
  if (backOff === null || backOff.until <= now) return { rule, standing: { kind: "rentable" } };
  const { until, failures, last: after } = backOff;
  return { rule, standing: { kind: "left-alone", until: instantOf(until), failures, after } };
}

const wordOf = ({
  rule,
  reason,
  at,
}: ProviderRule): Pick<ProviderRuleView, "rule" | "reason" | "at"> => ({
  rule,
  reason,
  at: instantOf(at),
});

const lastJobOf = ({ contacts }: Acquaintance): JobId | undefined =>
  contacts.findLast(({ jobId }) => jobId !== null)?.jobId ?? undefined;

/** Whether the newest job of each record was simulated, by the job's own word. */
async function simulationsOf(
  jobs: Pick<JobStore, "byId">,
  records: readonly Acquaintance[],
): Promise<ReadonlyMap<string, boolean>> {
  const ids = new Set(records.flatMap((record) => lastJobOf(record) ?? []));
  const found = await Promise.all([...ids].map((id) => jobs.byId(id)));
  return new Map(found.flatMap((job) => (job === null ? [] : [[job.id, job.simulated] as const])));
}

function shortName(name: string): string {
  const letters = [...name];
  return letters.length <= NAME_LENGTH ? name : `${letters.slice(0, NAME_LENGTH - 1).join("")}…`;
}
