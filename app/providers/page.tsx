import type { Metadata } from "next";
import { LeftOut } from "@/components/providers/left-out";
import { ProviderRules } from "@/components/providers/provider-rules";
import { ProviderTable } from "@/components/providers/provider-table";
import { PageBody, PageHead } from "@/components/site/page-body";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Providers" };

export default async function ProvidersPage() {
  const list = await (await api()).providers.list();
  return (
    <PageBody simulated={list.providers.some(({ simulated }) => simulated === true)}>
      <PageHead eyebrow="Providers" title="Whose machines ask, and how that went.">
        <p className="lede">
          A provider is somebody who rents out a machine on the Golem network. Beacon rents one in
          each country that a job asks from, and asks through it. Nobody is listed for being good:
          each line is what happened in the last 30 days, and when.
        </p>
      </PageHead>
      <div className="grid gap-10 *:min-w-0">
        <LeftOut />
        <section aria-labelledby="met">
          <h2 id="met" className="mb-4">
            Who was met
          </h2>
          <ProviderTable list={list} />
        </section>
        <ProviderRules rules={list.rules} />
      </div>
    </PageBody>
  );
}
