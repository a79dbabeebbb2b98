import type { Metadata } from "next";
import Link from "next/link";
import { ServiceAdmin } from "@/components/services/service-admin";
import { ServiceList } from "@/components/services/service-list";
import { PageBody, PageHead } from "@/components/site/page-body";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Services" };

export default async function ServicesPage() {
  const caller = await api();
  const [services, viewer] = await Promise.all([caller.services.list(), caller.session.viewer()]);
  return (
    <PageBody simulated={services.some((service) => service.is_simulated)}>
      <PageHead eyebrow="Services" title="Who can be asked, and within which limits.">
        <p className="lede">
          Services on the internet and at home that jobs may put their questions to. Their keys are
          encrypted at rest, are used by nobody but the process that asks, and are never shown.
        </p>
        <p className="mt-3 text-sm">
          Through whose machines they are asked:{" "}
          <Link href="/providers" className="link">
            the providers
          </Link>
          , how renting each went, and why one is left out.
        </p>
      </PageHead>
      {viewer?.role === "admin" ? (
        <ServiceAdmin services={services} />
      ) : (
        <ServiceList services={services} />
      )}
    </PageBody>
  );
}
