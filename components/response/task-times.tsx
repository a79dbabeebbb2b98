import { TIME_KINDS } from "@/components/jobs/run-times";
import { formatDuration } from "@/components/ui/count";
import { NotMeasured } from "@/components/ui/states";
import type { TaskTimes } from "@/schemas/task-times";

/** How long one task waited and ran, each for itself. */
export function TaskTimesList({ times }: { times: TaskTimes }) {
  return (
    <dl className="mb-4 grid gap-x-5 gap-y-1.5 text-[13.5px] sm:grid-cols-[210px_1fr]">
      {TIME_KINDS.map(({ key, of, name, what }) => {
        const ms = times[of];
        return (
          <div key={key} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd>
              {ms === null ? <NotMeasured /> : formatDuration(ms)}{" "}
              <span className="text-muted">{what}</span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
