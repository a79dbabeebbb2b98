import { Amount } from "@/schemas/primitives";
import { readEnv } from "@/server/env";
import { openGolemDoctor } from "@/server/golem-doctor";
import { countriesOf } from "@/test/golem-live/live-countries";
import { questionOf } from "@/test/golem-live/live-question";
import { liveSuite } from "@/test/golem-live/live-suite";

/** A rental may wait 15 minutes for its provider, and a minute for its bills. */
const TIMEOUT_MS = 25 * 60_000;
const SCAN_MS = 120_000;

liveSuite(
  countriesOf(process.env.BEACON_LIVE_COUNTRIES) ?? [],
  async () => {
    const { subject } = await openGolemDoctor(readEnv());
    return {
      subject,
      question: questionOf(process.env, subject.echoes),
      budgetGlm: Amount.parse(process.env.BEACON_LIVE_BUDGET_GLM || "0.5"),
      scanMs: SCAN_MS,
      say: (line) => void process.stdout.write(`${line}\n`),
    };
  },
  TIMEOUT_MS,
);
