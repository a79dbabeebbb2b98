import type { CountryCode } from "@/schemas/country";
import type { ExitLook, VantageDocument } from "@/schemas/evidence";
import type { JobSpec, ServiceRef } from "@/schemas/job-spec";
import type { Amount, SessionId } from "@/schemas/primitives";
import type { WithDeadline } from "@/server/adapters/clock/deadline";
import type { JobStore, StoredJob } from "@/server/adapters/db/job-store";
import type { ProviderStore } from "@/server/adapters/db/provider-store";
import type { LedgerLine, RentalStore } from "@/server/adapters/db/rental-store";
import type { SessionRow, SessionStore } from "@/server/adapters/db/session-store";
import type { AskedFrom } from "@/server/adapters/golem/open-session";
import type {
  LookAtExit,
  ProviderStanding,
  Vantage,
  VantageRenter,
} from "@/server/adapters/golem/vantage";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { allocationEndOf, RENT_MARGIN_MS } from "@/server/domain/golem/rental-length";
import { addAmounts, compareAmounts, subtractAmounts, unitsOf } from "@/server/domain/job/amount";
import { lostLately } from "@/server/domain/provider/lost-lately";
import { COUNTED_MS } from "@/server/domain/provider/patience";
import { standingOf } from "@/server/domain/provider/standing";
import {
  type LooksTaken,
  vantageBytesOf,
  vantageDocumentOf,
} from "@/server/domain/vantage/vantage-document";

export type RentVantageDeps = {
  readonly jobs: Pick<JobStore, "byId" | "replaceAllocation">;
  readonly sessions: Pick<SessionStore, "opened" | "recordGeo" | "ofJob">;
  readonly rentals: Pick<RentalStore, "ledgerOf">;
  readonly providers: Pick<ProviderStore, "record" | "contacts" | "rules">;
  readonly content: Pick<ContentStore, "put">;
  readonly renter: VantageRenter;
  readonly lookAtExit: LookAtExit;
  /** How long renting one provider may take. */
  readonly rentTimeoutMs: number;
  /** How long a provider's invoice is waited for when a session settles. */
  readonly settleTimeoutMs: number;
  /** How long a provider is left alone after one failure; doubled with every further one. */
  readonly backOffMs: number;
  readonly withDeadline: WithDeadline;
  readonly now: () => Date;
};

/** A rented provider as a session uses it. */
export type RentedVantage = {
  readonly from: AskedFrom;
  /** Set when its exit is in another country: then nothing is asked through it. */
  readonly refusal: BeaconError | null;
  lookAgain(): Promise<void>;
  close(): Promise<{
    readonly status: "SETTLED" | "LOST";
    readonly costGlm: Amount | null;
    readonly reason: string | null;
  }>;
};

/** How long renting may go on after it was told to stop, to end what is half rented. */
const RENT_GRACE_MS = 3_000;

type Place = { readonly id: SessionId; readonly country: CountryCode };

/**
 * Rents a provider in a country for one session of a job, and finds out where its exit comes out. Through
 * one that comes out in another country nothing is asked.
 *
 * @throws BeaconError GOLEM_* as `VantageRenter.rent` says, GOLEM_BUDGET_SPENT
 */
export async function rentVantage(
  deps: RentVantageDeps,
  job: StoredJob,
  session: Place,
  signals: readonly AbortSignal[],
): Promise<RentedVantage> {
  const { vantage, allocationId } = await rent(deps, job, session.country, signals);
  const book = createBook(deps, job, session, vantage);
  try {
    const isOurs = await deps.sessions.opened(session.id, {
      providerId: vantage.provider.id,
      providerName: vantage.provider.name,
      agreementId: vantage.agreementId,
      activityId: vantage.activityId,
      allocationId,
    });
    if (!isOurs)
      throw new BeaconError(
        "GOLEM_PROVIDER_LOST",
        "the session was declared lost while its provider was rented",
      );
    const document = await book.look("before");
    const cid = await deps.content.put(vantageBytesOf(document));
    const isElsewhere = document.verdict === "mismatch";
    if (isElsewhere) await book.final();
    return {
      refusal: isElsewhere
        ? new BeaconError(
            "GOLEM_COUNTRY_MISMATCH",
            `${vantage.provider.name} was rented in ${session.country}, and its exit is elsewhere`,
          )
        : null,
      from: {
        country: session.country,
        provider: { id: vantage.provider.id, geo: document.verdict, vantage: cid },
        doorTo: (service) => doorOf(vantage, service),
        lost: vantage.lost,
      },
      lookAgain: async () => {
        await book.look("after");
        await book.final();
      },
      close: () => settle(deps, vantage, book),
    };
  } catch (error) {
    await settle(deps, vantage, book);
    throw error;
  }
}

