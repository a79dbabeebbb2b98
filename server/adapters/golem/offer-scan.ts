import { GolemNetwork, ScannedOffer } from "@golem-sdk/golem-js";
import { z } from "zod";
import { CAPABILITIES } from "@/server/adapters/golem/demand";
import type { DoctorSubject } from "@/server/adapters/golem/doctor-subject";

/** How long yagna may take to begin a scan, and to end it. */
const PATIENCE_MS = 10_000;

/** A flood of made-up nodes ends here, and a line without an end. */
const MAX_PROVIDERS = 2_000;
const MAX_LINE = 200_000;

const Offer = z.object({
  offerId: z.string().max(200),
  providerId: z.string().regex(/^0x[0-9a-f]{40}$/),
  timestamp: z.string().max(60),
  properties: z.record(z.string(), z.unknown()),
  constraints: z.string().max(20_000),
});

/**
 * Offers on the market that meet what every demand of ours asks for, the newest of each provider.
 *
 * golem-js says what to scan for, but for the payment, for which it names GLM on every network as soon as
 * it is given a token (seen in 3.6.0). Its own scan is not used: one malformed offer ends it for all, and
 * a yagna that does not hear its end leaves a rejection that nobody handles.
 *
 * @param platform yagna's name of what is paid with.
 *
 * Rejects when yagna does not begin a scan, and when `signal` aborts.
 */
export async function scanOffers(
  { yagna, withDeadline }: Pick<DoctorSubject, "yagna" | "withDeadline">,
  platform: string,
  scanMs: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ScannedOffer>> {
  const golem = new GolemNetwork({ api: { key: yagna.appKey ?? "", url: yagna.url } });
  const { constraints } = golem.market.buildScanSpecification({
    workload: { runtime: { name: "vm" }, capabilities: [...CAPABILITIES] },
  });
  const paid = `(golem.com.payment.platform.${platform}.address=*)`;
  const headers = {
    authorization: `Bearer ${yagna.appKey ?? ""}`,
    "content-type": "application/json",
  };
  const scans = `${yagna.url}/market-api/v1/scan`;
  const begun = await fetch(scans, {
    method: "POST",
    headers,
    body: JSON.stringify({
      type: "offer",
      properties: {},
      constraints: `(&${[...constraints, paid].join("\n\t")})`,
    }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!begun.ok) throw new Error(`yagna answers ${begun.status}`);
  const scan = `${scans}/${encodeURIComponent(z.string().parse(await begun.json()))}`;
  const found = new Map<string, ScannedOffer>();
  try {
    await withDeadline(scanMs, [signal], async (limit) => {
      const take = (text: string) => keep(found, text);
      await follow(`${scan}/events`, headers, take, limit).catch((error: unknown) => {
        // The time is over: that is how every scan ends.
        if (!limit.aborted || signal.aborted) throw error;
      });
    });
    return found;
  } finally {
    const ended = { method: "DELETE", headers, signal: AbortSignal.timeout(PATIENCE_MS) };
    await fetch(scan, ended).catch(() => undefined);
  }
}

/** What cannot be read is no offer. */
function keep(found: Map<string, ScannedOffer>, text: string): void {
  try {
    const offer = Offer.parse(JSON.parse(text));
    if (found.size < MAX_PROVIDERS || found.has(offer.providerId))
      found.set(offer.providerId, new ScannedOffer(offer));
  } catch {}
}

/** Reads server-sent events and hands on the data of each. Rejects when `signal` aborts. */
async function follow(
  url: string,
  headers: Readonly<Record<string, string>>,
  take: (data: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const answer = await fetch(url, { headers: { ...headers, accept: "text/event-stream" }, signal });
  if (!answer.ok || answer.body === null) throw new Error(`yagna answers ${answer.status}`);
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + decoder.decode(part.value, { stream: true })).split("\n");
    rest = (lines.pop() ?? "").slice(0, MAX_LINE);
    // yagna writes each offer into one line.
    for (const line of lines) if (line.startsWith("data:")) take(line.slice("data:".length));
  }
}
