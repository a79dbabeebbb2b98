import type { CountryCode } from "@/schemas/country";
import type { CountryClaim, ExitLook, Peer } from "@/schemas/evidence";
import type { ImagePin } from "@/schemas/job-spec";
import type { Amount, JobId } from "@/schemas/primitives";
import type { Simulation } from "@/schemas/simulation";
import type { Door } from "@/server/adapters/golem/door";
import type { LooksTaken } from "@/server/domain/vantage/vantage-document";

/** What one echo service said, asked out of a provider's exit. */
export type ExitProbe = {
  readonly at: Date;
  readonly echo: string;
  /** The source address that the echo service saw. */
  readonly address: string;
  readonly roundTripMs: number;
  /** The echo's answer as it came. */
  readonly answer: Uint8Array;
  readonly peer: Peer;
};

export type Settlement = {
  /** What the accepted bills come to, in GLM; null when none was accepted in time. */
  readonly costGlm: Amount | null;
  readonly problem: string | null;
  /** True when nothing went wrong but that no invoice has come yet. */
  readonly isInvoiceMissing: boolean;
};

/** A rented Golem provider in one country. */
export type Vantage = {
  readonly country: CountryCode;
  /** What was said of its place before it was rented, by every source that was asked. */
  readonly claims: readonly CountryClaim[];
  readonly provider: { readonly id: string; readonly name: string };
  readonly agreementId: string;
  readonly activityId: string;
  readonly image: ImagePin;
  /** sha256 of the computation manifest, 32 bytes; null when the exit was not asked for. */
  readonly manifestSha256: Uint8Array | null;
  /** True when the provider belongs to the loopback network. */
  readonly simulated: boolean;
  /** The model server inside the machine. */
  readonly modelDoor: Door;
  /**
   * A service on the internet, out of the provider's exit. TLS ends here: the provider carries
   * ciphertext.
   *
   * @param origin `https://host` or `https://host:port`, one of the order's.
   */
  exitDoor(origin: string): Door;
  /**
   * Aborts when the agreement was terminated or the provider is gone; with GOLEM_BUDGET_SPENT when its
   * allocation pays no more, for which no provider is to blame.
   */
  readonly lost: AbortSignal;
  /** @throws BeaconError GOLEM_TUNNEL_FAILED */
  probeExit(echo: string, signal: AbortSignal): Promise<ExitProbe>;
  /** Ends activity and agreement, waits for the bills at most `timeoutMs`. Never throws; safe to call twice. */
  settle(timeoutMs: number): Promise<Settlement>;
};

/** Looks at where a vantage's exit comes out, and returns all looks so far, also those that failed. */
export type LookAtExit = (
  vantage: Vantage,
  before: LooksTaken,
  when: ExitLook["when"],
) => Promise<LooksTaken>;

export type RentOrder = {
  readonly jobId: JobId;
  readonly country: CountryCode;
  /** The allocation that caps what this agreement may cost. */
  readonly allocationId: string;
  /** How long the provider is needed at most. */
  readonly rentMs: number;
  /** Whether the model server inside the machine is asked: then it is waited for. */
  readonly needsModel: boolean;
  /** Services on the internet that must be reachable, as origins; empty when only the model door is used. */
  readonly origins: readonly string[];
  /** The image to run; null: what the installation runs on the loopback network. */
  readonly image: ImagePin | null;
  /** Gives up when aborted; whatever was half rented is ended. */
  readonly signal: AbortSignal;
  /** What is known of providers, so that one may choose. */
  readonly standing: ProviderStanding;
  /** Faults that the loopback network makes for this job; null: none. */
  readonly simulation: Simulation | null;
};

/** What earlier sessions say of providers. */
export type ProviderStanding = {
  /** Not to be rented, and why: denied by an admin, or backing off after failures. */
  readonly denied: ReadonlyMap<string, string>;
  /** When not empty: nobody else is rented. */
  readonly allowed: ReadonlySet<string>;
  /** Providers whose exit was seen in this country at their last session. They come first. */
  readonly verified: ReadonlySet<string>;
  /** Autonomous systems that this job's sessions in this country have used: others come first. */
  readonly usedAsns: ReadonlySet<number>;
};

