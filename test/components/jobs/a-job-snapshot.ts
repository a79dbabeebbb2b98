import { CountryCode } from "@/schemas/country";
import type { JobSpec } from "@/schemas/job-spec";
import { Cid, Digest, Instant, JobId } from "@/schemas/primitives";
import type { CompletenessView, JobSnapshot } from "@/schemas/snapshot";
import { digestOfBytes } from "@/server/domain/digest";

const at = (minute: number) =>
  Instant.parse(`2026-11-22T12:${String(minute).padStart(2, "0")}:00.000Z`);

/** A spec that asks one control model from Germany and Kenya. */
export const aSpec = (fields: Partial<JobSpec> = {}): JobSpec => ({
  version: "1.0",
  title: "Is the museum open?",
  system_prompt: null,
  prompts: [{ id: "p1", language: "en", text: "Is the museum open on Mondays?" }],
  services: [{ id: "control-open", door: "model", model: "control-open" }],
  countries: ["DE", "KE"].map((code) => CountryCode.parse(code)),
  repeats: 4,
  sampling: { temperature: 0.7, top_p: 1, max_output_tokens: 512, seed_base: 1 },
  budget: { glm: "1", usd: "0" },
  deadline_s: 900,
  contrasts: [],
  controls: [],
  ...fields,
});

/** A job under way, none of whose tasks has closed. */
export const aJobSnapshot = (fields: Partial<JobSnapshot> = {}): JobSnapshot => {
  const spec = fields.spec ?? aSpec();
  return {
    id: JobId.parse(`job-${"a".repeat(26)}`),
    title: spec.title,
    status: "RUNNING",
    simulated: true,
    createdAt: at(0),
    comparedAt: null,
    counts: { announced: 8, queued: 6, running: 2, succeeded: 0, failed: 0, withdrawn: 0 },
    languages: ["en"],
    countries: spec.countries,
    services: spec.services,
    repeats: spec.repeats,
    states: [],
    spec,
    specCid: Cid.parse(`bafkrei${"a".repeat(52)}`),
    specDigest: Digest.parse(digestOfBytes(new Uint8Array())),
    deadlineAt: at(15),
    intentIndex: 1,
    dispatchedAt: at(1),
    comparisonIndex: null,
    tasks: [],
    sessions: [],
    money: [],
    ledger: [],
    ...fields,
  };
};

/** What the log says of it. */
export const aCompleteness = (fields: Partial<CompletenessView> = {}): CompletenessView => ({
  intentIndex: 1,
  size: 2,
  announced: 8,
  results: 0,
  failures: 0,
  withdrawals: 0,
  open: 8,
  isOver: false,
  named: [],
  unannounced: 0,
  doubled: 0,
  ...fields,
});
