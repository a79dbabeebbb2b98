import { z } from "zod";
import { Slug } from "@/schemas/primitives";
import { ServiceKey, ServiceSettings } from "@/schemas/service";
import { adminProcedure, publicProcedure, router } from "@/server/api/trpc";
import { checkService } from "@/server/services/check-service";
import { listServices } from "@/server/services/list-services";
import { pauseService } from "@/server/services/pause-service";
import { removeService } from "@/server/services/remove-service";
import { saveService } from "@/server/services/save-service";
import { setServiceKey } from "@/server/services/set-service-key";

const One = z.strictObject({ id: Slug });

export const servicesRouter = router({
  /** The services that jobs here can ask. Public: what a job asks, and within which limits, stands in its spec. */
  list: publicProcedure.query(({ ctx }) => listServices(ctx)),

  save: adminProcedure.input(ServiceSettings).mutation(({ ctx, input }) => saveService(ctx, input)),

  /** Keys go in here, and come out nowhere. Null forgets the one that is stored. */
  setKey: adminProcedure
    .input(z.strictObject({ id: Slug, key: ServiceKey.nullable() }))
    .mutation(({ ctx, input }) => setServiceKey(ctx, input)),

  /** Leaves it alone for so many minutes; 0: asks it again. */
  pause: adminProcedure
    .input(z.strictObject({ id: Slug, minutes: z.int().min(0).max(43_200) }))
    .mutation(({ ctx, input }) => pauseService(ctx, input)),

  remove: adminProcedure.input(One).mutation(({ ctx, input }) => removeService(ctx, input.id)),

  /** How long answers of paid models were here before: what a job is expected to cost is worked out from it. */
  usage: adminProcedure.query(({ ctx }) => ctx.usage.ofPaidModels()),

  /** What keeps it from being asked, as far as its settings tell. */
  check: adminProcedure.input(One).query(({ ctx, input }) => checkService(ctx, input.id)),
});
