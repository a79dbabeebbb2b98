import type { Place } from "@/schemas/country";
import type { JobSpec } from "@/schemas/job-spec";
import type { Digest, JobId, TaskId } from "@/schemas/primitives";
import { digestOf } from "@/server/domain/digest";
import { type TaskKey, taskIdOf } from "@/server/domain/identity";
import { drawsFrom } from "@/server/domain/job/draws";
import { placesOf } from "@/server/domain/job/places";

/** One announced task, before anything has run. */
export type PlannedTask = {
  readonly id: TaskId;
  readonly promptId: string;
  readonly serviceId: string;
  readonly country: Place;
  /** 0-based. */
  readonly repeat: number;
  /** What the model is asked to sample with: 31 bits. */
  readonly seed: number;
  /** 0-based place in the order of dispatch. */
  readonly position: number;
};

/**
 * The seed of one task, 0 to 2^31 - 1: the first four bytes, without the top bit, of the digest of
 * the seed base and of what the task is. The job is left out, so running a spec again asks the
 * same questions with the same seeds.
 */
export function seedOf(seedBase: number, key: Omit<TaskKey, "job">): number {
  const { prompt, service, country, repeat } = key;
  const digest = digestOf({ seed_base: seedBase, prompt, service, country, repeat });
  return Number.parseInt(digest.slice("sha256:".length, "sha256:".length + 8), 16) & 0x7fff_ffff;
}

/**
 * Lays down every task of a job in the order of dispatch, which anyone can repeat from the
 * announced seed.
 *
 * The design is blocks in random order: a block is one prompt, service and repeat, asked once from
 * every place that its service is asked from. Blocks are listed as the spec lists prompts, then services, then repeats, and
 * shuffled; then, block by block, the places are shuffled. So at any moment no country is more
 * than one task ahead of another, and what changes with time changes for all countries alike.
 *
 * @param orderSeed the 16 bytes of the intent's `order_seed`.
 */
export function planTasks(
  jobId: JobId,
  spec: JobSpec,
  orderSeed: Uint8Array,
): readonly PlannedTask[] {
  const draws = drawsFrom(orderSeed);
  const repeats = Array.from({ length: spec.repeats }, (_, repeat) => repeat);
  const blocks = spec.prompts.flatMap((prompt) =>
    spec.services.flatMap((service) =>
      repeats.map((repeat) => ({
        places: placesOf(spec, service),
        key: { prompt: prompt.id, service: service.id, repeat },
      })),
    ),
  );
  const keys = draws
    .shuffled(blocks)
    .flatMap(({ places, key }) =>
      draws.shuffled(places).map((country) => ({ job: jobId, ...key, country })),
    );
  return keys.map((key, position) => ({
    id: taskIdOf(key),
    promptId: key.prompt,
    serviceId: key.service,
    country: key.country,
    repeat: key.repeat,
    seed: seedOf(spec.sampling.seed_base, key),
    position,
  }));
}

/** What the intent commits to: the digest of all task ids in the order of dispatch. */
export const tasksDigestOf = (planned: readonly PlannedTask[]): Digest =>
  digestOf(planned.map((task) => task.id));
