import type { Metadata } from "next";
import { CheckList } from "@/components/methodology/check-list";
import { CommandLine } from "@/components/methodology/command-line";
import { PageBody, PageHead } from "@/components/site/page-body";
import { ForkAlarm } from "@/components/verify/fork-alarm";
import { localWitnessesOf } from "@/components/verify/local-witnesses";
import { VerifierList } from "@/components/verify/verifier-list";
import { VerifyFile } from "@/components/verify/verify-file";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Verify" };

export default async function VerifyPage() {
  const caller = await api();
  const [head, verifiers] = await Promise.all([caller.log.head(), caller.log.verifiers()]);
  return (
    <PageBody simulated={false}>
      <PageHead eyebrow="Verify" title="Check a receipt, wherever you got it.">
        <p className="lede">
          A receipt is one file. With the policy that says whom you trust, it can be checked without
          this portal, and without a network.
        </p>
      </PageHead>
      <ForkAlarm note={head.note} />
      <VerifyFile localWitnesses={localWitnessesOf(head)} />
      <section aria-labelledby="checks" className="mt-14">
        <h2 id="checks" className="mb-5">
          The nine checks
        </h2>
        <CheckList />
      </section>
      <section aria-labelledby="programs" className="mt-14">
        <h2 id="programs" className="mb-4">
          Programs that are not this page
        </h2>
        <p className="mb-5 max-w-[66ch] text-muted">
          Written independently of each other, short enough to be read. The log commits to their
          bytes, so nobody can be given another program without leaving a trace: compare the digest
          of what you downloaded.
        </p>
        <VerifierList verifiers={verifiers} />
      </section>
      <section aria-labelledby="offline" className="mt-14 max-w-[46rem]">
        <h2 id="offline" className="mb-4">
          On the command line
        </h2>
        <CommandLine />
      </section>
    </PageBody>
  );
}
