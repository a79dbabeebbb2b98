import { stepFrom } from "@/components/composer/steps";
import { type ComposerStep, DraftId } from "@/schemas/draft";

/** What the composer's address says: where one is, and in which draft. */
export type ComposerPlace = { readonly step: ComposerStep; readonly draft: DraftId | null };

/** The place out of a query string. */
export function placeFrom(search: string): ComposerPlace {
  const query = new URLSearchParams(search);
  const draft = DraftId.safeParse(query.get("draft"));
  return { step: stepFrom(query.get("step")), draft: draft.success ? draft.data : null };
}

/** The address of a place, from the composer's page. */
export const placeHref = ({ step, draft }: ComposerPlace): string => {
  const query = new URLSearchParams();
  if (draft !== null) query.set("draft", draft);
  query.set("step", step);
  return `?${query}`;
};