const doorOf = (vantage: Vantage, service: ServiceRef) => {
  if (service.door === "home")
    throw new Error(`${service.id} is asked from home, not through a provider`);
  return service.door === "model"
    ? vantage.modelDoor
    : vantage.exitDoor(new URL(service.api.base_url).origin);
};

type Book = ReturnType<typeof createBook>;

/** What is found out about one vantage, written down as it comes. */
function createBook(deps: RentVantageDeps, job: StoredJob, session: Place, vantage: Vantage) {
  let taken: LooksTaken = { looks: [], failed: [] };
  const documentOf = (): VantageDocument =>
    vantageDocumentOf({ job: job.id, session: session.id, vantage, ...taken });
  const contact = (event: string, detail: string) =>
    deps.providers.record({
      providerId: vantage.provider.id,
      name: vantage.provider.name,
      country: session.country,
      jobId: job.id,
      event,
      detail,
      asn: taken.looks.findLast(({ network }) => network !== null)?.network?.asn ?? null,
      at: deps.now(),
    });
  return {
    contact,
    async look(when: ExitLook["when"]): Promise<VantageDocument> {
      taken = await deps.lookAtExit(vantage, taken, when);
      const document = documentOf();
      await deps.sessions.recordGeo(session.id, document, null);
      return document;
    },
    isElsewhere: () => documentOf().verdict === "mismatch",
    /** No look will follow: the verdict stands. */
    async final(): Promise<void> {
      const document = documentOf();
      await deps.content.put(vantageBytesOf(document));
      await deps.sessions.recordGeo(session.id, document, deps.now());
      await contact(document.verdict, `exit of a session in ${session.country}`);
    },
  };
}

async function settle({ settleTimeoutMs }: RentVantageDeps, vantage: Vantage, book: Book) {
  const { lost } = vantage;
  const isLost = lost.aborted;
  const usedUp = isUsedUp(lost) ? "its allocation is used up" : null;
  const { costGlm, problem, isInvoiceMissing } = await vantage.settle(settleTimeoutMs);
  const isSettled = !isLost && (costGlm !== null || isInvoiceMissing);
  // No invoice yet, and a budget at its end, say nothing of the provider.
  const isSilent = usedUp !== null || (isSettled && costGlm === null);
  // Being paid is no excuse for an exit elsewhere: a settled session would clear that.
  if (!isSettled && !isSilent) await book.contact("lost", problem ?? "");
  if (isSettled && !isSilent && !book.isElsewhere()) await book.contact("settled", "");
  return {
    status: isSettled ? ("SETTLED" as const) : ("LOST" as const),
    costGlm,
    reason: usedUp ?? problem ?? (isSettled ? null : "the provider or its agreement went away"),
  };
}

/** Whether a session lost its provider only because its allocation pays no more. */
const isUsedUp = ({ aborted, reason }: AbortSignal): boolean =>
  aborted && isBeaconError(reason) && reason.code === "GOLEM_BUDGET_SPENT";

async function rent(
  deps: RentVantageDeps,
  job: StoredJob,
  country: CountryCode,
  signals: readonly AbortSignal[],
): Promise<{ readonly vantage: Vantage; readonly allocationId: string }> {
  const earlier = await deps.sessions.ofJob(job.id);
  const allocationId = await allocationOf(deps, job);
  const standing = await standingFor(
    deps,
    earlier.filter((session) => session.country === country),
    country,
  );
  const leftMs = Math.max(0, job.deadlineAt.getTime() - deps.now().getTime());
  const patienceMs = Math.min(deps.rentTimeoutMs, leftMs);
  const vantage = await deps.withDeadline(patienceMs, signals, (signal) =>
    orAbandoned(
      deps.renter.rent({
        jobId: job.id,
        country,
        allocationId,
        rentMs: leftMs + RENT_MARGIN_MS,
        needsModel: job.spec.services.some(({ door }) => door === "model"),
        origins: originsOf(job.spec),
        image: imageOf(job.spec),
        signal,
        standing,
        simulation: job.spec.simulation ?? null,
      }),
      deps.settleTimeoutMs,
      signal,
    ),
  );
  return { vantage, allocationId };
}

