import { VerdictBadge } from "@/components/response/verdict";
import { Country } from "@/components/ui/country";
import { Glm } from "@/components/ui/glm";
import { Hash } from "@/components/ui/hash";
import { Empty, NotMeasured } from "@/components/ui/states";
import { Table, Td, Th } from "@/components/ui/table";
import type { SessionSnapshot } from "@/schemas/snapshot";

const STATUS: Readonly<Record<SessionSnapshot["status"], string>> = {
  RENTING: "being rented",
  OPEN: "at work",
  SETTLED: "settled",
  LOST: "lost",
};

/** With nothing left to ask, an open session only looks at its exit once more and is paid. */
const statusOf = (status: SessionSnapshot["status"], areTasksClosed: boolean) =>
  status === "OPEN" && areTasksClosed ? "settling" : STATUS[status];

/** The rented providers of a job: where, who, how their exit was judged, and what they cost. */
export function SessionTable({
  sessions,
  areTasksClosed,
}: {
  sessions: readonly SessionSnapshot[];
  areTasksClosed: boolean;
}) {
  if (sessions.length === 0) return <Empty title="No provider has been rented yet." />;
  return (
    <Table label="Rented providers" isWide>
      <thead>
        <tr>
          <Th>Country</Th>
          <Th>Provider</Th>
          <Th>Agreement</Th>
          <Th>Exit</Th>
          <Th>Status</Th>
          <Th className="pe-0 text-end">Cost, GLM</Th>
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => (
          <tr key={session.id}>
            <Td className="whitespace-nowrap">
              <Country code={session.country} />
            </Td>
            <Td>
              {session.providerName !== null && (
                <span className="me-2">{session.providerName}</span>
              )}
              {session.providerId === null ? (
                <span className="text-muted">none yet</span>
              ) : (
                <Hash label="provider id" value={session.providerId} />
              )}
            </Td>
            <Td>
              {session.agreementId === null ? (
                <span className="text-muted">none yet</span>
              ) : (
                <Hash label="agreement id" value={session.agreementId} />
              )}
            </Td>
            <Td>
              {session.verdict === null ? (
                <NotMeasured />
              ) : (
                <VerdictBadge verdict={session.verdict} />
              )}
            </Td>
            <Td>
              {statusOf(session.status, areTasksClosed)}
              {session.endReason !== null && (
                <span className="block max-w-[34ch] text-[13px] text-beacon">
                  {session.endReason}
                </span>
              )}
            </Td>
            <Td className="pe-0 text-end tabular-nums">
              {session.costGlm === null ? (
                <span className="text-muted">
                  {session.endedAt === null ? "not settled yet" : "not settled"}
                </span>
              ) : (
                <Glm amount={session.costGlm} />
              )}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
