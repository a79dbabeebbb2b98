import type { Place } from "@/schemas/country";
import type { ServiceRef } from "@/schemas/job-spec";
import type { Cid, SessionId } from "@/schemas/primitives";
import type { GeoVerdict } from "@/schemas/task";
import type { StoredJob } from "@/server/adapters/db/job-store";
import type { Door } from "@/server/adapters/golem/door";

/** From where a session asks: a rented provider, or home. */
export type AskedFrom = {
  readonly country: Place;
  /** The rented provider, and what its evidence says before the first task; null: home. */
  readonly provider: {
    readonly id: string;
    readonly geo: GeoVerdict;
    /** The block of the `beacon.vantage/v1` document on which `geo` rests. */
    readonly vantage: Cid;
  } | null;
  /** The way to a service of the job. @throws Error for a service that is not asked from here */
  doorTo(service: ServiceRef): Door;
  /** Aborts when nothing can be asked from here any more. */
  readonly lost: AbortSignal;
};

/** A session that can ask. */
export type OpenSession = {
  readonly job: StoredJob;
  readonly id: SessionId;
  readonly from: AskedFrom;
  /** The services of the job that charge for questions. */
  readonly paid: { has(serviceId: string): boolean };
  /** Aborts when what is being asked is to be broken off: the job was withdrawn, or this process is leaving. */
  readonly broken: AbortSignal;
};
