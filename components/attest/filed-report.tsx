import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import Link from "next/link";
import { VERDICT_WORDS } from "@/components/attest/attest-words";
import { focusWhenShown } from "@/components/attest/form-parts";
import { useApi } from "@/components/trpc-provider";
import { ButtonLink } from "@/components/ui/button";
import { formatCount } from "@/components/ui/count";
import type { AttestationVerdict } from "@/schemas/attestation";
import type { AttestationId, JobId } from "@/schemas/primitives";

/** Asked again this often where the socket is down. */
const POLL_MS = 5_000;

/** A report that was filed: what it is called, and whether a published state of the log has it. */
export function FiledReport({
  id,
  job,
  verdict,
}: {
  id: AttestationId;
  job: JobId;
  verdict: AttestationVerdict;
}) {
  const api = useApi();
  const queryClient = useQueryClient();
  const options = api.attestations.byId.queryOptions({ id });
  const { data } = useQuery({
    ...options,
    refetchInterval: ({ state }) => (state.data?.leafIndex == null ? POLL_MS : false),
  });
  const leafIndex = data?.leafIndex ?? null;
  useSubscription(
    api.live.events.subscriptionOptions(
      { lastEventId: null },
      {
        enabled: leafIndex === null,
        onData: (event) => {
          if (event.data.kind === "log.published")
            void queryClient.invalidateQueries({ queryKey: options.queryKey });
        },
      },
    ),
  );
  return (
    <section aria-labelledby="filed" className="rounded-lg bg-ok-soft px-5 py-5">
      <h3 id="filed" tabIndex={-1} ref={focusWhenShown} className="text-ok">
        Signed and filed
      </h3>
      <p className="mt-2">
        Your report {VERDICT_WORDS[verdict].did} this comparison. It is called{" "}
        <span className="code">{id}</span>.
      </p>
      <p role="status" className="mt-2">
        {leafIndex === null ? (
          "It is not in a published state of the log yet. The next checkpoint takes it in, usually within seconds; this page says when."
        ) : (
          <>
            It is{" "}
            <Link href={`/log/${leafIndex}`} className="link" prefetch={false}>
              entry {formatCount(leafIndex)}
            </Link>{" "}
            of the published log.
          </>
        )}
      </p>
      <div className="mt-4 flex flex-wrap gap-2">
        <ButtonLink href={`/attestations/${id}`} prefetch={false}>
          The report and its proof
        </ButtonLink>
        <ButtonLink href={`/jobs/${job}#attestations`} prefetch={false}>
          The comparison
        </ButtonLink>
      </div>
    </section>
  );
}
