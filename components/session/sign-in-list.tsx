"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { refusalOf } from "@/components/refusal";
import { METHOD_WORDS } from "@/components/session/role-words";
import { createApiClient } from "@/components/trpc-client";
import { TrpcProvider } from "@/components/trpc-provider";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardHead } from "@/components/ui/card";
import { Instant } from "@/components/ui/instant";
import { Empty, ErrorNote } from "@/components/ui/states";
import { Table, Td, Th } from "@/components/ui/table";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { SignInView } from "@/schemas/account";
import type { SignInId } from "@/schemas/primitives";

/** What somebody does with their own sessions. @throws what the server refuses with. */
export type SessionActs = {
  readonly end: (id: SignInId) => Promise<unknown>;
  readonly endAll: () => Promise<unknown>;
};

function State({ signIn }: { signIn: SignInView }) {
  if (signIn.isThis) return <Badge tone="ok">this browser</Badge>;
  return <Badge tone={signIn.state === "open" ? "mind" : "neutral"}>{signIn.state}</Badge>;
}

function Row({
  signIn,
  isBusy,
  onEnd,
}: {
  signIn: SignInView;
  isBusy: boolean;
  onEnd: () => void;
}) {
  const { userAgent, method, state, isThis, createdAt, lastSeenAt } = signIn;
  return (
    <tr>
      <Td>
        {userAgent === "" ? (
          <span className="text-muted">a browser that does not say what it is</span>
        ) : (
          <UntrustedText text={userAgent} language="en" className="text-[13px]" />
        )}
      </Td>
      <Td label="With">{METHOD_WORDS[method]}</Td>
      <Td label="Since">
        <Instant at={createdAt} seconds={false} />
      </Td>
      <Td label="Last seen">
        <Instant at={lastSeenAt} seconds={false} />
      </Td>
      <Td label="State">
        <span>
          <State signIn={signIn} />
        </span>
      </Td>
      <Td label="">
        {state === "open" && !isThis && (
          <Button
            className="whitespace-nowrap"
            disabled={isBusy}
            onClick={onEnd}
            aria-label={`End the session of ${userAgent === "" ? "a browser without a name" : userAgent}, since ${createdAt}`}
          >
            End it
          </Button>
        )}
      </Td>
    </tr>
  );
}

/** Where somebody is signed in, with what ends it. */
export function SignInListParts({
  signIns,
  acts,
}: {
  signIns: readonly SignInView[];
  acts: SessionActs;
}) {
  const acting = useMutation({ mutationFn: (act: () => Promise<unknown>) => act() });
  const refusal = acting.isError ? refusalOf(acting.error) : null;
  return (
    <Card label="Where you are signed in">
      <CardHead title="Where you are signed in">
        A session ends after twelve hours, when you sign out, and when you end it here. End what is
        not yours, and change your password then.
      </CardHead>
      {signIns.length === 0 ? (
        <Empty title="No sign-in of yours is known." />
      ) : (
        <Table label="Your sign-ins" isStacked>
          <thead>
            <tr>
              <Th>Browser, as it calls itself</Th>
              <Th>With</Th>
              <Th>Since</Th>
              <Th>Last seen, within a minute</Th>
              <Th>State</Th>
              <Th>
                <span className="sr-only">What you can do</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {signIns.map((signIn) => (
              <Row
                key={signIn.id}
                signIn={signIn}
                isBusy={acting.isPending}
                onEnd={() => acting.mutate(() => acts.end(signIn.id))}
              />
            ))}
          </tbody>
        </Table>
      )}
      <div className="mt-5 grid justify-items-start gap-4">
        {refusal !== null && <ErrorNote title={refusal.message} code={refusal.code} />}
        <Button
          tone="danger"
          disabled={acting.isPending}
          onClick={() => acting.mutate(acts.endAll)}
        >
          End all sessions, this one too
        </Button>
      </div>
    </Card>
  );
}

function Connected({ signIns }: { signIns: readonly SignInView[] }) {
  const router = useRouter();
  const [client] = useState(createApiClient);
  const acts: SessionActs = {
    async end(id) {
      await client.accounts.endMySignIn.mutate({ id });
      router.refresh();
    },
    async endAll() {
      await client.accounts.endAllMine.mutate();
      location.assign("/sign-in");
    },
  };
  return <SignInListParts signIns={signIns} acts={acts} />;
}

/** One's own sign-ins, connected to the portal. */
export function SignInList({ signIns }: { signIns: readonly SignInView[] }) {
  return (
    <TrpcProvider>
      <Connected signIns={signIns} />
    </TrpcProvider>
  );
}
