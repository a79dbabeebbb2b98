"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { refusalOf } from "@/components/refusal";
import { KeyForm, type SaveKey } from "@/components/services/key-form";
import { type SaveService, ServiceForm } from "@/components/services/service-form";
import { ServiceList } from "@/components/services/service-list";
import { createApiClient } from "@/components/trpc-client";
import { TrpcProvider } from "@/components/trpc-provider";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ErrorNote } from "@/components/ui/states";
import type { ServiceView } from "@/schemas/service";
import { keyProblem } from "@/server/domain/service/base-url";

/** What an admin does, each in one call. @throws what the server refuses with. */
export type ServiceActs = {
  readonly save: SaveService;
  readonly setKey: (id: string, key: Parameters<SaveKey>[0]) => Promise<unknown>;
  /** 0 minutes: asks it again. */
  readonly pause: (id: string, minutes: number) => Promise<unknown>;
  readonly remove: (id: string) => Promise<unknown>;
};

const AN_HOUR = 60;

/** What an admin can do with one service. */
function Tools({ service, acts }: { service: ServiceView; acts: ServiceActs }) {
  const [open, setOpen] = useState<"settings" | "removal" | null>(null);
  const { id, name } = service;
  const acting = useMutation({ mutationFn: (act: () => Promise<unknown>) => act() });
  const refusal = acting.isError ? refusalOf(acting.error) : null;
  if (open === "settings")
    return (
      <div className="mt-6">
        <ServiceForm service={service} save={acts.save} onDone={() => setOpen(null)} />
      </div>
    );
  const isPaused = service.paused_until !== null;
  return (
    <div className="mt-6 grid gap-4 border-t border-line pt-5">
      {keyProblem(service.base_url) === null && (
        <KeyForm service={service} save={(key) => acts.setKey(id, key)} />
      )}
      {refusal !== null && <ErrorNote title={refusal.message} code={refusal.code} />}
      {open === "removal" ? (
        <div className="grid gap-3">
          <p className="text-sm">
            The service and its key are forgotten. What was asked of it stays in the log.
          </p>
          <div className="flex flex-wrap gap-2">
            <Button
              tone="danger"
              disabled={acting.isPending}
              onClick={() => acting.mutate(() => acts.remove(id))}
            >
              Remove {name}
            </Button>
            <Button onClick={() => setOpen(null)}>Keep it</Button>
          </div>
        </div>
      ) : (
        <div className="flex flex-wrap gap-2">
          <Button aria-label={`Change the settings of ${name}`} onClick={() => setOpen("settings")}>
            Change settings
          </Button>
          <Button
            aria-label={isPaused ? `Ask ${name} again` : `Pause ${name} for an hour`}
            disabled={acting.isPending}
            onClick={() => acting.mutate(() => acts.pause(id, isPaused ? 0 : AN_HOUR))}
          >
            {isPaused ? "Ask it again" : "Pause for an hour"}
          </Button>
          <Button tone="quiet" aria-label={`Remove ${name}…`} onClick={() => setOpen("removal")}>
            Remove…
          </Button>
        </div>
      )}
    </div>
  );
}

/** The services with all that an admin can do with them. */
export function ServiceAdminParts({
  services,
  acts,
}: {
  services: readonly ServiceView[];
  acts: ServiceActs;
}) {
  const [isAdding, setAdding] = useState(false);
  return (
    <div className="grid gap-6 *:min-w-0">
      <ServiceList
        services={services}
        tools={(service) => <Tools service={service} acts={acts} />}
      />
      {isAdding ? (
        <Card label="A new service">
          <ServiceForm service={null} save={acts.save} onDone={() => setAdding(false)} />
        </Card>
      ) : (
        <div>
          <Button tone="primary" onClick={() => setAdding(true)}>
            Add a service
          </Button>
        </div>
      )}
    </div>
  );
}

function Connected({ services }: { services: readonly ServiceView[] }) {
  const router = useRouter();
  // Called by itself and not through React Query, which would keep what was sent: a key among it.
  const [client] = useState(createApiClient);
  const thenShow = async (done: Promise<unknown>) => {
    await done;
    router.refresh();
  };
  const acts: ServiceActs = {
    save: (settings) => thenShow(client.services.save.mutate(settings)),
    setKey: (id, key) => thenShow(client.services.setKey.mutate({ id, key })),
    pause: (id, minutes) => thenShow(client.services.pause.mutate({ id, minutes })),
    remove: (id) => thenShow(client.services.remove.mutate({ id })),
  };
  return <ServiceAdminParts services={services} acts={acts} />;
}

/** The services for an admin, connected to the portal. */
export function ServiceAdmin({ services }: { services: readonly ServiceView[] }) {
  return (
    <TrpcProvider>
      <Connected services={services} />
    </TrpcProvider>
  );
}
