import { Instant } from "@/components/ui/instant";
import { Empty } from "@/components/ui/states";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { ResponseSnapshot } from "@/schemas/snapshot";

/** Every attempt, also those that came to nothing. */
export function Attempts({ attempts }: { attempts: ResponseSnapshot["attempts"] }) {
  if (attempts.length === 0) return <Empty title="It has not been tried." />;
  return (
    <ol className="grid gap-2 text-[13.5px]">
      {attempts.map(({ at, outcome }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two attempts may share an instant; the list only grows at its end
        <li key={i} className="grid gap-x-5 sm:grid-cols-[210px_1fr]">
          <span className="text-muted">
            {i + 1}. {at === null ? "time not recorded" : <Instant at={at} />}
          </span>
          <UntrustedText text={outcome} language="en" />
        </li>
      ))}
    </ol>
  );
}
