import { randomUUID } from "node:crypto";
import { expect, type Page } from "@playwright/test";
import type { Role } from "@/schemas/account";
import { portal } from "@/test/support/portal";

/** What somebody types to sign in. */
export type Credentials = { readonly email: string; readonly password: string };

/** Signs in through the form, as the admin whose password `npm start` printed unless told otherwise. */
export async function signIn(
  page: Page,
  next = "/",
  { email, password }: Credentials = portal.admin(),
): Promise<void> {
  await page.goto(`/sign-in?next=${next}`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
}

/** An account that the operator makes for a test. */
export async function anAccount(
  role: Role,
  organisation: string | null = null,
): Promise<Credentials> {
  const { accounts } = portal.client();
  const email = `${role}-${randomUUID()}@example.org`;
  const { id, password } = await accounts.create.mutate({ email, name: `A new ${role}`, role });
  if (organisation !== null) await accounts.setOrganisation.mutate({ id, organisation });
  return { email, password };
}
