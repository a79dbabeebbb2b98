import { HOME } from "@/schemas/country";
import type { SessionId } from "@/schemas/primitives";
import type { StoredJob } from "@/server/adapters/db/job-store";
import type { SessionStore } from "@/server/adapters/db/session-store";
import type { Door } from "@/server/adapters/golem/door";
import type { AskedFrom } from "@/server/adapters/golem/open-session";

export type OpenHomeDeps = {
  readonly sessions: Pick<SessionStore, "opened">;
  /** A way from this machine to one origin, and what ends its connections. */
  readonly openDoor: (origin: string) => { readonly door: Door; close(): void };
};

/** What a session at home asks through. */
export type OpenedHome = {
  readonly from: AskedFrom;
  readonly refusal: null;
  lookAgain(): Promise<void>;
  close(): Promise<{
    readonly status: "SETTLED";
    readonly costGlm: null;
    readonly reason: null;
  }>;
};

/** Who is rented for a session at home. */
const NOBODY = {
  providerId: null,
  providerName: null,
  agreementId: null,
  activityId: null,
  allocationId: null,
} as const;

/**
 * Opens the doors of home for one job: the services on the internet or on this network that it asks
 * from the machine that Beacon runs on. Nobody is rented and nothing says which country that is.
 */
export async function openHome(
  deps: OpenHomeDeps,
  job: StoredJob,
  sessionId: SessionId,
): Promise<OpenedHome> {
  await deps.sessions.opened(sessionId, NOBODY);
  const origins = new Set(
    job.spec.services.flatMap((service) =>
      service.door === "model" ? [] : [new URL(service.api.base_url).origin],
    ),
  );
  const doors = new Map([...origins].map((origin) => [origin, deps.openDoor(origin)]));
  return {
    refusal: null,
    from: {
      country: HOME,
      provider: null,
      doorTo(service) {
        const open =
          service.door === "model" ? undefined : doors.get(new URL(service.api.base_url).origin);
        if (open === undefined) throw new Error(`${service.id} is not asked from home`);
        return open.door;
      },
      lost: new AbortController().signal,
    },
    lookAgain: async () => {},
    close: async () => {
      for (const { close } of doors.values()) close();
      return { status: "SETTLED", costGlm: null, reason: null };
    },
  };
}
