import type { ImagePin } from "@/schemas/job-spec";
import type { AddressDatabase } from "@/server/adapters/geo/address-database";
import type { NetworkDatabase } from "@/server/adapters/geo/network-database";
import type { RenterBook } from "@/server/adapters/golem/vantage";
import type { Payment } from "@/server/domain/golem/payment-platform";
import type { MaxPrices } from "@/server/domain/golem/prices";
import type { StartCommand } from "@/server/domain/image/start-commands";

/** How the waits of a rental are bounded, in milliseconds. */
export type RenterPatience = {
  /** Until the first usable offer. Real offers are broadcast every few minutes. */
  readonly offerMs: number;
  /** For one provider to sign. Providers give up after 10 s themselves. */
  readonly approvalMs: number;
  /** For one machine to come up, its image's download included. */
  readonly deployMs: number;
  /** Between two looks at whether a provider is still there. */
  readonly lossCheckMs: number;
  /** Between two words that agreements are held, and two looks at what pays for them. */
  readonly holdMs: number;
  /** For a yagna that does not answer: it may be restarted in the meantime. */
  readonly yagnaMs: number;
};

export type GolemRenterOptions = {
  readonly yagna: { readonly url: string; readonly appKey: string };
  /** How providers are paid. golem-js and yagna each fill in a dead network where this is not said. */
  readonly payment: Payment;
  /** True when yagna is the loopback network. */
  readonly simulated: boolean;
  /** Base of the relay's node list. */
  readonly relayUrl: string;
  /** Echo services, as URLs: every machine must be let out to them, for they prove its exit. */
  readonly echoes: readonly string[];
  /** Certificates, PEM, that exits are trusted by in place of Node's: the loopback network's own. Null: Node's. */
  readonly trust: readonly string[] | null;
  readonly databases: readonly AddressDatabase[];
  readonly networks: Pick<NetworkDatabase, "networkOf">;
  /** What machines run unless an order says otherwise. Named by URL, so that no registry is asked. */
  readonly image: ImagePin;
  /** What is run in a machine once it is up, by its image and by what it must reach. On the loopback network: nothing. */
  readonly start: (image: ImagePin, origins: readonly string[]) => readonly StartCommand[];
  readonly maxPrices: MaxPrices;
  readonly patience: RenterPatience;
  /** Where everything is written down that must survive this process. */
  readonly book: RenterBook;
  readonly now: () => Date;
  /** yagna has been away for longer than `patience` allows. Called at most once. */
  readonly onUnavailable: (reason: string) => void;
  /** Told every few seconds whether yagna answered. */
  readonly onLook?: (isWell: boolean) => void;
};
