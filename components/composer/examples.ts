import demonstration from "@/schemas/examples/demonstration.json";
import exit from "@/schemas/examples/exit.json";
import home from "@/schemas/examples/home.json";
import quick from "@/schemas/examples/quick.json";
import simulation from "@/schemas/examples/simulation.json";
import { JobSpec } from "@/schemas/job-spec";
import { draftFromSpec } from "@/server/domain/draft/draft-from-spec";
import type { Catalog } from "@/server/domain/job/catalog";

/** The published examples whose services can all be asked here. */
export function examplesFor(catalog: Catalog): readonly JobSpec[] {
  return [quick, demonstration, exit, home, simulation].flatMap((example) => {
    const spec = JobSpec.parse(example);
    const isWhole = draftFromSpec(spec, catalog).spec.services.length === spec.services.length;
    return isWhole && (spec.simulation === undefined || catalog.simulated) ? [spec] : [];
  });
}
