import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { browserKeyPlace } from "@/components/attest/browser-key";
import { type KeyStanding, keyStanding } from "@/components/attest/key-standing";
import {
  type BrowserKey,
  type KeyObstacle,
  type KeyPlace,
  type KeyVault,
  openKeyVault,
} from "@/components/attest/key-vault";
import { useApi } from "@/components/trpc-provider";
import type { AttesterKeyView } from "@/schemas/attestation-view";

/** Asked again this often while a key waits for the log and the socket is down. */
const POLL_MS = 5_000;

const isWaiting = (mine: readonly AttesterKeyView[] | undefined) =>
  mine?.some(({ registrationIndex, revokedAt }) => registrationIndex === null && !revokedAt) ===
  true;

/** What is known of an attester's keys: here, and at the portal. */
export type AttesterKeys =
  | { readonly step: "opening" }
  | { readonly step: "failed"; readonly error: unknown; readonly retry: () => void }
  | {
      readonly step: "open";
      /** Null: this browser can hold no key, for the reason that `obstacle` names. */
      readonly vault: KeyVault | null;
      readonly obstacle: KeyObstacle | null;
      readonly held: readonly BrowserKey[];
      readonly mine: readonly AttesterKeyView[];
      readonly standing: KeyStanding;
      readonly refresh: () => Promise<void>;
    };

async function openHere(account: string, place: KeyPlace) {
  const vault = await openKeyVault(account, place);
  return typeof vault === "string"
    ? { vault: null, obstacle: vault, held: [] }
    : { vault, obstacle: null, held: await vault.list() };
}

/** The keys of an account in this browser, and what the portal knows of them. Follows the log while one waits for it. */
export function useAttesterKeys(account: string, place: KeyPlace | undefined): AttesterKeys {
  const api = useApi();
  const queryClient = useQueryClient();
  const here = useQuery({
    queryKey: ["browser-keys", account],
    queryFn: () => openHere(account, place ?? browserKeyPlace()),
    staleTime: Number.POSITIVE_INFINITY,
    // A CryptoKey is no plain value, and is not to be compared as one.
    structuralSharing: false,
    retry: false,
  });
  const options = api.attestations.myKeys.queryOptions();
  const mine = useQuery({
    ...options,
    refetchInterval: ({ state }) => (isWaiting(state.data) ? POLL_MS : false),
  });
  const askAgain = () => queryClient.invalidateQueries({ queryKey: options.queryKey });
  useSubscription(
    api.live.events.subscriptionOptions(
      { lastEventId: null },
      {
        enabled: isWaiting(mine.data),
        onData: ({ data }) => {
          if (data.kind === "log.published") void askAgain();
        },
      },
    ),
  );
  if (mine.isError && mine.data === undefined)
    return { step: "failed", error: mine.error, retry: () => void mine.refetch() };
  if (here.isError) return { step: "failed", error: here.error, retry: () => void here.refetch() };
  if (here.data === undefined || mine.data === undefined) return { step: "opening" };
  return {
    step: "open",
    ...here.data,
    mine: mine.data,
    standing: keyStanding(here.data.held, mine.data),
    refresh: async () => {
      await Promise.all([here.refetch(), askAgain()]);
    },
  };
}
