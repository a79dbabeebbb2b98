import { VERDICT_WORDS } from "@/components/attest/attest-words";
import { focusWhenShown } from "@/components/attest/form-parts";
import { RefusalNote } from "@/components/attest/refusal-note";
import { tallySentence } from "@/components/attest/tally-words";
import { Button } from "@/components/ui/button";
import { formatBytes } from "@/components/ui/count";
import { Facts } from "@/components/ui/facts";
import { Hash } from "@/components/ui/hash";
import { JsonDetails } from "@/components/ui/json-details";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { AttestationTally, AttestationView } from "@/schemas/attestation-view";
import type { AttestationDraft } from "@/server/domain/attest/draft-attestation";
import { fromUtf8 } from "@/server/domain/bytes";

/** Exactly what the key will sign, and what it does to the count. Nothing of it changes any more. */
export function SigningPreview({
  draft: { report, entry, reportBytes },
  earlier,
  after,
  isPending,
  error,
  onSign,
  onBack,
}: {
  draft: AttestationDraft;
  /** The report of the same key that this one will replace in the count; null: there is none. */
  earlier: AttestationView | null;
  /** The count as it will be, once this report is in it. */
  after: AttestationTally;
  isPending: boolean;
  /** Why it was not filed; null: nobody tried, or it is being tried. */
  error: unknown;
  onSign: () => void;
  onBack: () => void;
}) {
  return (
    <section aria-labelledby="to-be-signed" className="grid gap-5">
      <div>
        <h3 id="to-be-signed" tabIndex={-1} ref={focusWhenShown}>
          This is what you sign
        </h3>
        <p className="mt-1 max-w-[66ch] text-[13.5px] text-muted">
          The log’s entry names the report by its address, which is the hash of its bytes, and your
          key signs that entry. Once filed, it cannot be changed or taken back; a later report of
          yours can take its place in the count.
        </p>
      </div>
      <Facts
        rows={[
          ["Verdict", VERDICT_WORDS[report.verdict].name],
          [
            "Speaks for",
            <UntrustedText key="organisation" text={report.organisation} language="und" />,
          ],
          ["Report", <Hash key="id" label="attestation id" value={report.id} head={12} />],
          [
            "Its address",
            <span key="cid" className="code" data-testid="cid">
              {entry.cid}
            </span>,
          ],
          ["Signed with", <Hash key="key" label="key id" value={report.attester_key} head={12} />],
          ["The count then", tallySentence(after)],
        ]}
      />
      {earlier !== null && (
        <p className="rounded-lg bg-beacon-soft px-4 py-3 text-sm text-beacon">
          You have signed a report about this comparison before: it{" "}
          {VERDICT_WORDS[earlier.verdict].did} it. This one will replace it in the count; both stay
          in the log.
        </p>
      )}
      <JsonDetails summary="The report" value={report} open />
      <JsonDetails
        summary={`Its bytes, as they are hashed (RFC 8785): ${formatBytes(reportBytes.length)}`}
        value={fromUtf8(reportBytes) ?? ""}
      />
      <JsonDetails summary="The log entry that names it" value={entry} />
      {error !== null && <RefusalNote title="It was not filed." error={error} />}
      <div className="flex flex-wrap gap-2">
        <Button tone="primary" disabled={isPending} onClick={onSign}>
          {isPending ? "Filing…" : "Sign and file"}
        </Button>
        <Button disabled={isPending} onClick={onBack}>
          Change something
        </Button>
      </div>
      <p role="status" className="sr-only">
        {isPending && "Signing and filing."}
      </p>
    </section>
  );
}
