"use client";
import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { createQueryClient } from "@/components/query-client";
import { browserWorld } from "@/components/verify/browser-world";
import { ForkNote } from "@/components/verify/fork-note";
import type { VerificationWorld } from "@/components/verify/verification-world";
import { watchLog } from "@/components/verify/watch-log";

/**
 * Watches for a log that shows two histories: holds the note on this page against the state that this
 * browser believed before. Shows nothing while all is well, and nothing that could be overlooked when
 * it is not.
 */
export function ForkAlarm({
  note,
  world,
}: {
  /** The log's signed note as this page got it; null: nothing is published. */
  note: string | null;
  /** The browser itself, but for tests. */
  world?: VerificationWorld;
}) {
  const [queryClient] = useState(createQueryClient);
  return (
    <QueryClientProvider client={queryClient}>
      {note !== null && <Watch note={note} world={world} />}
    </QueryClientProvider>
  );
}

function Watch({ note, world }: { note: string; world: VerificationWorld | undefined }) {
  const { data } = useQuery({
    queryKey: ["fork-alarm", note],
    queryFn: () => watchLog(world ?? browserWorld(), note),
    retry: false,
    refetchOnWindowFocus: false,
  });
  return data?.kind === "forked" ? <ForkNote fork={data.fork} /> : null;
}
