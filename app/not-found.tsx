import type { Metadata } from "next";
import { PageBody, PageHead } from "@/components/site/page-body";
import { ButtonLink } from "@/components/ui/button";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <PageBody simulated={false}>
      <PageHead eyebrow="Not found" title="There is nothing at this address.">
        <p className="lede">
          Nothing in the log is ever deleted, so a link that once worked still works. This one may
          be mistyped, or belong to another installation.
        </p>
      </PageHead>
      <div className="flex flex-wrap gap-2">
        <ButtonLink href="/" tone="primary">
          Findings
        </ButtonLink>
        <ButtonLink href="/log">The log</ButtonLink>
      </div>
    </PageBody>
  );
}
