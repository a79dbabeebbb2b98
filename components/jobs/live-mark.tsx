import type { Connection } from "@/components/jobs/use-job-events";

const WORDS: Readonly<Record<Connection, string>> = {
  live: "Live: this page follows the job.",
  connecting: "Not live yet: this page asks again every 15 seconds.",
  lost: "Connection lost, trying again. Until it is back, this page asks every 15 seconds.",
};

const DOTS: Readonly<Record<Connection, string>> = {
  live: "animate-pulse bg-ok",
  connecting: "bg-line-strong",
  lost: "border-2 border-beacon",
};

/** Whether what a page shows is up to date, in words. */
export function LiveMark({ connection, isStale }: { connection: Connection; isStale: boolean }) {
  return (
    <span className="inline-flex items-center gap-2.5">
      <span aria-hidden="true" className={`size-2.5 shrink-0 rounded-full ${DOTS[connection]}`} />
      <span>
        {WORDS[connection]}
        {isStale && " The portal did not answer the last time; what you see may be out of date."}
      </span>
    </span>
  );
}
