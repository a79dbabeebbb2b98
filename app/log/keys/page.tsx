import type { Metadata } from "next";
import Link from "next/link";
import { KeyList } from "@/components/log/key-list";
import { PageBody, PageHead } from "@/components/site/page-body";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "The key registry" };

export default async function KeysPage() {
  const caller = await api();
  const [head, keys] = await Promise.all([caller.log.head(), caller.log.keys()]);
  return (
    <PageBody simulated={false}>
      <PageHead eyebrow="The log" title="Whose signatures count, and from where to where.">
        <p className="lede">
          Every entry is signed. The log itself registers the keys that may sign, and takes them
          back: a receipt whose key was revoked before its entry does not verify.{" "}
          <Link href="/log" className="link">
            The whole log
          </Link>
        </p>
      </PageHead>
      <KeyList keys={keys} logVerifierKey={head.logVerifierKey} />
    </PageBody>
  );
}
