"use client";
import { useMutation } from "@tanstack/react-query";
import { refusalOf } from "@/components/refusal";
import { Badge, type Tone } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardHead } from "@/components/ui/card";
import { Instant } from "@/components/ui/instant";
import { ErrorNote } from "@/components/ui/states";
import { Table, Td, Th } from "@/components/ui/table";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { InvitationState, InvitationView } from "@/schemas/account";
import type { InvitationId } from "@/schemas/primitives";

const TONES: Readonly<Record<InvitationState, Tone>> = {
  open: "mind",
  accepted: "ok",
  withdrawn: "neutral",
  expired: "neutral",
};

/** Who was invited, newest first, and what became of it. */
export function InvitationList({
  invitations,
  hasMore,
  withdraw,
}: {
  invitations: readonly InvitationView[];
  /** Older ones are not shown. */
  hasMore: boolean;
  withdraw: (id: InvitationId) => Promise<unknown>;
}) {
  const acting = useMutation({ mutationFn: withdraw });
  const refusal = acting.isError ? refusalOf(acting.error) : null;
  return (
    <Card label="Invitations">
      <CardHead title="Invitations">
        {hasMore ? `The last ${invitations.length}, newest first.` : "All of them, newest first."}
      </CardHead>
      {refusal !== null && <ErrorNote title={refusal.message} code={refusal.code} />}
      {invitations.length === 0 ? (
        <p className="text-sm text-muted">Nobody has been invited yet.</p>
      ) : (
        <Table label="Who was invited" isStacked>
          <thead>
            <tr>
              <Th>Who</Th>
              <Th>Role</Th>
              <Th>Organisation</Th>
              <Th>Until</Th>
              <Th>State</Th>
              <Th>
                <span className="sr-only">What you can do</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {invitations.map(({ id, name, email, role, organisation, expiresAt, state }) => (
              <tr key={id}>
                <Td>
                  <UntrustedText text={name} language="und" />
                  <span className="text-[13px] text-muted wrap-anywhere">{email}</span>
                </Td>
                <Td label="Role">{role}</Td>
                <Td label="Organisation">
                  {organisation === null ? (
                    <span className="text-muted">none</span>
                  ) : (
                    <UntrustedText text={organisation} language="und" />
                  )}
                </Td>
                <Td label="Until">
                  <Instant at={expiresAt} seconds={false} />
                </Td>
                <Td label="State">
                  <span>
                    <Badge tone={TONES[state]}>{state}</Badge>
                  </span>
                </Td>
                <Td label="">
                  {state === "open" && (
                    <Button
                      className="whitespace-nowrap"
                      disabled={acting.isPending}
                      aria-label={`Withdraw the invitation of ${email}`}
                      onClick={() => acting.mutate(id)}
                    >
                      Withdraw
                    </Button>
                  )}
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}