/** The services on the internet that a job asks through exits, as origins. */
const originsOf = ({ services }: JobSpec): readonly string[] => [
  ...new Set(
    services.flatMap((service) =>
      service.door === "exit" ? [new URL(service.api.base_url).origin] : [],
    ),
  ),
];

/** What a rented machine runs: models need the larger image, which has an exit as well. */
const imageOf = ({ services, images }: JobSpec) =>
  (services.some(({ door }) => door === "model") ? images?.model : images?.exit) ?? null;

/**
 * What is known of providers, for one rental. Those that a country's newest sessions of this job were
 * lost with are passed over, until all of them were: then all get another chance.
 */
async function standingFor(
  deps: Pick<RentVantageDeps, "providers" | "backOffMs" | "now">,
  earlier: readonly SessionRow[],
  country: CountryCode,
): Promise<ProviderStanding> {
  const [contacts, rules] = await Promise.all([
    deps.providers.contacts(new Date(deps.now().getTime() - COUNTED_MS)),
    deps.providers.rules(),
  ]);
  const standing = standingOf({
    contacts,
    rules,
    country,
    backOffMs: deps.backOffMs,
    now: deps.now(),
  });
  const usedAsns = earlier.flatMap(
    ({ geo }) => geo?.looks.flatMap(({ network }) => network?.asn ?? []) ?? [],
  );
  const denied = new Map(standing.denied);
  for (const id of lostLately(earlier))
    denied.set(id, "an earlier session of this job was lost with it");
  return { ...standing, denied, usedAsns: new Set(usedAsns) };
}

/**
 * What `renting` comes to, or a failure once `signal` has aborted and nothing has come for a while: a
 * library that waits for a network that is gone must not hold the slot. What it rents all the same is
 * settled.
 */
function orAbandoned(
  renting: Promise<Vantage>,
  settleTimeoutMs: number,
  signal: AbortSignal,
): Promise<Vantage> {
  return new Promise((resolve, reject) => {
    let isAbandoned = false;
    const abandon = () =>
      setTimeout(() => {
        isAbandoned = true;
        reject(new BeaconError("GOLEM_UNAVAILABLE", "renting a provider did not end in time"));
      }, RENT_GRACE_MS).unref();
    if (signal.aborted) abandon();
    else signal.addEventListener("abort", abandon, { once: true });
    renting
      .then((vantage) => (isAbandoned ? void vantage.settle(settleTimeoutMs) : resolve(vantage)))
      .catch(reject);
  });
}

/** What was accepted on other allocations than `known`: it is gone from the budget. */
const spentElsewhere = (ledger: readonly LedgerLine[], known: string | null): Amount =>
  addAmounts(
    ...ledger
      .filter(({ allocationId }) => allocationId !== known)
      .map(({ acceptedGlm }) => acceptedGlm),
  );

/**
 * The job's allocation: made by whichever session comes first, and again when the network lost it, over
 * what is left of the budget; topped up when less was spent elsewhere than was feared.
 *
 * @throws BeaconError GOLEM_BUDGET_SPENT
 */
async function allocationOf(deps: RentVantageDeps, job: StoredJob): Promise<string> {
  const known = (await deps.jobs.byId(job.id))?.allocationId ?? null;
  const expiresAt = allocationEndOf(job.deadlineAt);
  const ledger = await deps.rentals.ledgerOf(job.id);
  const left = subtractAmounts(job.spec.budget.glm, spentElsewhere(ledger, known)) ?? "0";
  const view = known === null ? null : await deps.renter.allocation(known);
  if (known !== null && view !== null) {
    if (compareAmounts(view.total, left) < 0)
      await deps.renter.amendAllocation(known, left, expiresAt);
    return known;
  }
  const free = subtractAmounts(job.spec.budget.glm, spentElsewhere(ledger, null)) ?? "0";
  if (unitsOf(free) === 0n)
    throw new BeaconError("GOLEM_BUDGET_SPENT", `nothing is left of the budget of job ${job.id}`);
  const made = await deps.renter.createAllocation(free, expiresAt);
  if (await deps.jobs.replaceAllocation(job.id, known, made.id)) return made.id;
  await deps.renter.releaseAllocation(made.id);
  return allocationOf(deps, job);
}
