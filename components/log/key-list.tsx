import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { Card, CardHead } from "@/components/ui/card";
import { formatCount } from "@/components/ui/count";
import { Facts } from "@/components/ui/facts";
import { Hash } from "@/components/ui/hash";
import { Instant } from "@/components/ui/instant";
import { Empty } from "@/components/ui/states";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { KeyView } from "@/schemas/snapshot";

const REASONS: Readonly<Record<NonNullable<KeyView["revocation"]>["reason"], string>> = {
  superseded: "another key took its place",
  compromised: "somebody else may have had it",
  retired: "it is not used any more",
};

const SIGNS: Readonly<Record<KeyView["role"], string>> = {
  runner: "runner: signs what was asked and what came back",
  attester: "attester: signs reports about comparisons, and nothing else",
};

const entryLink = (index: number) => (
  <Link href={`/log/${index}`} className="link" prefetch={false}>
    entry {formatCount(index)}
  </Link>
);

/** The log's own key, and the keys that it registered, newest first. */
export function KeyList({
  keys,
  logVerifierKey,
}: {
  keys: readonly KeyView[];
  logVerifierKey: string;
}) {
  return (
    <div className="grid gap-6 *:min-w-0">
      <Card>
        <CardHead title="The log’s own key">
          Signs checkpoints, registrations and revocations. It stands in no entry: a reader gets it
          with the policy, from wherever the reader trusts.
        </CardHead>
        <Hash label="the log’s verifier key" value={logVerifierKey} head={22} tail={8} />
      </Card>
      {keys.length === 0 && <Empty title="The log has registered no key yet." />}
      {keys.toReversed().map((key) => (
        <KeyCard key={key.key} registered={key} />
      ))}
    </div>
  );
}

function KeyCard({ registered: { revocation, ...key } }: { registered: KeyView }) {
  return (
    <Card label={`Key ${key.key}`}>
      <p className="mb-4 flex flex-wrap items-center gap-3">
        <b className="code font-semibold wrap-anywhere">{key.key}</b>
        {revocation !== null && <Badge tone="bad">revoked</Badge>}
        {key.isInUse && <Badge tone="neutral">signs now</Badge>}
      </p>
      <Facts
        rows={[
          ["For", SIGNS[key.role]],
          ...(key.organisation === null
            ? []
            : ([
                [
                  "Speaks for",
                  <UntrustedText key="for" text={key.organisation} language="und" as="span" />,
                ],
              ] as const)),
          [
            "Registered",
            <span key="registered">
              {entryLink(key.registrationIndex)} · <Instant at={key.registeredAt} />
            </span>,
          ],
          [
            "Public key",
            <Hash key="public" label="public key" value={key.publicKey} head={12} tail={6} />,
          ],
          ...(revocation === null
            ? []
            : ([
                [
                  "Revoked",
                  <span key="revoked">
                    {entryLink(revocation.index)} · <Instant at={revocation.at} />
                  </span>,
                ],
                ["Why", REASONS[revocation.reason]],
                [
                  "What counts",
                  `What it signed between entry ${formatCount(key.registrationIndex)} and entry ${formatCount(revocation.index)}, and nothing after.`,
                ],
              ] as const)),
        ]}
      />
    </Card>
  );
}
