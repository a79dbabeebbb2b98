import type { Metadata } from "next";
import { Composer } from "@/components/composer/composer";
import { placeFrom } from "@/components/composer/place";
import { A_PERSON } from "@/components/session/role-words";
import { PageBody, PageHead } from "@/components/site/page-body";
import { ButtonLink } from "@/components/ui/button";
import type { DraftId, DraftView } from "@/schemas/draft";
import type { JobSpec } from "@/schemas/job-spec";
import { JobId } from "@/schemas/primitives";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Compose a job" };

type Props = { searchParams: Promise<{ [key: string]: string | string[] | undefined }> };
type Caller = Awaited<ReturnType<typeof api>>;

/** What is not there stays null; whether it should be, the composer says. Other errors stay errors. */
async function orNull<T>(thing: Promise<T>): Promise<T | null> {
  try {
    return await thing;
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === "NOT_FOUND") return null;
    throw error;
  }
}

const draftOf = (caller: Caller, id: DraftId | null): Promise<DraftView | null> =>
  id === null ? Promise.resolve(null) : orNull(caller.drafts.byId({ id }));

async function specOf(caller: Caller, from: unknown): Promise<JobSpec | null> {
  const jobId = JobId.safeParse(from);
  if (!jobId.success) return null;
  return (await orNull(caller.jobs.byId({ jobId: jobId.data })))?.spec ?? null;
}

export default async function ComposePage({ searchParams }: Props) {
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
  const query = await searchParams;
  const text = (name: string) => (typeof query[name] === "string" ? query[name] : "");
  const initial = placeFrom(
    new URLSearchParams({ step: text("step"), draft: text("draft") }).toString(),
  );
  const [catalog, usage, drafts, draft, from] = await Promise.all([
    caller.jobs.catalog(),
    caller.services.usage(),
    caller.drafts.list(),
    draftOf(caller, initial.draft),
    specOf(caller, query.from),
  ]);
  return (
    <PageBody simulated={catalog.simulated || catalog.services.some(({ simulated }) => simulated)}>
      <PageHead eyebrow="Compose" title="Announce a job.">
        <p className="lede">
          What you write here is signed and stands in the log before the first question is put.
        </p>
      </PageHead>
      <Composer
        accountId={viewer.id}
        catalog={catalog}
        usage={usage}
        initial={initial}
        drafts={drafts}
        draft={draft}
        from={from}
      />
    </PageBody>
  );
}
