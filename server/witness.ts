import type { StandAloneWitness } from "@/server/adapters/witness/stand-alone-witness";
import { openWitness } from "@/server/context";
import { judgePulse } from "@/server/domain/health/judge-work";
import { createPulses } from "@/server/domain/health/pulse";
import { readEnv } from "@/server/env";
import { openEyes } from "@/server/lifecycle";
import { logger } from "@/server/telemetry/logger";

/** A file that cannot be written stays so for a while; a log that is not there asks nothing at all. */
const COSIGNING = {
  name: "cosigning",
  who: "Cosigning",
  patienceMs: 60_000,
  silentCode: null,
} as const;

/** `openWitness`, with its metrics and its readiness served where BEACON_METRICS_PORT says. For `beacon witness`. */
export async function openWatchedWitness(
  asked: Omit<Parameters<typeof openWitness>[0], "onAnswer">,
): Promise<StandAloneWitness> {
  const now = () => new Date();
  const pulses = createPulses(now);
  pulses.watch(COSIGNING.name);
  const eyes = openEyes("witness", readEnv(), logger.child({ component: "witness" }));
  const { cosigning, cosigningDuration } = eyes.metrics.of;
  eyes.health.watch(async () => [judgePulse(COSIGNING, pulses.of(COSIGNING.name), now())]);
  try {
    const witness = await openWitness({
      ...asked,
      onAnswer(answer, tookMs) {
        cosigning.add({ outcome: answer });
        cosigningDuration.observe({}, tookMs / 1_000);
        // What it refuses is the sender's fault: the witness works.
        if (answer === "failed") pulses.bad(COSIGNING.name, "INTERNAL");
        else pulses.good(COSIGNING.name);
      },
    });
    eyes.health.moveTo("running");
    const close = async () => {
      eyes.health.moveTo("stopping");
      await witness.close();
      await eyes.close();
    };
    return { ...witness, close };
  } catch (error) {
    await eyes.close();
    throw error;
  }
}
