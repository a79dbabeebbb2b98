import type { ImagePin } from "@/schemas/job-spec";
import type { WithDeadline } from "@/server/adapters/clock/deadline";
import type { AddressDatabase } from "@/server/adapters/geo/address-database";
import type { NetworkDatabase } from "@/server/adapters/geo/network-database";
import type { GolemRenterOptions } from "@/server/adapters/golem/renter-options";
import type { LookAtExit } from "@/server/adapters/golem/vantage";
import type { ImageFile } from "@/server/adapters/image/image-file";
import type { Payment } from "@/server/domain/golem/payment-platform";
import type { MaxPrices } from "@/server/domain/golem/prices";

/** A Golem network as it is configured, whole or not: what is null is not configured. */
export type DoctorSubject = {
  readonly yagna: { readonly url: string; readonly appKey: string | null };
  readonly payment: Payment | null;
  /** True when yagna is the loopback network. */
  readonly simulated: boolean;
  readonly relayUrl: string | null;
  readonly echoes: readonly string[];
  /** As in GolemRenterOptions. */
  readonly trust: readonly string[] | null;
  readonly databases: readonly AddressDatabase[];
  readonly networks: NetworkDatabase;
  /** An address that every database must know. */
  readonly knownAddress: string;
  readonly images: readonly { readonly name: string; readonly pin: ImagePin }[];
  readonly maxPrices: MaxPrices;
  /** What renting takes; null: it is not configured. */
  readonly rental: {
    readonly renting: Omit<GolemRenterOptions, "book" | "onUnavailable">;
    /** How long renting, probing and settling may take together. */
    readonly timeoutMs: number;
    /** How long the bills are waited for. */
    readonly settleMs: number;
  } | null;
  readonly lookAtExit: LookAtExit;
  /** @throws BeaconError IMAGE_INVALID */
  readonly readImageFile: (path: string) => Promise<Pick<ImageFile, "sha3_224" | "sizeBytes">>;
  readonly withDeadline: WithDeadline;
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
};
