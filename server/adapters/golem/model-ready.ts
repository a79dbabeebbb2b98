import { setTimeout as sleep } from "node:timers/promises";
import type { Door } from "@/server/adapters/golem/door";
import { BeaconError, isBeaconError } from "@/server/domain/errors";

/** Between two looks. A model of a few gigabytes takes from seconds to minutes to load. */
const INTERVAL_MS = 1_000;
/** How long one look may take, and how much of its answer is read. */
const LOOK_MS = 5_000;
const MAX_BYTES = 65_536;
/** What model servers answer while they load: llama.cpp's does. */
const LOADING = 503;

/**
 * Waits until the model server inside a machine takes questions: the command that starts it returns
 * before its model is loaded. Whatever it answers but "loading" is for the questions to find out.
 *
 * @throws BeaconError GOLEM_ACTIVITY_FAILED when nothing answers, or it still loads, after `waitMs`.
 */
export async function modelReady(
  door: Pick<Door, "request">,
  waitMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (const end = performance.now() + waitMs; ; await pause(signal)) {
    const state = await look(door, signal);
    if (state === "ready") return;
    if (signal.aborted || performance.now() > end)
      throw new BeaconError("GOLEM_ACTIVITY_FAILED", `no model answers in the machine: ${state}`);
  }
}

async function look(
  door: Pick<Door, "request">,
  signal: AbortSignal,
): Promise<"ready" | "it still loads" | "nothing is there"> {
  const controller = new AbortController();
  const end = () => controller.abort(new DOMException("no answer", "TimeoutError"));
  const timer = setTimeout(end, LOOK_MS);
  signal.addEventListener("abort", end, { once: true });
  try {
    const { status } = await door.request({
      method: "GET",
      path: "/v1/models",
      headers: { accept: "application/json" },
      body: null,
      signal: controller.signal,
      maxBytes: MAX_BYTES,
    });
    return status === LOADING ? "it still loads" : "ready";
  } catch (error) {
    if (!isBeaconError(error)) throw error;
    return error.code === "MODEL_UNREACHABLE" ? "nothing is there" : "ready";
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

const pause = (signal: AbortSignal): Promise<void> =>
  sleep(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
