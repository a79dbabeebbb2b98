import { expect, it } from "vitest";
import { paymentPlatform } from "@/server/domain/golem/payment-platform";

it.each([
  ["hoodi", "tglm", "erc20-hoodi-tglm"],
  ["polygon", "glm", "erc20-polygon-glm"],
  ["mainnet", "glm", "erc20-mainnet-glm"],
])("names the platform of %s", (network, token, expected) => {
  expect(paymentPlatform({ driver: "erc20", network, token })).toBe(expected);
});

it.each([
  { driver: "erc20", network: "holesky", token: "tglm" },
  { driver: "erc20", network: "polygon", token: "tglm" },
  { driver: "erc20", network: "hoodi", token: "glm" },
  { driver: "zksync", network: "mainnet", token: "glm" },
  { driver: "erc20", network: "", token: "" },
])("refuses $driver-$network-$token, and fills in nothing", (payment) => {
  expect(() => paymentPlatform(payment)).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID" }),
  );
});
