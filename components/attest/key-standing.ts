import type { BrowserKey } from "@/components/attest/key-vault";
import type { AttesterKeyView } from "@/schemas/attestation-view";

/** How the keys of this browser stand with the log. `key` is the one that matters most. */
export type KeyStanding =
  | { readonly state: "none" }
  | { readonly state: "not-enrolled"; readonly key: BrowserKey }
  | {
      readonly state: "ready" | "waiting" | "revoked";
      readonly key: BrowserKey;
      readonly enrolled: AttesterKeyView;
    };

/** What comes first of several: what can sign, what soon will, what could, what no longer can. */
const ORDER: readonly KeyStanding["state"][] = ["ready", "waiting", "not-enrolled", "revoked"];

function standingOf(key: BrowserKey, mine: readonly AttesterKeyView[]): KeyStanding {
  const enrolled = mine.find((view) => view.key === key.id);
  if (enrolled === undefined) return { state: "not-enrolled", key };
  if (enrolled.revokedAt !== null) return { state: "revoked", key, enrolled };
  return { state: enrolled.registrationIndex === null ? "waiting" : "ready", key, enrolled };
}

/**
 * The standing of a browser that may hold several keys of an account.
 *
 * @param held newest first: of two that stand alike, the newer one is meant.
 * @param mine the account's keys as the portal knows them.
 */
export function keyStanding(
  held: readonly BrowserKey[],
  mine: readonly AttesterKeyView[],
): KeyStanding {
  const standings = held.map((key) => standingOf(key, mine));
  return (
    ORDER.flatMap((state) => standings.find((standing) => standing.state === state) ?? [])[0] ?? {
      state: "none",
    }
  );
}
