import { GolemNetwork } from "@golem-sdk/golem-js";
import { z } from "zod";
import { AllocationDesk } from "@/server/adapters/golem/allocation-desk";
import { whyOf } from "@/server/adapters/golem/doctor-reason";
import type { DoctorSubject } from "@/server/adapters/golem/doctor-subject";
import { askYagna } from "@/server/adapters/golem/doctor-yagna";
import { golemFailure } from "@/server/adapters/golem/golem-failure";
import { type Finding, fine, lacking, skipped } from "@/server/domain/golem/doctor-finding";
import { type Payment, paymentPlatform } from "@/server/domain/golem/payment-platform";

/** What is set aside and given back again, to see that it can be. In GLM. */
const TRIAL_GLM = "0.001";

/** When yagna gives it back by itself, should we not come to it. */
const TRIAL_MS = 10 * 60_000;

/** As ya-ts-client's Account. */
const Accounts = z
  .array(
    z.object({
      platform: z.string().max(60),
      address: z.string().max(60),
      send: z.boolean(),
    }),
  )
  .max(200);

/** As ya-ts-client's DriverStatusProperty. */
const Troubles = z.array(z.object({ kind: z.string().max(60) })).max(200);

const IN_WORDS: Readonly<Record<string, string>> = {
  InsufficientGas: "there is too little gas for the payments that are due",
  InsufficientToken: "there are too few tokens for the payments that are due",
  InvalidChainId: "a payment is due on a chain that yagna does not know any more",
  CantSign: "it cannot sign, its wallet may be locked",
  TxStuck: "a transaction is stuck, its highest fee may be too low",
  RpcError: "none of its ways to the chain answers",
};

/**
 * Looks whether yagna can pay: the account is there and may send, its driver is well, and a tiny sum can
 * be set aside and given back.
 */
export async function lookAtPayment(
  subject: DoctorSubject,
  identity: string,
): Promise<readonly Finding[]> {
  const { yagna, payment } = subject;
  if (payment === null || yagna.appKey === null)
    return [
      skipped("payment", "BEACON_PAYMENT is not set"),
      skipped("funds", "BEACON_PAYMENT is not set"),
    ];
  let platform: string;
  try {
    platform = paymentPlatform(payment);
  } catch (error) {
    return [
      lacking("payment", "CONFIG_INVALID", `BEACON_PAYMENT will not do: ${whyOf(error)}.`),
      skipped("funds", "it is not known what is paid with"),
    ];
  }
  const account = await accountOf(yagna, payment, platform, identity);
  if (account.state !== "ok") return [account, skipped("funds", "there is no account to pay from")];
  return [account, await driverOf(yagna, payment), await fundsOf(subject, payment, platform)];
}

async function accountOf(
  yagna: DoctorSubject["yagna"],
  { driver, network }: Payment,
  platform: string,
  identity: string,
): Promise<Finding> {
  try {
    const { body } = await askYagna(yagna, "/payment-api/v1/requestorAccounts");
    const accounts = Accounts.parse(body);
    const own = accounts.find(
      (account) =>
        account.platform === platform && account.send && account.address.toLowerCase() === identity,
    );
    if (own !== undefined) return fine("payment", `${own.address} pays with ${platform}.`);
    return lacking(
      "payment",
      "PAYMENT_NOT_INITIALISED",
      `yagna has no account that pays with ${platform}: run \`yagna payment init --sender --network=${network} --driver=${driver}\`.`,
    );
  } catch (error) {
    return lacking("payment", "PAYMENT_TROUBLE", `yagna shows no accounts: ${whyOf(error)}.`);
  }
}

async function driverOf(
  yagna: DoctorSubject["yagna"],
  { driver, network }: Payment,
): Promise<Finding> {
  const query = new URLSearchParams({ network, driver });
  try {
    const { body } = await askYagna(yagna, `/payment-api/v1/payments/status?${query}`);
    const kinds = [...new Set(Troubles.parse(body).map(({ kind }) => kind))];
    if (kinds.length === 0) return fine("payment", `The driver ${driver} on ${network} is well.`);
    const words = kinds.map((kind) => IN_WORDS[kind] ?? kind).join("; ");
    return lacking("payment", "PAYMENT_TROUBLE", `The driver on ${network} reports: ${words}.`);
  } catch (error) {
    return lacking(
      "payment",
      "PAYMENT_TROUBLE",
      `yagna does not say how the driver is: ${whyOf(error)}.`,
    );
  }
}

/** Makes a tiny allocation and gives it back, in the way in which a job's is made. */
async function fundsOf(
  { yagna, now }: DoctorSubject,
  { network, token }: Payment,
  platform: string,
): Promise<Finding> {
  const api = { key: yagna.appKey ?? "", url: yagna.url };
  // Never connected: only its client of yagna's REST is used.
  const desk = new AllocationDesk(new GolemNetwork({ api }).services.yagna, platform);
  const unit = token === "glm" ? "GLM" : "tGLM";
  try {
    const at = now();
    const { id } = await desk.create(TRIAL_GLM, new Date(at.getTime() + TRIAL_MS), at);
    await desk.release(id);
    if ((await desk.view(id)) !== null)
      return lacking("funds", "ALLOCATION_KEPT", `yagna did not give allocation ${id} back.`);
    return fine("funds", `${TRIAL_GLM} ${unit} could be set aside, and was given back.`);
  } catch (error) {
    const failure = golemFailure("GOLEM_UNAVAILABLE", "no allocation", error);
    if (failure.code !== "GOLEM_BUDGET_SPENT")
      return lacking("funds", failure.code, `Nothing can be set aside: ${failure.message}.`);
    return lacking(
      "funds",
      "FUNDS_MISSING",
      `${failure.message}. ${FUNDING[network] ?? ""}`.trim(),
    );
  }
}

/** How an account is filled, by network. */
const FUNDING: Readonly<Record<string, string>> = {
  hoodi: "Run `yagna payment fund --network hoodi`: the tokens are free and worth nothing.",
  polygon: "Send GLM, and some POL for gas, on Polygon to the address that `yagna id show` names.",
  mainnet: "Send GLM, and some ETH for gas, to the address that `yagna id show` names.",
};
