"use client";
import Link from "next/link";
import type { ReactNode } from "react";
import { EnrolForm } from "@/components/attest/enrol-form";
import type { KeyStanding } from "@/components/attest/key-standing";
import type { BrowserKey, KeyPlace } from "@/components/attest/key-vault";
import { ObstacleNote } from "@/components/attest/obstacle-note";
import { RefusalNote } from "@/components/attest/refusal-note";
import { RevokeKey } from "@/components/attest/revoke-key";
import { type AttesterKeys, useAttesterKeys } from "@/components/attest/use-attester-keys";
import { TrpcProvider } from "@/components/trpc-provider";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardHead } from "@/components/ui/card";
import { formatCount } from "@/components/ui/count";
import { Facts } from "@/components/ui/facts";
import { Hash } from "@/components/ui/hash";
import { Instant } from "@/components/ui/instant";
import { Loading } from "@/components/ui/states";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { AttesterKeyView } from "@/schemas/attestation-view";

type Props = {
  /** The account's id. */
  readonly account: string;
  /** For whom an admin lets the account speak; null: for nobody, and then it enrols no key. */
  readonly organisation: string | null;
  /** This browser, but for tests. */
  readonly place?: KeyPlace;
};
type Open = Extract<AttesterKeys, { step: "open" }>;

const SAID: Readonly<Record<KeyStanding["state"], string>> = {
  none: "This browser holds no key of yours yet.",
  "not-enrolled": "This browser holds a key that is not enrolled: the portal does not know it.",
  waiting: "Enrolled, and waiting for the log to register it. That takes a few seconds.",
  ready: "Registered: it can sign reports.",
  revoked: "Revoked: nothing that it signs is taken any more.",
};

const registration = ({ registrationIndex }: AttesterKeyView) =>
  registrationIndex === null ? (
    "not in a published state of the log yet"
  ) : (
    <Link href={`/log/${registrationIndex}`} className="link" prefetch={false}>
      entry {formatCount(registrationIndex)}
    </Link>
  );

/** One enrolled key, as the log knows it. */
function KeyFacts({ enrolled }: { enrolled: AttesterKeyView }) {
  return (
    <Facts
      rows={[
        ["Key", <Hash key="key" label="key id" value={enrolled.key} head={12} />],
        ["Lives", <UntrustedText key="label" text={enrolled.label} language="und" />],
        [
          "Speaks for",
          <UntrustedText key="organisation" text={enrolled.organisation} language="und" />,
        ],
        ["Enrolled", <Instant key="enrolled" at={enrolled.createdAt} />],
        ["Registered", registration(enrolled)],
        ...(enrolled.revokedAt === null
          ? []
          : ([["Revoked", <Instant key="revoked" at={enrolled.revokedAt} />]] as const)),
      ]}
    />
  );
}

const enrolledOf = (standing: KeyStanding) => ("enrolled" in standing ? standing.enrolled : null);

function ForgetKey({ keys, held }: { keys: Open; held: BrowserKey }) {
  return (
    <Button
      onClick={() => void keys.vault?.forget(held.id).then(keys.refresh)}
      title="Destroys the key in this browser"
    >
      Forget it in this browser
    </Button>
  );
}

/** This browser's key, and what can be done about it. */
function ThisBrowser({ keys, organisation }: { keys: Open } & Pick<Props, "organisation">) {
  const { vault, obstacle, standing, refresh } = keys;
  if (vault === null) return obstacle === null ? null : <ObstacleNote obstacle={obstacle} />;
  const enrolled = enrolledOf(standing);
  const canEnrol = standing.state !== "ready" && standing.state !== "waiting";
  const held = standing.state === "not-enrolled" ? standing.key : null;
  return (
    <div className="grid gap-5">
      <p
        role="status"
        className={`font-semibold ${standing.state === "ready" ? "text-ok" : standing.state === "revoked" ? "text-bad" : ""}`}
      >
        {SAID[standing.state]}
      </p>
      {enrolled !== null && <KeyFacts enrolled={enrolled} />}
      {canEnrol && organisation === null && (
        <p>
          Your account speaks for no organisation, so it can enrol no key. An admin of this portal
          sets for whom you speak.
        </p>
      )}
      {canEnrol && organisation !== null && (
        <EnrolForm vault={vault} held={held} onDone={refresh} />
      )}
      <div className="flex flex-wrap items-start gap-2">
        {enrolled !== null && enrolled.revokedAt === null && (
          <RevokeKey enrolled={enrolled} onDone={refresh} />
        )}
        {(standing.state === "not-enrolled" || standing.state === "revoked") && (
          <ForgetKey keys={keys} held={standing.key} />
        )}
      </div>
    </div>
  );
}

function OtherKeys({ keys }: { keys: Open }) {
  const shown = enrolledOf(keys.standing)?.key;
  const others = keys.mine.filter(({ key }) => key !== shown);
  if (others.length === 0) return null;
  return (
    <Card label="Your other keys">
      <CardHead title="Your other keys">
        Enrolled from another browser, with the command line, or before.
      </CardHead>
      <ul className="grid gap-6">
        {others.map((enrolled) => (
          <li key={enrolled.key} className="grid gap-3 border-t border-line pt-4">
            {enrolled.revokedAt !== null && (
              <p>
                <Badge tone="bad">revoked</Badge>
              </p>
            )}
            <KeyFacts enrolled={enrolled} />
            {enrolled.revokedAt === null && (
              <div>
                <RevokeKey enrolled={enrolled} onDone={keys.refresh} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Body({ account, organisation, place }: Props): ReactNode {
  const keys = useAttesterKeys(account, place);
  if (keys.step === "opening") return <Loading what="your keys" />;
  if (keys.step === "failed")
    return (
      <div className="grid justify-items-start gap-3">
        <RefusalNote title="Your keys could not be looked up." error={keys.error} />
        <Button onClick={keys.retry}>Try again</Button>
      </div>
    );
  return (
    <>
      <Card label="This browser’s key">
        <CardHead title="This browser’s key">
          A key signs your reports: its signature shows that a report comes from whoever holds the
          key, and that nobody has changed it since. It is made in this browser and cannot be copied
          out of it; who clears this site’s data destroys it, and enrols another.
        </CardHead>
        <ThisBrowser keys={keys} organisation={organisation} />
      </Card>
      <OtherKeys keys={keys} />
    </>
  );
}

/** An attester's keys: the one in this browser, to be made, enrolled and revoked, and all others. */
export function YourKeys(props: Props) {
  return (
    <TrpcProvider>
      <div className="grid gap-6 *:min-w-0">
        <Body {...props} />
      </div>
    </TrpcProvider>
  );
}