export type AllocationView = {
  readonly id: string;
  readonly total: Amount;
  readonly spent: Amount;
  readonly remaining: Amount;
};

/** An agreement, told before anything can be billed for it. */
export type RentalNews = {
  readonly agreementId: string;
  readonly jobId: JobId;
  readonly allocationId: string;
  readonly providerId: string;
  readonly providerName: string;
  readonly country: CountryCode;
  readonly asn: number | null;
  /** Told again once known. */
  readonly activityId: string | null;
};

/** What was decided on one bill. */
export type BillNews = {
  readonly document: "invoice" | "debit-note";
  readonly documentId: string;
  readonly agreementId: string;
  /** Debit notes are cumulative for their activity. As it was written when it is no plain decimal. */
  readonly amountGlm: string;
  readonly decision: "accepted" | "rejected";
  /** The rule that decided, in plain words. */
  readonly reason: string;
  readonly at: Date;
};

/** How one contact with a provider went: what its standing is made of. */
export type ProviderNews = {
  readonly providerId: string;
  readonly providerName: string;
  readonly country: CountryCode;
  readonly jobId: JobId;
  readonly event:
    | "rejected-proposal"
    | "outbound-refused"
    | "agreement-failed"
    | "activity-failed"
    | "overpriced"
    | "bill-rejected"
    | "rented";
  readonly detail: string;
  readonly at: Date;
};

/** Where a renter writes down what must survive it. Each resolves once it is stored. */
export type RenterBook = {
  rental(news: RentalNews): Promise<void>;
  rentalEnded(agreementId: string, reason: string): Promise<void>;
  /** Told every few seconds: these agreements are being made or in use. */
  hold(agreementIds: readonly string[]): Promise<void>;
  bill(news: BillNews): Promise<void>;
  provider(news: ProviderNews): Promise<void>;
};

/** An agreement that the network still holds, or a bill that nobody answered. */
export type Orphans = {
  /** Ended now: approved agreements that no living session of ours holds. */
  readonly ended: readonly string[];
  /** Bills that were answered now. */
  readonly bills: number;
  /** What could not be ended or answered, and why; told again once it has changed. */
  readonly problems: readonly string[];
};

/** An agreement of ours, as far as a reaper must know it. */
export type KnownAgreement = {
  /** What pays for it. */
  readonly allocationId: string;
  /** When it was written down: no bill of it is older. */
  readonly since: Date;
  readonly isEnded: boolean;
};

/** The requestor's side of a Golem network. */
export type VantageRenter = {
  readonly simulated: boolean;
  /** @throws BeaconError GOLEM_UNAVAILABLE, GOLEM_BUDGET_SPENT when the account cannot cover it. */
  createAllocation(amountGlm: Amount, expiresAt: Date): Promise<AllocationView>;
  /** Null when it was released, has expired, or this network does not know it. */
  allocation(id: string): Promise<AllocationView | null>;
  /** Changes what an allocation holds, its end, or both. @throws BeaconError as `createAllocation` */
  amendAllocation(id: string, amountGlm: Amount, expiresAt: Date): Promise<AllocationView>;
  /** Safe to repeat. */
  releaseAllocation(id: string): Promise<void>;
  /** @throws BeaconError GOLEM_NO_OFFER, GOLEM_AGREEMENT_FAILED, GOLEM_ACTIVITY_FAILED, GOLEM_TUNNEL_FAILED, GOLEM_UNAVAILABLE, GOLEM_OUTBOUND_REFUSED */
  rent(order: RentOrder): Promise<Vantage>;
  /**
   * Ends agreements that an earlier process left behind and answers the bills that it did not, through
   * yagna's REST: its events go to a requestor's own session only.
   *
   * @param known agreements of ours; those in `held` are left alone, and those that ended are only billed for.
   */
  reap(known: ReadonlyMap<string, KnownAgreement>, held: ReadonlySet<string>): Promise<Orphans>;
  close(): Promise<void>;
};
