import { useSyncExternalStore } from "react";
import { type ComposerPlace, placeFrom, placeHref } from "@/components/composer/place";

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
}

/**
 * Goes to a place. The server is not asked: Next.js follows the browser's own history.
 *
 * @param isReplaced the place before is left out of the history.
 */
export function goToPlace(place: ComposerPlace, isReplaced = false): void {
  const href = `${window.location.pathname}${placeHref(place)}`;
  if (isReplaced) window.history.replaceState(null, "", href);
  else window.history.pushState(null, "", href);
  for (const listener of listeners) listener();
}

/** The place that the address says now, back and forward included. `initial` is what the server saw. */
export function useComposerPlace(initial: ComposerPlace): ComposerPlace {
  const search = useSyncExternalStore(
    subscribe,
    () => window.location.search,
    () => placeHref(initial),
  );
  return placeFrom(search);
}
