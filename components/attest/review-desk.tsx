"use client";
import { useQuery } from "@tanstack/react-query";
import { CheckRows } from "@/components/attest/check-rows";
import type { KeyPlace } from "@/components/attest/key-vault";
import { ObstacleNote } from "@/components/attest/obstacle-note";
import { checkReceipt } from "@/components/attest/receipt-check";
import { RefusalNote } from "@/components/attest/refusal-note";
import { type DraftMemory, tabMemory } from "@/components/attest/review-draft";
import { SignReport } from "@/components/attest/sign-report";
import { useAttesterKeys } from "@/components/attest/use-attester-keys";
import { TrpcProvider } from "@/components/trpc-provider";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card, CardHead } from "@/components/ui/card";
import { Loading } from "@/components/ui/states";
import { browserWorld } from "@/components/verify/browser-world";
import type { VerificationWorld } from "@/components/verify/verification-world";
import type { ReviewCheck } from "@/schemas/attestation";
import type { AttestationView, ReviewView } from "@/schemas/attestation-view";
import type { Viewer } from "@/schemas/snapshot";

/** The browser itself, but for tests. */
export type ReviewSurroundings = {
  readonly world: VerificationWorld;
  readonly place: KeyPlace;
  readonly memory: DraftMemory;
  readonly random16: () => Uint8Array;
};

type Props = {
  readonly view: ReviewView;
  readonly viewer: Viewer | null;
  /** Of this comparison, oldest first. */
  readonly reports: readonly AttestationView[];
  readonly surroundings?: ReviewSurroundings;
};

const MAX_REASON = 300;

/** The receipt's row, as far as this browser is with it. */
type Receipt =
  | { readonly step: "running" }
  | { readonly step: "failed"; readonly message: string; readonly retry: () => void }
  | { readonly step: "done"; readonly check: ReviewCheck };

function useReceipt({ subject }: ReviewView, world: VerificationWorld | undefined): Receipt {
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["receipt", subject.comparison],
    queryFn: () => checkReceipt(world ?? browserWorld(), subject),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (data !== undefined) return { step: "done", check: data };
  return error === null || isFetching
    ? { step: "running" }
    : { step: "failed", message: error.message, retry: () => void refetch() };
}

/** What a report keeps of the receipt's row: also that it could not be checked. */
function receiptRow(receipt: Exclude<Receipt, { step: "running" }>): ReviewCheck {
  if (receipt.step === "done") return receipt.check;
  const reason = `It could not be checked in this browser: ${receipt.message}`;
  return {
    check: "receipt-verifies",
    outcome: "not-applicable",
    reason: reason.slice(0, MAX_REASON),
  };
}

function whyNotConfirm(receipt: Receipt): string | null {
  if (receipt.step === "running")
    return "Not offered yet: the comparison’s receipt is still being checked in this browser.";
  if (receipt.step === "failed")
    return "Not offered: the comparison’s receipt could not be checked in this browser.";
  return receipt.check.outcome === "holds"
    ? null
    : "Not offered: the comparison’s receipt does not verify in this browser.";
}

function Checklist({ view, receipt }: { view: ReviewView; receipt: Receipt }) {
  const first =
    receipt.step === "running"
      ? ({
          check: "receipt-verifies",
          outcome: "running",
          reason: "This browser fetches the receipt and the document, and checks them itself.",
        } as const)
      : receiptRow(receipt);
  return (
    <Card label="Checklist">
      <CardHead title="What Beacon worked out for you">
        From the published log and the stored documents. The first row is computed in this browser,
        the others by this portal. A row that holds says what its sentence says, and no more; it
        does not replace reading the answers.
      </CardHead>
      <div aria-live="polite">
        <CheckRows rows={[first, ...view.checks]} />
      </div>
      {receipt.step === "failed" && (
        <div className="mt-4">
          <Button onClick={receipt.retry}>Check the receipt again</Button>
        </div>
      )}
    </Card>
  );
}

const KEY_MISSING = {
  none: "This browser holds no key of yours. Make one and enrol it first.",
  "not-enrolled": "This browser’s key is not enrolled yet.",
  waiting: "This browser’s key waits for the log to register it. That takes a few seconds.",
  revoked: "This browser’s key was revoked. Make another and enrol it first.",
} as const;

function Signing({
  view,
  account,
  reports,
  receipt,
  surroundings,
}: Pick<Props, "view" | "reports" | "surroundings"> & { account: string; receipt: Receipt }) {
  const keys = useAttesterKeys(account, surroundings?.place);
  if (keys.step === "opening") return <Loading what="your keys" />;
  if (keys.step === "failed")
    return (
      <div className="grid justify-items-start gap-3">
        <RefusalNote title="Your keys could not be looked up." error={keys.error} />
        <Button onClick={keys.retry}>Try again</Button>
      </div>
    );
  if (keys.obstacle !== null) return <ObstacleNote obstacle={keys.obstacle} />;
  const { standing } = keys;
  if (standing.state !== "ready")
    return (
      <div className="grid justify-items-start gap-3">
        <p role="status">{KEY_MISSING[standing.state]}</p>
        <ButtonLink href="/attester">Your keys</ButtonLink>
      </div>
    );
  const row = receipt.step === "running" ? null : receiptRow(receipt);
  return (
    <SignReport
      subject={view.subject}
      signer={standing.key}
      enrolled={standing.enrolled}
      reports={reports}
      checklist={row === null ? null : [row, ...view.checks]}
      whyNotConfirm={whyNotConfirm(receipt)}
      memory={surroundings?.memory ?? tabMemory()}
      now={surroundings?.place.now ?? (() => new Date())}
      random16={surroundings?.random16 ?? (() => crypto.getRandomValues(new Uint8Array(16)))}
    />
  );
}

/** Why somebody who reads this cannot sign it, and what they can do. */
function NotAnAttester({ viewer, path }: { viewer: Viewer | null; path: string }) {
  if (viewer?.role === "admin")
    return (
      <p>
        You are signed in as an admin. Who runs a portal does not vouch for what it shows: only
        attesters sign reports.
      </p>
    );
  return (
    <div className="grid justify-items-start gap-3">
      <p>
        {viewer === null
          ? "Attesters sign reports. Everyone may read this page and check everything on it."
          : `You are signed in as ${viewer.name}, a ${viewer.role}. Only attesters sign reports.`}
      </p>
      {viewer === null && (
        <ButtonLink href={`/sign-in?next=${path}`} tone="primary">
          Sign in to sign a report
        </ButtonLink>
      )}
    </div>
  );
}

function Desk({ view, viewer, reports, surroundings }: Props) {
  const receipt = useReceipt(view, surroundings?.world);
  return (
    <>
      <Checklist view={view} receipt={receipt} />
      <Card label="Your report">
        <CardHead title="Your report" id="sign">
          Signed with your key, filed in the public log, and shown with the comparison from then on.
        </CardHead>
        {viewer?.role === "attester" ? (
          <Signing
            view={view}
            account={viewer.id}
            reports={reports}
            receipt={receipt}
            {...(surroundings === undefined ? {} : { surroundings })}
          />
        ) : (
          <NotAnAttester viewer={viewer} path={`/jobs/${view.subject.job}/review`} />
        )}
      </Card>
    </>
  );
}

/** The checklist of a comparison, its first row computed here, and the form to sign a report about it. */
export function ReviewDesk(props: Props) {
  return (
    <TrpcProvider>
      <div className="grid gap-6 *:min-w-0">
        <Desk {...props} />
      </div>
    </TrpcProvider>
  );
}
