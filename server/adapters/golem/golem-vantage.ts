import type { GolemNetwork } from "@golem-sdk/golem-js";
import type { CountryCode } from "@/schemas/country";
import type { CountryClaim } from "@/schemas/evidence";
import type { ImagePin } from "@/schemas/job-spec";
import { type BillClerk, unsettled } from "@/server/adapters/golem/bill-clerk";
import { END_MS, endAgreement } from "@/server/adapters/golem/end-agreement";
import { openExitDoor } from "@/server/adapters/golem/exit-door";
import { probeExit } from "@/server/adapters/golem/exit-probe";
import { golemFailure, reasonOf, within } from "@/server/adapters/golem/golem-failure";
import { dropNetwork, type Hired } from "@/server/adapters/golem/hire";
import type { OpenDoor } from "@/server/adapters/golem/http-exchange";
import { type AgreementEnds, watchLoss } from "@/server/adapters/golem/loss-watch";
import { openDoor } from "@/server/adapters/golem/tunnel";
import type { RenterBook, Settlement, Vantage } from "@/server/adapters/golem/vantage";

/** The ports inside the machine's image: where its models answer, and where its CONNECT proxy listens. */
const MODEL_DOOR_PORT = 8081;
const EXIT_DOOR_PORT = 8080;

export type GolemVantageOptions = {
  readonly golem: GolemNetwork;
  readonly clerk: BillClerk;
  readonly book: Pick<RenterBook, "rentalEnded">;
  readonly ends: AgreementEnds;
  readonly appKey: string;
  readonly country: CountryCode;
  readonly claims: readonly CountryClaim[];
  readonly providerName: string;
  readonly image: ImagePin;
  readonly manifestSha256: Uint8Array | null;
  /** The origins that the manifest opened. */
  readonly origins: readonly string[];
  /** Certificates that exits are trusted by in place of Node's; null: Node's. */
  readonly trust: readonly string[] | null;
  readonly simulated: boolean;
  readonly lossCheckMs: number;
  /** Aborts when the allocation pays no more. */
  readonly usedUp: AbortSignal;
  readonly now: () => Date;
  /** Called once, when the provider is no longer in use. */
  readonly onSettled: () => void;
};

/** What a hired provider is to a vantage session: its doors, a signal of its loss, and its bill. */
export function createGolemVantage(hired: Hired, options: GolemVantageOptions): Vantage {
  const { golem, appKey, trust, now, origins } = options;
  const { agreement, exeUnit } = hired;
  const endOf = (port: number) => ({ uri: exeUnit.getWebsocketUri(port), appKey });
  const model = openDoor(endOf(MODEL_DOOR_PORT));
  const exits = new Map<string, OpenDoor>();
  const watch = watchLoss({
    yagna: golem.services.yagna,
    ends: options.ends,
    agreementId: agreement.id,
    activityId: exeUnit.activity.id,
    everyMs: options.lossCheckMs,
    usedUp: options.usedUp,
  });
  let settled: Promise<Settlement> | null = null;
  return {
    country: options.country,
    claims: options.claims,
    provider: { id: agreement.provider.id, name: options.providerName },
    agreementId: agreement.id,
    activityId: exeUnit.activity.id,
    image: options.image,
    manifestSha256: options.manifestSha256,
    simulated: options.simulated,
    modelDoor: model.door,
    exitDoor: (origin) => {
      if (!origins.includes(origin)) throw new Error(`the order does not open ${origin}`);
      const open = exits.get(origin) ?? openExitDoor({ end: endOf(EXIT_DOOR_PORT), origin, trust });
      exits.set(origin, open);
      return open.door;
    },
    lost: watch.lost,
    probeExit: (echo, signal) =>
      probeExit({ exit: endOf(EXIT_DOOR_PORT), echo, trust, now, signal }),
    settle: (timeoutMs) => {
      watch.stop();
      model.close();
      for (const exit of exits.values()) exit.close();
      settled ??= settle(hired, options, timeoutMs);
      return settled;
    },
  };
}

/** Ends the rental and waits for its invoice; what cannot be ended is reported, never thrown. */
async function settle(
  { agreement, exeUnit, network }: Hired,
  { golem, clerk, book, now, onSettled }: GolemVantageOptions,
  timeoutMs: number,
): Promise<Settlement> {
  const { yagna } = golem.services;
  const endsAtMs = now().getTime() + timeoutMs;
  const leftMs = () => Math.max(0, endsAtMs - now().getTime());
  const stepMs = () => Math.min(END_MS, leftMs());
  try {
    // Ending the agreement ends the activity as well; its own end gives the provider the exact usage.
    const stopped = yagna.activity.control.destroyActivity(exeUnit.activity.id, END_MS / 1_000);
    await within(stopped, stepMs()).catch(() => undefined);
    const held = await endAgreement(yagna, agreement.id, "Finished", Math.max(1_000, stepMs()));
    clerk.ended(agreement.id, now());
    const untold = held === null ? await told(book.rentalEnded(agreement.id, "settled")) : null;
    const gone = held === null ? null : `the agreement stays open: ${held}`;
    const settlement = await clerk.settle(agreement.id, leftMs(), gone);
    return untold === null
      ? settlement
      : { ...settlement, problem: settlement.problem ?? `its end was not written down: ${untold}` };
  } catch (error) {
    const { message } = golemFailure("GOLEM_SETTLEMENT_FAILED", "not settled", error);
    return unsettled(message);
  } finally {
    await dropNetwork(golem, network);
    onSettled();
  }
}

/** Null when the book took it. */
const told = (telling: Promise<void>): Promise<string | null> => telling.then(() => null, reasonOf);
