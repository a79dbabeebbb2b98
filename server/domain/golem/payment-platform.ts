import { BeaconError } from "@/server/domain/errors";

/** How providers are paid: yagna's driver, the chain, and the token on it. */
export type Payment = {
  readonly driver: string;
  readonly network: string;
  readonly token: string;
};

/**
 * The networks that Beacon pays on, and the token of each: `hoodi` is the test network with worthless
 * tokens, `polygon` and `mainnet` carry GLM. yagna knows others; none of them is in use any more.
 */
const TOKENS: ReadonlyMap<string, string> = new Map([
  ["hoodi", "tglm"],
  ["polygon", "glm"],
  ["mainnet", "glm"],
]);

/**
 * yagna's name of a payment platform: `erc20-polygon-glm`. golem-js 3.6.0 and yagna each fill in a
 * network that no longer exists when none is named, so nothing is filled in here.
 *
 * @throws BeaconError CONFIG_INVALID for what providers cannot be paid with.
 */
export function paymentPlatform({ driver, network, token }: Payment): string {
  if (driver !== "erc20")
    throw new BeaconError("CONFIG_INVALID", `the payment driver is erc20, not ${driver}`);
  const expected = TOKENS.get(network);
  if (expected === undefined)
    throw new BeaconError(
      "CONFIG_INVALID",
      `the payment network is one of ${[...TOKENS.keys()].join(", ")}, not ${network}`,
    );
  if (token !== expected)
    throw new BeaconError("CONFIG_INVALID", `on ${network} the token is ${expected}, not ${token}`);
  return `${driver}-${network}-${token}`;
}
