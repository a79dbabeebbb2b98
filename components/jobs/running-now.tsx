import Link from "next/link";
import { ProviderName } from "@/components/providers/provider-name";
import { counted } from "@/components/ui/count";
import { Country } from "@/components/ui/country";
import { Instant } from "@/components/ui/instant";
import { NotMeasured } from "@/components/ui/states";
import { Table, Td, Th } from "@/components/ui/table";
import { HOME } from "@/schemas/country";
import type { RunningTask } from "@/schemas/timeline";

/** As many as are read at a glance; the grid shows all. */
const SHOWN = 8;

function Asker({ providerName, place }: Pick<RunningTask, "providerName" | "place">) {
  if (providerName !== null) return <ProviderName name={providerName} />;
  return <span className="text-muted">{place === HOME ? "this machine" : "not known yet"}</span>;
}

/** What sessions hold right now: the longest first. Nothing at all where nothing is held. */
export function RunningNow({ running }: { running: readonly RunningTask[] }) {
  if (running.length === 0) return null;
  return (
    <div>
      <h3 className="mb-2 font-sans text-sm font-semibold tracking-normal">
        Taken by a session right now: {counted(running.length, "task")}
      </h3>
      <Table label="Tasks that a session holds right now" isStacked>
        <thead>
          <tr>
            <Th>Task</Th>
            <Th>From</Th>
            <Th>Taken by</Th>
            <Th>Since</Th>
          </tr>
        </thead>
        <tbody>
          {running.slice(0, SHOWN).map((task) => (
            <tr key={task.id}>
              <Td>
                <Link
                  href={`/responses/${task.id}`}
                  prefetch={false}
                  className="link inline-flex items-center pointer-coarse:min-h-11"
                >
                  {task.service}, {task.prompt}, repeat {task.repeat + 1}
                </Link>
              </Td>
              <Td label="From">
                <Country code={task.place} />
              </Td>
              <Td label="Taken by">
                <Asker {...task} />
              </Td>
              <Td label="Since">
                {task.since === null ? <NotMeasured /> : <Instant at={task.since} />}
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
      <p className="mt-2 text-[13px] text-muted">
        {running.length > SHOWN && `And ${counted(running.length - SHOWN, "more", "more")}. `}A
        session takes tasks some at a time and asks them one after the other: when each was asked is
        written down once it has closed.
      </p>
    </div>
  );
}
