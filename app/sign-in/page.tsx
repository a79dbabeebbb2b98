import type { Metadata } from "next";
import { SignInForm } from "@/components/session/sign-in-form";
import { PageBody, PageHead } from "@/components/site/page-body";
import { Card } from "@/components/ui/card";
import { Empty } from "@/components/ui/states";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Sign in" };

/** Only paths of this portal: a link to the sign-in page must not send anybody elsewhere. */
const pathFrom = (next: string | string[] | undefined): string =>
  typeof next === "string" && /^\/(?![/\\])[\w\-/?=&%]*$/.test(next) ? next : "/";

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<{ next?: string | string[] }>;
}) {
  const [{ next }, viewer] = await Promise.all([searchParams, (await api()).session.viewer()]);
  return (
    <PageBody simulated={false}>
      <div className="mx-auto max-w-md">
        <PageHead eyebrow="Sign in" title="For attesters and admins.">
          <p>Reading, checking and downloading need no account.</p>
        </PageHead>
        {viewer === null ? (
          <Card>
            <SignInForm next={pathFrom(next)} />
          </Card>
        ) : (
          <Empty title={`You are signed in as ${viewer.name}.`} />
        )}
        <noscript>
          <p className="mt-5 text-[13px] text-beacon">
            Signing in needs JavaScript. Reading does not.
          </p>
        </noscript>
        <p className="mt-5 text-[13px] text-muted">
          Accounts are made by whoever runs this portal, with{" "}
          <span className="code">beacon user add</span>.
        </p>
      </div>
    </PageBody>
  );
}
