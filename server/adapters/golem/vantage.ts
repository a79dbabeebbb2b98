import type { CountryCode } from "@/schemas/country";
import type { Amount } from "@/schemas/primitives";

export type DoorRequest = {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Aborting ends the request at once, also while the body is being read. */
  readonly signal: AbortSignal;
  /** The largest body that is read; one byte more ends the request. */
  readonly maxBytes: number;
};

export type DoorResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body's bytes as they came, nothing decoded but the transfer encoding. */
  readonly body: Uint8Array;
};

/** HTTP/1.1 through the provider's tunnel to one port inside its machine; connections are kept alive. */
export type Door = {
  /**
   * @throws BeaconError MODEL_UNREACHABLE before the first response byte (may be tried again),
   * MODEL_RESPONSE_CUT_SHORT after it, MODEL_RESPONSE_TOO_LARGE, MODEL_TIMED_OUT when `signal` aborts
   * with a "TimeoutError"; when it aborts for another reason, one of the first two.
   */
  request(request: DoorRequest): Promise<DoorResponse>;
};

export type ExitProbe = {
  readonly at: Date;
  /** The source address that an echo service saw, coming out of the provider's exit. */
  readonly observedAddress: string;
  readonly roundTripMs: number;
};

export type Settlement = {
  /** What the accepted invoice comes to, in GLM; null when none was accepted in time. */
  readonly costGlm: Amount | null;
  readonly problem: string | null;
};

/** A rented Golem provider in one country. */
export type Vantage = {
  readonly country: CountryCode;
  /** Where the country that it was chosen for comes from. */
  readonly claimSource: string;
  readonly provider: { readonly id: string; readonly name: string };
  readonly agreementId: string;
  readonly activityId: string;
  /** True when the provider belongs to the loopback network. */
  readonly simulated: boolean;
  readonly modelDoor: Door;
  /** Aborts when the agreement was terminated or the provider is gone. */
  readonly lost: AbortSignal;
  /** @throws BeaconError GOLEM_TUNNEL_FAILED */
  probeExit(signal: AbortSignal): Promise<ExitProbe>;
  /** Ends activity and agreement, waits for the invoice at most `timeoutMs`. Never throws; safe to call twice. */
  settle(timeoutMs: number): Promise<Settlement>;
};

export type RentOrder = {
  readonly country: CountryCode;
  /** The allocation that caps what this agreement may cost. */
  readonly allocationId: string;
  /** How long the provider is needed at most. */
  readonly rentMs: number;
  /** Gives up when aborted; whatever was half rented is ended. */
  readonly signal: AbortSignal;
  /** Providers not to rent: their last session was lost. */
  readonly avoid: readonly string[];
};

export type AllocationView = {
  readonly id: string;
  readonly total: Amount;
  readonly spent: Amount;
  readonly remaining: Amount;
};

/** The requestor's side of a Golem network. */
export type VantageRenter = {
  readonly simulated: boolean;
  /** @throws BeaconError GOLEM_UNAVAILABLE, GOLEM_BUDGET_SPENT when the account cannot cover it. */
  createAllocation(amountGlm: Amount, expiresAt: Date): Promise<AllocationView>;
  /** Null when it was released, has expired, or this network does not know it. */
  allocation(id: string): Promise<AllocationView | null>;
  /** Safe to repeat. */
  releaseAllocation(id: string): Promise<void>;
  /** @throws BeaconError GOLEM_NO_OFFER, GOLEM_AGREEMENT_FAILED, GOLEM_ACTIVITY_FAILED, GOLEM_TUNNEL_FAILED, GOLEM_UNAVAILABLE */
  rent(order: RentOrder): Promise<Vantage>;
  close(): Promise<void>;
};
