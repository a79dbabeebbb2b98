"use client";
import { type FormEvent, useState } from "react";
import { Field } from "@/components/jobs/form-field";
import { type Refusal, refusalOf } from "@/components/refusal";
import { Button } from "@/components/ui/button";
import { Card, CardHead } from "@/components/ui/card";
import { Instant } from "@/components/ui/instant";
import { ErrorNote } from "@/components/ui/states";
import { useCopy } from "@/components/ui/use-copy";
import { RoleChoice } from "@/components/users/role-choice";
import type { NewInvitation, Role } from "@/schemas/account";

/** Invites somebody. @throws what the server refuses with. */
export type Invite = (
  invitation: NewInvitation,
) => Promise<{ readonly link: string; readonly expiresAt: string }>;

type Made = { readonly link: string; readonly expiresAt: string; readonly email: string };

/** The link, once. Nobody can look it up afterwards, also not on the server. */
function MadeLink({ made, onDone }: { made: Made; onDone: () => void }) {
  const { said, copy } = useCopy();
  return (
    <div role="status" className="grid gap-3">
      <p className="text-sm">
        Give this link to {made.email}, by a way that you trust. It is shown here once, works once,
        and until <Instant at={made.expiresAt} seconds={false} />. Whoever has it can make the
        account.
      </p>
      <input
        className="field code"
        readOnly
        value={made.link}
        aria-label="Link of the invitation"
        onFocus={(event) => event.currentTarget.select()}
      />
      <div className="flex flex-wrap gap-2">
        <Button tone="primary" onClick={() => void copy(made.link)}>
          {said ?? "Copy the link"}
        </Button>
        <Button onClick={onDone}>Done</Button>
      </div>
    </div>
  );
}

/** What was typed, as an invitation. */
function invitationIn(form: HTMLFormElement, role: Role): NewInvitation {
  const fields = new FormData(form);
  const typed = (name: string) => String(fields.get(name) ?? "").trim();
  const organisation = typed("organisation");
  return {
    email: typed("email"),
    name: typed("name"),
    role,
    organisation: organisation === "" ? null : organisation,
    validDays: Number(typed("validDays")),
  };
}

/** Invites somebody to make an account, and shows the link. */
export function InviteForm({ invite, onDone }: { invite: Invite; onDone: () => void }) {
  const [role, setRole] = useState<Role>("attester");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const wanted = invitationIn(event.currentTarget, role);
    setBusy(true);
    setRefusal(null);
    try {
      setMade({ ...(await invite(wanted)), email: wanted.email });
    } catch (error) {
      setRefusal(refusalOf(error));
    }
    setBusy(false);
  };
  return (
    <Card label="Invite somebody">
      <CardHead title="Invite somebody">
        They choose their own password. Nobody else ever knows it.
      </CardHead>
      {made === null ? (
        <form onSubmit={(event) => void send(event)} className="grid max-w-xl gap-4">
          <Field
            label="E-mail"
            name="email"
            type="email"
            autoComplete="off"
            required
            maxLength={320}
          />
          <Field label="Name" name="name" autoComplete="off" required maxLength={100} />
          <RoleChoice role={role} onChange={setRole} />
          {role === "attester" && (
            <Field
              label="Organisation"
              name="organisation"
              autoComplete="off"
              maxLength={100}
              hint="For whom they speak. It can be entered later, and is needed to enrol a key."
            />
          )}
          <Field
            label="Good for days"
            name="validDays"
            type="number"
            min={1}
            max={30}
            defaultValue={7}
            required
          />
          {refusal !== null && <ErrorNote title={refusal.message} code={refusal.code} />}
          <div className="flex flex-wrap gap-2">
            <Button type="submit" tone="primary" disabled={busy}>
              {busy ? "Inviting…" : "Make the link"}
            </Button>
            <Button onClick={onDone}>Leave it</Button>
          </div>
        </form>
      ) : (
        <MadeLink made={made} onDone={onDone} />
      )}
    </Card>
  );
}
