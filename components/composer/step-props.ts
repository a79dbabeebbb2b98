import type { SpecDraft } from "@/schemas/draft";
import type { Catalog } from "@/server/domain/job/catalog";

/** What every step of the composer gets: the draft, what there is to choose from, and the way to change it. */
export type StepProps = {
  readonly draft: SpecDraft;
  readonly catalog: Catalog;
  readonly onChange: (part: Partial<SpecDraft>) => void;
  /** What is wrong at a control, once it may be said. */
  readonly wrong: (field: string) => string | undefined;
};

/** Adds to or takes from a list; what stays keeps the order of `all`, and what is not in it comes last. */
export const toggled = <T>(
  all: readonly T[],
  chosen: readonly T[],
  one: T,
  isOn: boolean,
): readonly T[] => [
  ...all.filter((item) => (item === one ? isOn : chosen.includes(item))),
  ...chosen.filter((item) => !all.includes(item) && item !== one),
];

/** A part of a draft as typed: its text, and the way to change it. */
export const typedIn =
  <T extends Partial<Record<keyof SpecDraft, unknown>>>(
    draft: T,
    onChange: (part: Partial<SpecDraft>) => void,
  ) =>
  (field: keyof T & keyof SpecDraft) => ({
    value: String(draft[field]),
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ [field]: event.currentTarget.value }),
  });
