import { z } from "zod";
import { CountryCode, Place } from "@/schemas/country";
import { Contrast, Control, MAX_PROMPTS } from "@/schemas/job-spec";
import { type Instant, Slug } from "@/schemas/primitives";
import { FaultMoment, ProviderFault, YagnaFault } from "@/schemas/simulation";

/** The most bytes that a draft's body may have as JSON in UTF-8. */
export const MAX_DRAFT_BYTES = 256 * 1_024;
/** The most drafts that one account keeps. */
export const MAX_DRAFTS = 50;
/** The most characters of a draft's title that lists show. */
export const MAX_DRAFT_TITLE = 200;

/** Derived from whose it is and from its submission key: `drf-` and 26 base32 characters. */
export const DraftId = z
  .string()
  .regex(/^drf-[a-z2-7]{26}$/)
  .brand<"drf">();
export type DraftId = z.infer<typeof DraftId>;

/** The steps in which a job is composed, in their order. */
export const ComposerStep = z.enum([
  "questions",
  "services",
  "countries",
  "sampling",
  "contrasts",
  "budget",
  "review",
]);
export type ComposerStep = z.infer<typeof ComposerStep>;

/** Whatever somebody types into a text: a spec may refuse it, a draft keeps it. */
const text = z.string().max(MAX_DRAFT_BYTES);
/** Whatever somebody types where a number or a short word is wanted. */
const word = z.string().max(200);
/** Only tells rows of one list apart. */
const key = z.int().min(0).max(1_000_000);
/** The name of a row in the spec; empty: it is made from what the row says. */
const name = z.union([Slug, z.literal("")]);

/** A prompt as it is being typed. */
export const PromptDraft = z.strictObject({ key, id: name, text, language: word });
export type PromptDraft = z.infer<typeof PromptDraft>;

/** A contrast as it is being chosen. */
export const ContrastDraft = z.strictObject({
  key,
  id: name,
  outcome: Contrast.shape.outcome,
  baseline: z.union([Place, z.literal("")]),
  against: z.array(Place).max(300).readonly(),
});
export type ContrastDraft = z.infer<typeof ContrastDraft>;

/** A fault of providers as it is being chosen. */
export const ProviderFaultDraft = z.strictObject({
  key,
  fault: ProviderFault,
  moment: FaultMoment,
  /** None: in all of the job's countries. */
  countries: z.array(CountryCode).max(300).readonly(),
  /** In percent. */
  share: word,
});
export type ProviderFaultDraft = z.infer<typeof ProviderFaultDraft>;

/** A fault of yagna as it is being chosen. */
export const YagnaFaultDraft = z.strictObject({ key, fault: YagnaFault, afterS: word, forS: word });
export type YagnaFaultDraft = z.infer<typeof YagnaFaultDraft>;

/** What the composer holds, as typed. Numbers stay strings until the spec is made. */
export const SpecDraft = z.strictObject({
  title: text,
  systemPrompt: text,
  prompts: z.array(PromptDraft).max(MAX_PROMPTS).readonly(),
  /** By their ids in the catalogue. */
  services: z.array(Slug).max(200).readonly(),
  countries: z.array(CountryCode).max(300).readonly(),
  /** Whether services on the internet are asked from this machine as well. */
  home: z.boolean(),
  repeats: word,
  temperature: word,
  topP: word,
  maxOutputTokens: word,
  seedBase: word,
  budgetGlm: word,
  budgetUsd: word,
  deadlineMinutes: word,
  /** What every other place is compared with; "" compares nothing this way. */
  baseline: z.union([Place, z.literal("")]),
  outcomes: z.array(Contrast.shape.outcome).max(2).readonly(),
  /** Contrasts of another form. */
  contrasts: z.array(ContrastDraft).max(60).readonly(),
  controls: z
    .array(z.strictObject({ service: Slug, kind: Control.shape.kind }))
    .max(200)
    .readonly(),
  providerFaults: z.array(ProviderFaultDraft).max(30).readonly(),
  yagnaFaults: z.array(YagnaFaultDraft).max(30).readonly(),
});
export type SpecDraft = z.infer<typeof SpecDraft>;

/** A job that is being composed: what the form holds, and what makes announcing it twice one job. */
export const DraftBody = z.strictObject({
  v: z.literal(1),
  submissionKey: z.uuid(),
  /** Steps that were left at least once: what is wrong there is said. */
  seen: z.array(ComposerStep).max(ComposerStep.options.length).readonly(),
  spec: SpecDraft,
});
export type DraftBody = z.infer<typeof DraftBody>;

/** A draft in its owner's list. */
export type DraftRow = {
  readonly id: DraftId;
  readonly title: string;
  readonly updatedAt: Instant;
  /** False: another version of the form saved it, and this one cannot open it. */
  readonly isReadable: boolean;
};

/** A draft, for its owner alone. */
export type DraftView = Omit<DraftRow, "isReadable"> & {
  /** Grows by one with every change. */
  readonly version: number;
  /** Null: another version of the form saved it; `stored` is what it saved. */
  readonly body: DraftBody | null;
  /** As it lies in the database; null where `body` says the same. */
  readonly stored: unknown;
};

/** What came of saving. */
export type SavedDraft = {
  readonly id: DraftId;
  readonly version: number;
  readonly updatedAt: Instant;
};
