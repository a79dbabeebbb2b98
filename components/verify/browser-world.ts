import { refusalOf } from "@/components/refusal";
import type { VerificationWorld } from "@/components/verify/verification-world";

async function fetchBytes(path: string): Promise<Uint8Array> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`The portal answered ${answer.status} for ${path}.`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** A browser that keeps nothing: private windows of some browsers throw already at the name. */
const FORGETFUL = { getItem: () => null, setItem: () => undefined };

function memory() {
  try {
    return window.localStorage;
  } catch {
    return FORGETFUL;
  }
}

/** This browser, as verification sees it. */
export const browserWorld = (): VerificationWorld => ({
  fetchBytes,
  fetchConsistency: async (from, to) => {
    const { createApiClient } = await import("@/components/trpc-client");
    try {
      return (await createApiClient().log.consistency.query({ from, to })).proof;
    } catch (error) {
      // A size that the log never had, or no longer has: its word, not a fault on the way.
      if (refusalOf(error).code === "LOG_POSITION_INVALID") return null;
      throw error;
    }
  },
  memory: memory(),
  now: () => new Date(),
});
