import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { counted, formatCount } from "@/components/ui/count";
import { Facts } from "@/components/ui/facts";
import { Instant } from "@/components/ui/instant";
import { Empty } from "@/components/ui/states";
import { Table, Td, Th } from "@/components/ui/table";
import type { ServiceModel, ServiceView } from "@/schemas/service";
import { keyProblem } from "@/server/domain/service/base-url";

const DIALECTS: Readonly<Record<ServiceView["dialect"], string>> = {
  openai: "OpenAI",
  anthropic: "Anthropic",
  google: "Google",
  "openai-compatible": "compatible with OpenAI",
};

const DOORS: Readonly<Record<ServiceView["door"], string>> = {
  exit: "through a provider’s exit in each country; TLS ends at this machine, so a provider carries ciphertext and no key",
  home: "from the machine that Beacon runs on, which stands for no country",
};

/** The services that jobs here can ask. `tools` is what somebody may do with one. */
export function ServiceList({
  services,
  tools,
}: {
  services: readonly ServiceView[];
  tools?: (service: ServiceView) => ReactNode;
}) {
  if (services.length === 0)
    return (
      <Empty title="No service is laid down here yet.">
        Jobs can ask the control models in providers’ machines meanwhile.
      </Empty>
    );
  return (
    <div className="grid gap-6 *:min-w-0">
      {services.map((service) => (
        <ServiceCard key={service.id} service={service}>
          {tools?.(service)}
        </ServiceCard>
      ))}
    </div>
  );
}

/** Whether a key is stored. Never more than that. */
function KeyFact({ service }: { service: ServiceView }) {
  if (service.key_since === null) return keyProblem(service.base_url) ?? "none is stored";
  return (
    <>
      a key is stored since <Instant at={service.key_since} />
    </>
  );
}

function ServiceCard({ service, children }: { service: ServiceView; children: ReactNode }) {
  return (
    <Card label={`Service ${service.name}`}>
      <header className="mb-4 flex flex-wrap items-center gap-3">
        <h2 className="minor">{service.name}</h2>
        <span className="code text-muted">{service.id}</span>
        {service.is_simulated && <Badge tone="mind">simulated</Badge>}
        {service.paused_until !== null && <Badge tone="bad">paused</Badge>}
      </header>
      <Facts
        rows={[
          ...(service.paused_until === null
            ? []
            : ([
                [
                  "Paused",
                  <span key="paused">
                    until <Instant at={service.paused_until} />: {service.pause_reason}
                  </span>,
                ],
              ] as const)),
          ["Asked", DOORS[service.door]],
          [
            "Address",
            <span key="address" className="code">
              {service.base_url}
            </span>,
          ],
          ["Dialect", DIALECTS[service.dialect]],
          [
            "Limits",
            `${counted(service.requests_per_minute, "request")} a minute, ${formatCount(service.concurrency)} at a time, by all workers together`,
          ],
          ["Key", <KeyFact key="key" service={service} />],
        ]}
      />
      <Models name={service.name} models={service.models} />
      {children}
    </Card>
  );
}

function Models({ name, models }: { name: string; models: readonly ServiceModel[] }) {
  return (
    <div className="mt-5">
      <Table label={`Models of ${name}`} isStacked>
        <thead>
          <tr>
            <Th>Model</Th>
            <Th>Input, US$ a million tokens</Th>
            <Th>Output, US$ a million tokens</Th>
            <Th>Price from</Th>
          </tr>
        </thead>
        <tbody>
          {models.map(({ name: model, price }) => (
            <tr key={model}>
              <Td className="code">{model}</Td>
              <Td label="Input">{price?.input_usd_per_mtok ?? <ByTable />}</Td>
              <Td label="Output">{price?.output_usd_per_mtok ?? <ByTable />}</Td>
              <Td label="Price from">
                {price === undefined ? <ByTable /> : `${price.source}, ${price.date}`}
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

/** No price of its own: that is not a price of zero. */
const ByTable = () => (
  <span className="text-[13px] text-muted italic">by Beacon’s price table</span>
);
