import type { Properties } from "@/server/adapters/golem/loopback/constraints";
import type { LoopbackProvider } from "@/server/adapters/golem/loopback/providers";

/** What a provider's usage is counted in, in the order of the price coefficients. */
const USAGE_VECTOR = ["golem.usage.duration_sec", "golem.usage.cpu_sec"] as const;

/**
 * The properties of a provider's offer: those that real providers send. Neither country nor address
 * is among them, as on the real network.
 */
export function offerOf(provider: LoopbackProvider, platforms: readonly string[]): Properties {
  const { prices } = provider;
  return {
    ...Object.fromEntries(
      platforms.map((name) => [`golem.com.payment.platform.${name}.address`, provider.id]),
    ),
    "golem.activity.caps.transfer.protocol": ["https", "http", "gftp"],
    "golem.com.payment.debit-notes.accept-timeout?": 240,
    "golem.com.payment.protocol.version": 3,
    "golem.com.pricing.model": "linear",
    "golem.com.pricing.model.linear.coeffs": [
      Number(prices.envHourGlm) / 3_600,
      Number(prices.cpuHourGlm) / 3_600,
      Number(prices.startGlm),
    ],
    "golem.com.scheme": "payu",
    "golem.com.scheme.payu.debit-note.interval-sec?": 120,
    "golem.com.scheme.payu.payment-timeout-sec?": 120,
    "golem.com.usage.vector": USAGE_VECTOR,
    "golem.inf.cpu.architecture": "x86_64",
    "golem.inf.cpu.brand": "Beacon loopback CPU",
    "golem.inf.cpu.capabilities": ["sse4_2"],
    "golem.inf.cpu.cores": provider.threads,
    "golem.inf.cpu.threads": provider.threads,
    "golem.inf.mem.gib": provider.memGib,
    "golem.inf.storage.gib": provider.storageGib,
    "golem.node.debug.subnet": "public",
    "golem.node.id.name": provider.name,
    "golem.node.net.is-public": true,
    "golem.runtime.capabilities": ["inet", "vpn", "manifest-support", "start-entrypoint"],
    "golem.runtime.name": "vm",
    "golem.runtime.version": "0.5.2",
    "golem.srv.caps.multi-activity": true,
    "golem.srv.caps.payload-manifest": true,
  };
}
