import { Choice } from "@/components/jobs/form-field";
import { ROLE_WORDS } from "@/components/session/role-words";
import type { Role } from "@/schemas/account";

const ROLES = [
  ["reader", "Reader"],
  ["attester", "Attester"],
  ["admin", "Admin"],
] as const satisfies readonly (readonly [Role, string])[];

/** One of the roles, with what it may do. */
export function RoleChoice({ role, onChange }: { role: Role; onChange: (role: Role) => void }) {
  return (
    <div className="grid gap-1.5">
      <Choice label="Role" value={role} options={ROLES} onChange={onChange} />
      <p className="text-[13px] text-muted" aria-live="polite">
        {ROLE_WORDS[role]}
      </p>
    </div>
  );
}
