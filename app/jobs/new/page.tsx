import type { Metadata } from "next";
import { Composer } from "@/components/composer/composer";
import { placeFrom } from "@/components/composer/place";
import { A_PERSON } from "@/components/session/role-words";
import { PageBody, PageHead } from "@/components/site/page-body";
import { ButtonLink } from "@/components/ui/button";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Compose a job" };

export default async function ComposePage() {
  const caller = await api();
  const viewer = await caller.session.viewer();
  if (viewer?.role !== "admin")
    return (
      <PageBody simulated={false}>
        <PageHead eyebrow="Compose" title="Only admins compose jobs.">
          <p className="lede">
            {viewer === null
              ? "You are not signed in. A job spends money and cannot be unannounced, so an admin has to answer for it."
              : `You are signed in as ${viewer.name}, who is ${A_PERSON[viewer.role]}, not an admin.`}
          </p>
        </PageHead>
        <ButtonLink href="/sign-in?next=/jobs/new" tone="primary">
          Sign in
        </ButtonLink>
      </PageBody>
    );
  const catalog = await caller.jobs.catalog();
  return (
    <PageBody simulated={catalog.simulated || catalog.services.some(({ simulated }) => simulated)}>
      <PageHead eyebrow="Compose" title="Announce a job.">
        <p className="lede">
          What you write here is signed and stands in the log before the first question is put.
        </p>
      </PageHead>
      <JobForm catalog={catalog} />
    </PageBody>
  );
}
