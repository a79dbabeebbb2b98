import { randomBytes } from "node:crypto";
import { withDeadline } from "@/server/adapters/clock/deadline";
import { loopbackDatabases, loopbackNetworks } from "@/server/adapters/geo/loopback-databases";
import type { DoctorSubject } from "@/server/adapters/golem/doctor-subject";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import { readImageFile } from "@/server/adapters/image/image-file";
import { lookAtExit } from "@/server/services/look-at-exit";

const now = () => new Date();

/** What the doctor examines when it is shown a loopback network, rentals included. */
export function aSubject(
  network: LoopbackNetwork,
  { settleMs = 8_000, ...over }: Partial<DoctorSubject> & { readonly settleMs?: number } = {},
): DoctorSubject {
  const payment = { driver: "erc20", network: "hoodi", token: "tglm" };
  const shared = {
    yagna: { url: network.url, appKey: network.appKey },
    payment,
    simulated: true,
    relayUrl: network.relayUrl,
    echoes: network.echoUrls,
    trust: [network.vendor.caPem],
    databases: loopbackDatabases,
    networks: loopbackNetworks,
    maxPrices: { startGlm: 1, cpuHourGlm: 1, envHourGlm: 1 },
    now,
  };
  return {
    ...shared,
    knownAddress: network.providers[0]?.address ?? "",
    images: [],
    rental: {
      renting: {
        ...shared,
        image: { url: "http://127.0.0.1/beacon.gvmi", sha3_224: "0".repeat(56) },
        start: () => [],
        patience: {
          offerMs: 2_000,
          approvalMs: 1_000,
          deployMs: 5_000,
          lossCheckMs: 500,
          holdMs: 500,
          yagnaMs: 3_000,
        },
      },
      timeoutMs: 20_000,
      settleMs,
    },
    lookAtExit: (...args) =>
      lookAtExit(
        {
          databases: loopbackDatabases,
          networks: loopbackNetworks,
          echoes: network.echoUrls,
          withDeadline,
          now,
        },
        ...args,
      ),
    readImageFile,
    withDeadline,
    random16: () => randomBytes(16),
    ...over,
  };
}
