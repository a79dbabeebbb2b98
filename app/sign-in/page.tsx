import type { Metadata } from "next";
import { OpenIdButton } from "@/components/session/open-id-button";
import { refusalWords } from "@/components/session/refusal-words";
import { SignInForm } from "@/components/session/sign-in-form";
import { PageBody, PageHead } from "@/components/site/page-body";
import { Card } from "@/components/ui/card";
import { Empty, ErrorNote } from "@/components/ui/states";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Sign in" };

type Query = Readonly<Record<"next" | "error", string | string[] | undefined>>;

/** Only paths of this portal: a link to the sign-in page must not send anybody elsewhere. */
const pathFrom = (next: Query["next"]): string =>
  typeof next === "string" && /^\/(?![/\\])[\w\-/?=&%]*$/.test(next) ? next : "/";

export default async function SignInPage({ searchParams }: { searchParams: Promise<Query> }) {
  const caller = await api();
  const [{ next, error }, viewer, openId] = await Promise.all([
    searchParams,
    caller.session.viewer(),
    caller.session.openId(),
  ]);
  return (
    <PageBody simulated={false}>
      <div className="mx-auto max-w-md">
        <PageHead eyebrow="Sign in" title="For people with an account.">
          <p>Reading, checking and downloading need none.</p>
        </PageHead>
        {viewer === null ? (
          <Card>
            {typeof error === "string" && openId.name !== null && (
              <div className="mb-5">
                <ErrorNote title={refusalWords(error, openId.name)} />
              </div>
            )}
            <SignInForm next={pathFrom(next)} />
            {openId.name !== null && <OpenIdButton name={openId.name} next={pathFrom(next)} />}
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
          Nobody can register: an admin of this portal invites people.
        </p>
      </div>
    </PageBody>
  );
}
