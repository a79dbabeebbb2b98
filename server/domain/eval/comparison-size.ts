import type { JobSpec } from "@/schemas/job-spec";
import { ResponseState } from "@/schemas/task";
import { allPlacesOf } from "@/server/domain/job/places";

/** The most figures that the similarity tables of one comparison may hold together. */
export const MAX_COMPARED_PAIRS = 40_000;

/** Ids, counts and the reasons of the finding. */
const HEAD_BYTES = 8_192;
/** Keys and punctuation of one group, without its names. */
const GROUP_BYTES = 80;
/** Keys, code, punctuation and six two-digit counts of one cell. */
const CELL_BYTES = 128;
/** `"host-filtered":50,`, the longest state. */
const STATE_BYTES = 19;
/** `0.1234,` and `2500,`: one figure and the number of pairs that it rests on. */
const FIGURE_BYTES = 12;
/** Brackets and comma, in both tables. */
const ROW_BYTES = 6;

/** An upper bound on the canonical bytes of a job's comparison: whatever comes back, it is no longer. */
export function comparisonBytesAtMost(spec: JobSpec): number {
  const countries = allPlacesOf(spec).length;
  const states = Math.min(ResponseState.options.length, spec.repeats);
  const tables =
    countries * (CELL_BYTES + states * STATE_BYTES + ROW_BYTES) + countries ** 2 * FIGURE_BYTES;
  const groups = spec.prompts.length * spec.services.length;
  const prompts = spec.prompts.reduce(
    (sum, { id, language }) => sum + id.length + language.length,
    0,
  );
  const services = spec.services.reduce((sum, { id }) => sum + id.length, 0);
  return (
    HEAD_BYTES +
    groups * (GROUP_BYTES + tables) +
    prompts * spec.services.length +
    services * spec.prompts.length
  );
}
