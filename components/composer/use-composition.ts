import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { goToPlace, useComposerPlace } from "@/components/composer/composer-url";
import type { DraftKeeper } from "@/components/composer/draft-keeper";
import { type ComposerPlace, placeFrom } from "@/components/composer/place";
import { controlId, problemsOf } from "@/components/composer/problems";
import { ComposerStep, type SpecDraft } from "@/schemas/draft";
import { specFromDraft } from "@/server/domain/draft/spec-from-draft";
import type { Catalog } from "@/server/domain/job/catalog";

/** Where somebody wants to go: to a step, or to one control in it. */
export type Target = { readonly step: ComposerStep; readonly field?: string };

/** The address says which draft is worked on, and what is worked on follows the address. */
function useDraftInAddress(keeper: DraftKeeper, place: ComposerPlace): void {
  const { id, keeping } = keeper.state();
  const isTouched = keeping.kind !== "untouched";
  useEffect(() => {
    const now = placeFrom(window.location.search);
    if (isTouched && now.draft !== id) goToPlace({ ...now, draft: id }, true);
  }, [id, isTouched]);
  useEffect(() => {
    const now = keeper.state();
    if (place.draft !== null) void keeper.open(place.draft);
    else if (now.keeping.kind !== "untouched")
      goToPlace({ ...placeFrom(window.location.search), draft: now.id }, true);
  }, [place.draft, keeper]);
}

/** What rests is saved when the page is left, and a portal that was silent is asked when the network is back. */
function useSavingAtTheEdges(keeper: DraftKeeper): void {
  useEffect(() => {
    const { retry, leave } = keeper;
    window.addEventListener("online", retry);
    window.addEventListener("focus", retry);
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("online", retry);
      window.removeEventListener("focus", retry);
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [keeper]);
}

/** What is composed, what is wrong with it, and where one is in it. */
export function useComposition(keeper: DraftKeeper, catalog: Catalog, initial: ComposerPlace) {
  const state = useSyncExternalStore(keeper.subscribe, keeper.state, keeper.state);
  const place = useComposerPlace(initial);
  const [walked, setWalked] = useState<readonly ComposerStep[]>([]);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  useDraftInAddress(keeper, place);
  useSavingAtTheEdges(keeper);
  const { body, keeping } = state;
  const draft = body.spec;
  const spec = useMemo(() => specFromDraft(draft, catalog), [draft, catalog]);
  const problems = useMemo(() => problemsOf(draft, spec, catalog), [draft, spec, catalog]);
  const seen = ComposerStep.options.filter(
    (step) => walked.includes(step) || body.seen.includes(step),
  );

  /** Walking through the steps alone makes no draft. */
  const markSeen = (steps: readonly ComposerStep[]) => {
    const all = ComposerStep.options.filter((step) => seen.includes(step) || steps.includes(step));
    setWalked(all);
    if (keeping.kind !== "untouched" && all.length > body.seen.length)
      keeper.change((known) => ({ ...known, seen: all }));
  };
  const change = (part: Partial<SpecDraft>) =>
    keeper.change((known) => ({ ...known, seen, spec: { ...known.spec, ...part } }));
  const isSaid = (step: ComposerStep, field: string) =>
    seen.includes(step) || touched.has(controlId(field));
  return {
    state,
    place,
    draft,
    spec,
    problems,
    seen,
    change,
    markSeen,
    isSaid,
    /** A control was left: what is wrong with it may be said. */
    touch: (id: string) => {
      if (id !== "") setTouched((known) => (known.has(id) ? known : new Set([...known, id])));
    },
    goTo: useGoTo(place, markSeen),
  };
}

/** Goes to a step or a control. The focus goes along, by whatever way one came: a link, or back and forward. */
function useGoTo(place: ComposerPlace, markSeen: (steps: readonly ComposerStep[]) => void) {
  const shown = useRef(place.step);
  const wanted = useRef<string | null>(null);
  const leave = useRef(markSeen);
  leave.current = markSeen;
  useEffect(() => {
    const before = shown.current;
    shown.current = place.step;
    if (before === place.step) return;
    leave.current([before]);
    focusOn(wanted.current);
    wanted.current = null;
  }, [place.step]);
  return ({ step, field }: Target) => {
    if (step === place.step) return focusOn(field ?? null);
    wanted.current = field ?? null;
    goToPlace({ ...placeFrom(window.location.search), step });
  };
}

/** The id of the heading of the step that is shown. */
export const STEP_TITLE = "step-title";

function focusOn(field: string | null): void {
  const control = field === null ? null : document.getElementById(controlId(field));
  (control ?? document.getElementById(STEP_TITLE))?.focus();
}
