"use client";
import { PageBody, PageHead } from "@/components/site/page-body";
import { Button, ButtonLink } from "@/components/ui/button";

/** A page failed on the server or in the browser: said plainly, with the mark under which it was logged. */
export default function PageError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <PageBody simulated={false}>
      <PageHead eyebrow="Error" title="This page could not be made.">
        <p className="lede" role="alert">
          The portal failed to read its data. That says nothing about the data: what is in the log
          is still there, and can be checked without this page.
        </p>
        {error.digest !== undefined && <p className="code mt-3">{error.digest}</p>}
      </PageHead>
      <div className="flex flex-wrap gap-2">
        <Button tone="primary" onClick={reset}>
          Try again
        </Button>
        <ButtonLink href="/verify">Verify a file</ButtonLink>
      </div>
    </PageBody>
  );
}
