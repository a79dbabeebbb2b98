import Link from "next/link";
import { ProviderName } from "@/components/providers/provider-name";
import { providerHref } from "@/components/providers/provider-words";
import { VerdictBadge } from "@/components/response/verdict";
import { Country } from "@/components/ui/country";
import { Hash } from "@/components/ui/hash";
import { Glm } from "@/components/ui/money";
import { Empty, NotMeasured } from "@/components/ui/states";
import { Table, Td, Th } from "@/components/ui/table";
import { UntrustedText } from "@/components/ui/untrusted-text";
import { HOME } from "@/schemas/country";
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

const Muted = ({ children }: { children: string }) => (
  <span className="text-muted">{children}</span>
);

function Status({ words, endReason }: { words: string } & Pick<SessionSnapshot, "endReason">) {
  return (
    <Td>
      {words}
      {endReason !== null && (
        <UntrustedText
          text={endReason}
          language="en"
          className="max-w-[34ch] text-[13px] text-beacon"
        />
      )}
    </Td>
  );
}

/** There is nothing to wait for at home: who is being opened is at work a moment later. */
const HOME_STATUS: Readonly<Record<SessionSnapshot["status"], string>> = {
  RENTING: "at work",
  OPEN: "at work",
  SETTLED: "ended",
  LOST: "lost",
};

/** At home nobody is rented, paid, or judged. */
function HomeRow({ session }: { session: SessionSnapshot }) {
  return (
    <tr>
      <Td className="whitespace-nowrap">
        <Country code={session.country} />
      </Td>
      <Td>
        <Muted>nobody</Muted>
      </Td>
      <Td>
        <Muted>none</Muted>
      </Td>
      <Td>
        <Muted>no country</Muted>
      </Td>
      <Status words={HOME_STATUS[session.status]} endReason={session.endReason} />
      <Td className="pe-0 text-end">
        <Muted>nobody to pay</Muted>
      </Td>
    </tr>
  );
}

/** A provider's name, which leads to how renting from it went. */
function Provider({ id, name }: { id: string | null; name: string }) {
  if (id === null) return <ProviderName name={name} />;
  return (
    <Link href={providerHref(id)} className="link">
      <ProviderName name={name} />
    </Link>
  );
}

function RentedRow({
  session,
  areTasksClosed,
}: {
  session: SessionSnapshot;
  areTasksClosed: boolean;
}) {
  const { providerId, providerName, agreementId, verdict, costGlm } = session;
  return (
    <tr>
      <Td className="whitespace-nowrap">
        <Country code={session.country} />
      </Td>
      <Td>
        {providerName !== null && (
          <span className="me-2">
            <Provider id={providerId} name={providerName} />
          </span>
        )}
        {providerId === null ? (
          <Muted>none yet</Muted>
        ) : (
          <Hash label="provider id" value={providerId} />
        )}
      </Td>
      <Td>
        {agreementId === null ? (
          <Muted>none yet</Muted>
        ) : (
          <Hash label="agreement id" value={agreementId} />
        )}
      </Td>
      <Td>{verdict === null ? <NotMeasured /> : <VerdictBadge verdict={verdict} />}</Td>
      <Status words={statusOf(session.status, areTasksClosed)} endReason={session.endReason} />
      <Td className="pe-0 text-end tabular-nums">
        {costGlm === null ? (
          <Muted>{session.endedAt === null ? "not settled yet" : "not settled"}</Muted>
        ) : (
          <Glm amount={costGlm} />
        )}
      </Td>
    </tr>
  );
}

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
        {sessions.map((session) =>
          session.country === HOME ? (
            <HomeRow key={session.id} session={session} />
          ) : (
            <RentedRow key={session.id} session={session} areTasksClosed={areTasksClosed} />
          ),
        )}
      </tbody>
    </Table>
  );
}
