import { z } from "zod";
import { DraftBody, DraftId } from "@/schemas/draft";

/** A draft as this browser keeps it while the portal does not have it yet. */
export type KeptCopy = {
  readonly id: DraftId;
  /** The version at the portal that it was made from; 0: the portal never had it. */
  readonly version: number;
  readonly body: DraftBody;
};

/** A copy, and where it lies. */
export type FoundCopy = KeptCopy & { readonly place: string };

/** What a browser keeps of one person's drafts. Every tab has a copy of its own, so that two do not overwrite each other. */
export type KeptCopies = {
  /** Keeps this tab's copy. False: the browser keeps nothing. */
  put(copy: KeptCopy): boolean;
  /** This tab's copy; null: there is none, or it cannot be read. */
  own(id: DraftId): KeptCopy | null;
  drop(id: DraftId): void;
  /** Copies of other tabs, open or long closed. */
  others(): readonly FoundCopy[];
  /** Takes a copy away from where it lies. */
  discard(place: string): void;
};

/** What a browser lends to a page; null where it lends nothing. */
export type Lent = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length"> | null;

const Kept = z.strictObject({ id: DraftId, version: z.int().min(0), body: DraftBody });

const PREFIX = "beacon.draft";
const TAB = "beacon.tab";

/**
 * Copies in the browser's storage, for one account.
 *
 * @param lasting outlives the browser.
 * @param ofTab lives as long as the tab, reloads included.
 * @param newName names this tab, where it has no name yet.
 */
export function keptCopies(
  accountId: string,
  lasting: Lent,
  ofTab: Lent,
  newName: () => string,
): KeptCopies {
  const tab = nameOf(ofTab, newName);
  const mine = `${PREFIX}:${accountId}:`;
  const placeOf = (id: DraftId) => `${mine}${tab}:${id}`;
  const read = (place: string): KeptCopy | null => {
    try {
      return Kept.parse(JSON.parse(lasting?.getItem(place) ?? "null"));
    } catch {
      return null;
    }
  };
  const remove = (place: string) => {
    try {
      lasting?.removeItem(place);
    } catch {
      // A browser that forbids its storage keeps nothing that could be taken away.
    }
  };
  return {
    put(copy) {
      try {
        lasting?.setItem(placeOf(copy.id), JSON.stringify(copy));
        return lasting !== null;
      } catch {
        return false;
      }
    },
    own: (id) => read(placeOf(id)),
    drop: (id) => remove(placeOf(id)),
    others: () =>
      placesIn(lasting)
        .filter((place) => place.startsWith(mine) && !place.startsWith(`${mine}${tab}:`))
        .flatMap((place) => {
          const copy = read(place);
          return copy === null ? [] : [{ ...copy, place }];
        }),
    discard: remove,
  };
}

function nameOf(ofTab: Lent, newName: () => string): string {
  try {
    const known = ofTab?.getItem(TAB);
    if (known !== null && known !== undefined) return known;
    const name = newName();
    ofTab?.setItem(TAB, name);
    return name;
  } catch {
    return newName();
  }
}

function placesIn(lasting: Lent): readonly string[] {
  try {
    return Array.from({ length: lasting?.length ?? 0 }, (_, n) => lasting?.key(n) ?? "");
  } catch {
    return [];
  }
}
