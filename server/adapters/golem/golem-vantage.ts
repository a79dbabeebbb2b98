import type { GolemNetwork } from "@golem-sdk/golem-js";
import type { CountryCode } from "@/schemas/country";
import { probeExit } from "@/server/adapters/golem/exit-probe";
import { within } from "@/server/adapters/golem/golem-failure";
import { dropNetwork, endAgreement, type Hired } from "@/server/adapters/golem/hire";
import type { InvoiceBook } from "@/server/adapters/golem/invoice-book";
import { type LossWatch, watchLoss } from "@/server/adapters/golem/loss-watch";
import { openDoor } from "@/server/adapters/golem/tunnel";
import type { Settlement, Vantage } from "@/server/adapters/golem/vantage";

/** The ports inside the machine's image: where its models answer, and where its CONNECT proxy listens. */
const MODEL_DOOR_PORT = 8081;
const EXIT_DOOR_PORT = 8080;

export type GolemVantageOptions = {
  readonly golem: GolemNetwork;
  readonly invoices: InvoiceBook;
  readonly appKey: string;
  readonly echoUrl: string;
  readonly country: CountryCode;
  readonly claimSource: string;
  readonly simulated: boolean;
  readonly lossCheckMs: number;
  readonly now: () => Date;
  /** Called once, when the provider is no longer in use. */
  readonly onSettled: () => void;
};

/** What a hired provider is to a vantage session: two doors, a signal of its loss, and its bill. */
export function createGolemVantage(hired: Hired, options: GolemVantageOptions): Vantage {
  const { golem, appKey, echoUrl, now } = options;
  const { agreement, exeUnit } = hired;
  const endOf = (port: number) => ({ uri: exeUnit.getWebsocketUri(port), appKey });
  const model = openDoor(endOf(MODEL_DOOR_PORT));
  const watch = watchLoss({
    golem,
    agreementId: agreement.id,
    activityId: exeUnit.activity.id,
    everyMs: options.lossCheckMs,
  });
  let settled: Promise<Settlement> | null = null;
  return {
    country: options.country,
    claimSource: options.claimSource,
    provider: { id: agreement.provider.id, name: agreement.provider.name },
    agreementId: agreement.id,
    activityId: exeUnit.activity.id,
    simulated: options.simulated,
    modelDoor: model.door,
    lost: watch.lost,
    probeExit: (signal) => probeExit({ exit: endOf(EXIT_DOOR_PORT), echoUrl, now, signal }),
    settle: (timeoutMs) => {
      model.close();
      settled ??= settle(hired, watch, options, timeoutMs);
      return settled;
    },
  };
}

/** Ends the rental and waits for its invoice; what cannot be ended is reported, never thrown. */
async function settle(
  hired: Hired,
  watch: LossWatch,
  { golem, invoices, onSettled }: GolemVantageOptions,
  timeoutMs: number,
): Promise<Settlement> {
  const { agreement, rental, network } = hired;
  watch.stop();
  const isUnreachable = rental
    .stopAndFinalize(timeoutMs)
    .then(() => false)
    .catch(async () => !(await endAgreement(golem, agreement)));
  try {
    const unpaid: Settlement = {
      costGlm: null,
      problem: "the provider is gone, its agreement stays open",
    };
    const gone = isUnreachable.then((is) => (is ? unpaid : new Promise<never>(() => {})));
    return await within(Promise.race([invoices.outcome(agreement.id), gone]), timeoutMs);
  } catch {
    return { costGlm: null, problem: `no invoice within ${timeoutMs} ms` };
  } finally {
    invoices.drop(agreement.id);
    await dropNetwork(golem, network);
    onSettled();
  }
}
