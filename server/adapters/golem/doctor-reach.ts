import { askRelay } from "@/server/adapters/golem/claims";
import { whyOf } from "@/server/adapters/golem/doctor-reason";
import type { DoctorSubject } from "@/server/adapters/golem/doctor-subject";
import { addressIn, MAX_ECHO_BYTES } from "@/server/adapters/golem/exit-probe";
import { openHomeDoor } from "@/server/adapters/golem/home-door";
import { isBeaconError } from "@/server/domain/errors";
import { type Finding, fine, lacking, skipped, weak } from "@/server/domain/golem/doctor-finding";
import { ECHOES_FOR_VERIFIED } from "@/server/domain/vantage/judge-geo";

/** How long one echo service may take, from here. */
const ECHO_MS = 10_000;

/** Any node will do: whether the list answers is what is looked at. */
const ANY_NODE = `0x${"0".repeat(40)}`;

/** Looks whether the relay's node list answers: without it no provider's country is known beforehand. */
export async function lookAtRelay(
  { relayUrl }: DoctorSubject,
  identity: string | null,
): Promise<Finding> {
  if (relayUrl === null) return skipped("relay", "BEACON_RELAY_URL is not set");
  try {
    const word = await askRelay(relayUrl, identity ?? ANY_NODE);
    const own = "address" in word ? `, and sees this node as ${word.address}` : "";
    return fine("relay", `The relay's node list answers${own}.`);
  } catch (error) {
    return lacking(
      "relay",
      "RELAY_UNREACHABLE",
      `No node list answers at ${relayUrl} (${whyOf(error)}): no provider can be placed, so none is rented.`,
    );
  }
}

/** Looks whether the echo services answer from here, and whether as many do over TLS as a verdict takes. */
export async function lookAtEchoes(subject: DoctorSubject): Promise<readonly Finding[]> {
  if (subject.echoes.length === 0) return [skipped("echoes", "BEACON_ECHO_URLS is not set")];
  const looks = await Promise.all(subject.echoes.map((echo) => lookAtEcho(subject, echo)));
  const secure = subject.echoes
    .filter((echo, at) => echo.startsWith("https:") && looks[at]?.state === "ok")
    .map((echo) => new URL(echo).host);
  if (new Set(secure).size >= ECHOES_FOR_VERIFIED) return looks;
  const word = weak(
    "echoes",
    "ECHOES_WITHOUT_TLS",
    "Fewer than two echo services answer over TLS: a provider could answer in another's place, and no exit counts as verified.",
  );
  return [...looks, word];
}

async function lookAtEcho({ trust, withDeadline }: DoctorSubject, echo: string): Promise<Finding> {
  const { origin, pathname, search } = new URL(echo);
  const { door, close } = openHomeDoor({ origin, trust });
  try {
    const answer = await withDeadline(ECHO_MS, [], (signal) =>
      door.request({
        method: "GET",
        path: `${pathname}${search}`,
        headers: {},
        body: null,
        signal,
        maxBytes: MAX_ECHO_BYTES,
      }),
    );
    const how = answer.peer?.tls?.protocol ?? "no TLS";
    return fine("echoes", `${echo} answers from here (${how}) and sees ${addressOf(answer)}.`);
  } catch (error) {
    return lacking("echoes", codeOf(error), `${echo} ${problemOf(error)}.`);
  } finally {
    close();
  }
}

/** What answers and is no echo. */
class NoEcho extends Error {}

function addressOf(answer: Parameters<typeof addressIn>[0]): string {
  try {
    return addressIn(answer);
  } catch (cause) {
    throw new NoEcho(`status ${answer.status}`, { cause });
  }
}

function codeOf(error: unknown): Finding["code"] {
  if (error instanceof NoEcho) return "ECHO_MALFORMED";
  const isTls = isBeaconError(error) && error.code === "EXIT_TLS_FAILED";
  return isTls ? "ECHO_TLS_FAILED" : "ECHO_UNREACHABLE";
}

function problemOf(error: unknown): string {
  if (error instanceof NoEcho)
    return `answers with ${error.message} and no address: name an echo service in BEACON_ECHO_URLS`;
  const code = codeOf(error);
  const reason = whyOf(error);
  return code === "ECHO_TLS_FAILED"
    ? `has no certificate that holds: ${reason}`
    : `does not answer: ${reason}`;
}
