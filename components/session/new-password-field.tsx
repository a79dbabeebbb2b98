"use client";
import { useState } from "react";
import { Field, Tick } from "@/components/jobs/form-field";
import { PASSWORD_CHARACTERS } from "@/server/domain/account/password-problem";

/** Takes a new password, which can be looked at while it is typed. */
export function NewPasswordField({ label, name }: { label: string; name: string }) {
  const [isShown, setShown] = useState(false);
  return (
    <div className="grid gap-1">
      <Field
        label={label}
        name={name}
        type={isShown ? "text" : "password"}
        autoComplete="new-password"
        spellCheck={false}
        required
        maxLength={1_024}
        hint={`At least ${PASSWORD_CHARACTERS} characters. Any will do; several words in a row are easy to keep in mind.`}
      />
      <Tick
        label="Show what I type"
        checked={isShown}
        onChange={(event) => setShown(event.currentTarget.checked)}
      />
    </div>
  );
}
