import type { Metadata } from "next";
import { CheckList } from "@/components/methodology/check-list";
import { CommandLine } from "@/components/methodology/command-line";
import { PageBody, PageHead } from "@/components/site/page-body";
import { localWitnessesOf } from "@/components/verify/local-witnesses";
import { VerifyFile } from "@/components/verify/verify-file";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Verify" };

export default async function VerifyPage() {
  const head = await (await api()).log.head();
  return (
    <PageBody simulated={false}>
      <PageHead eyebrow="Verify" title="Check a receipt, wherever you got it.">
        <p className="lede">
          A receipt is one file. With the policy that says whom you trust, it can be checked without
          this portal, and without a network.
        </p>
      </PageHead>
      <VerifyFile localWitnesses={localWitnessesOf(head)} />
      <section aria-labelledby="checks" className="mt-14">
        <h2 id="checks" className="mb-5">
          The nine checks
        </h2>
        <CheckList />
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
