"use client";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Field } from "@/components/jobs/form-field";
import { refusalOf } from "@/components/refusal";
import { Button } from "@/components/ui/button";
import { counted } from "@/components/ui/count";
import { ErrorNote } from "@/components/ui/states";
import { RoleChoice } from "@/components/users/role-choice";
import type { AccountView, Role } from "@/schemas/account";
import type { UserId } from "@/schemas/primitives";

/** How many keys of an account were revoked with a change. */
type Revoked = { readonly revokedKeys: number };

/** What an admin does with an account, each in one call. @throws what the server refuses with. */
export type AccountActs = {
  readonly setRole: (id: UserId, role: Role) => Promise<Revoked>;
  readonly setOrganisation: (id: UserId, organisation: string | null) => Promise<Revoked>;
  readonly disable: (id: UserId) => Promise<Revoked>;
  readonly enable: (id: UserId) => Promise<unknown>;
  readonly endSessions: (id: UserId) => Promise<unknown>;
};

function Settings({
  account,
  acts,
  isBusy,
  run,
  onClose,
}: {
  account: AccountView;
  acts: AccountActs;
  isBusy: boolean;
  run: (act: () => Promise<unknown>) => void;
  onClose: () => void;
}) {
  const [role, setRole] = useState<Role>(account.role);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get("organisation") ?? "").trim();
    const organisation = typed === "" ? null : typed;
    run(async () => {
      const changes = [
        role === account.role ? null : await acts.setRole(account.id, role),
        organisation === account.organisation
          ? null
          : await acts.setOrganisation(account.id, organisation),
      ];
      const revokedKeys = changes.reduce((sum, change) => sum + (change?.revokedKeys ?? 0), 0);
      return { revokedKeys };
    });
  };
  return (
    <form onSubmit={send} className="grid max-w-xl gap-4" aria-label={`Change ${account.email}`}>
      <RoleChoice role={role} onChange={setRole} />
      <Field
        label="Organisation"
        name="organisation"
        defaultValue={account.organisation ?? ""}
        maxLength={100}
        autoComplete="off"
        hint="For whom an attester speaks. Their keys are registered with it: with another one they are revoked."
      />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" tone="primary" disabled={isBusy}>
          {isBusy ? "Saving…" : "Save"}
        </Button>
        <Button onClick={onClose}>Leave it</Button>
      </div>
    </form>
  );
}

function Disabling({
  account,
  isBusy,
  onDisable,
  onClose,
}: {
  account: AccountView;
  isBusy: boolean;
  onDisable: () => void;
  onClose: () => void;
}) {
  return (
    <div className="grid gap-3">
      <p className="max-w-xl text-sm">
        {account.email} cannot sign in any more, and all sessions of the account end at once. Keys
        that it signs reports with are revoked in the log for good; reports that were signed stay.
      </p>
      <div className="flex flex-wrap gap-2">
        <Button tone="danger" disabled={isBusy} onClick={onDisable}>
          Disable the account
        </Button>
        <Button onClick={onClose}>Keep it</Button>
      </div>
    </div>
  );
}

/** What an admin can do with one account. */
export function AccountTools({ account, acts }: { account: AccountView; acts: AccountActs }) {
  const [open, setOpen] = useState<"settings" | "disabling" | null>(null);
  const acting = useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onSuccess: () => setOpen(null),
  });
  const refusal = acting.isError ? refusalOf(acting.error) : null;
  const revokedKeys = (acting.data as Partial<Revoked> | undefined)?.revokedKeys ?? 0;
  const run = (act: () => Promise<unknown>) => acting.mutate(act);
  const { id, email, disabledAt, openSessions } = account;
  return (
    <div className="mt-5 grid gap-4 border-t border-line pt-5">
      {refusal !== null && <ErrorNote title={refusal.message} code={refusal.code} />}
      {revokedKeys > 0 && (
        <p role="status" className="text-sm">
          {counted(revokedKeys, "key")} of this account {revokedKeys === 1 ? "is" : "are"} revoked
          now; the log shows it within seconds.
        </p>
      )}
      {open === "settings" && (
        <Settings
          account={account}
          acts={acts}
          isBusy={acting.isPending}
          run={run}
          onClose={() => setOpen(null)}
        />
      )}
      {open === "disabling" && (
        <Disabling
          account={account}
          isBusy={acting.isPending}
          onDisable={() => run(() => acts.disable(id))}
          onClose={() => setOpen(null)}
        />
      )}
      {open === null && (
        <div className="flex flex-wrap gap-2">
          <Button
            aria-label={`Change role or organisation of ${email}`}
            onClick={() => setOpen("settings")}
          >
            Change role or organisation
          </Button>
          {openSessions > 0 && (
            <Button
              aria-label={`End the sessions of ${email}`}
              disabled={acting.isPending}
              onClick={() => run(() => acts.endSessions(id))}
            >
              End {counted(openSessions, "session")}
            </Button>
          )}
          {disabledAt === null ? (
            <Button
              tone="quiet"
              aria-label={`Disable ${email}…`}
              onClick={() => setOpen("disabling")}
            >
              Disable…
            </Button>
          ) : (
            <Button
              aria-label={`Enable ${email}`}
              disabled={acting.isPending}
              onClick={() => run(() => acts.enable(id))}
            >
              Enable
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
