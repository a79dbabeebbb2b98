import { z } from "zod";
import { whyOf } from "@/server/adapters/golem/doctor-reason";
import type { DoctorSubject } from "@/server/adapters/golem/doctor-subject";
import { type Finding, fine, lacking, skipped } from "@/server/domain/golem/doctor-finding";
import { yagnaNeeded } from "@/server/domain/golem/yagna-version";

/** How long yagna may take for one answer. */
const PATIENCE_MS = 10_000;

const Version = z.object({ current: z.object({ version: z.string().max(60) }) });
const Me = z.object({
  identity: z.string().regex(/^0x[0-9a-f]{40}$/),
  name: z.string().nullish(),
  role: z.string().max(60),
});
/** As ya-client's `p2p::Status`. */
const NetStatus = z.object({
  publicIp: z.string().max(64).nullish(),
  sessions: z.number().int().nonnegative(),
});

/** What yagna said: its status, and its answer in JSON where it was one. */
export type YagnaWord = { readonly status: number; readonly body: unknown };

/** Asks yagna's REST one question. Rejects when no answer comes. */
export async function askYagna(
  { url, appKey }: DoctorSubject["yagna"],
  path: string,
): Promise<YagnaWord> {
  const answer = await fetch(`${url}${path}`, {
    headers: appKey === null ? {} : { authorization: `Bearer ${appKey}` },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const text = await answer.text();
  try {
    return { status: answer.status, body: JSON.parse(text) };
  } catch {
    return { status: answer.status, body: text.slice(0, 300) };
  }
}

/** What is known of yagna itself: whether it answers, and to whom it belongs. */
export type YagnaLook = {
  readonly findings: readonly Finding[];
  readonly isAnswering: boolean;
  /** The identity behind the application key; null: the key was not taken. */
  readonly identity: string | null;
};

/** Looks whether yagna answers, is young enough, takes the application key, and is on the network. */
export async function lookAtYagna({ yagna, payment }: DoctorSubject): Promise<YagnaLook> {
  const version = await versionOf(yagna, payment?.network ?? null);
  if (version.code === "YAGNA_UNREACHABLE")
    return {
      findings: [
        version,
        skipped("key", "yagna does not answer"),
        skipped("network", "yagna does not answer"),
      ],
      isAnswering: false,
      identity: null,
    };
  const { finding, identity } = await keyOf(yagna);
  const network =
    identity === null
      ? skipped("network", "yagna says it only to who has an application key")
      : await networkOf(yagna);
  return { findings: [version, finding, network], isAnswering: true, identity };
}

async function versionOf(yagna: DoctorSubject["yagna"], network: string | null): Promise<Finding> {
  const { url } = yagna;
  let version: string;
  try {
    const { body } = await askYagna(yagna, "/version/get");
    version = Version.parse(body).current.version;
  } catch (error) {
    const why = error instanceof z.ZodError ? "what answers there is no yagna" : whyOf(error);
    return lacking(
      "yagna",
      "YAGNA_UNREACHABLE",
      `No yagna answers at ${url} (${why}): start it with \`yagna service run\`, or set YAGNA_API_URL.`,
    );
  }
  const needed = yagnaNeeded(version, network);
  if (needed === null) return fine("yagna", `yagna ${version} answers at ${url}.`);
  const purpose = network === "hoodi" ? "paying on hoodi" : "golem-js";
  return lacking(
    "yagna",
    "YAGNA_TOO_OLD",
    `yagna is ${version}; ${purpose} needs ${needed} or newer: install it.`,
  );
}

async function keyOf(
  yagna: DoctorSubject["yagna"],
): Promise<{ readonly finding: Finding; readonly identity: string | null }> {
  if (yagna.appKey === null)
    return { finding: skipped("key", "YAGNA_APPKEY is not set"), identity: null };
  const problem = (sentence: string) => ({
    finding: lacking("key", "YAGNA_KEY_REFUSED", sentence),
    identity: null,
  });
  try {
    const { status, body } = await askYagna(yagna, "/me");
    if (status === 401 || status === 403)
      return problem(
        "yagna does not take the application key: `yagna app-key list` shows its keys, `yagna app-key create NAME` makes one for YAGNA_APPKEY.",
      );
    const { identity, name, role } = Me.parse(body);
    const who = `${identity}${name ? ` (${name})` : ""}`;
    return {
      finding: fine("key", `The application key is that of ${who}, role ${role}.`),
      identity,
    };
  } catch (error) {
    return problem(`yagna does not say whose the application key is: ${whyOf(error)}.`);
  }
}

async function networkOf(yagna: DoctorSubject["yagna"]): Promise<Finding> {
  try {
    const { body } = await askYagna(yagna, "/net-api/v2/net/status");
    const { publicIp, sessions } = NetStatus.parse(body);
    if (sessions === 0)
      return lacking(
        "network",
        "NET_DISCONNECTED",
        "yagna is connected to nobody, not even the relay: look whether UDP may leave this machine.",
      );
    const seen = publicIp ? `seen from outside as ${publicIp}` : "not reachable from outside";
    return fine("network", `yagna is on the network, ${seen}; its sessions there: ${sessions}.`);
  } catch (error) {
    const why = error instanceof z.ZodError ? "in another form than ours" : whyOf(error);
    return lacking(
      "network",
      "NET_DISCONNECTED",
      `yagna does not say how it is connected: ${why}.`,
    );
  }
}
