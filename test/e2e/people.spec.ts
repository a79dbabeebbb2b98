import { randomUUID } from "node:crypto";
import { type Browser, expect, type Page } from "@playwright/test";
import { test } from "@/test/support/e2e-test";
import { portal } from "@/test/support/portal";
import { signIn } from "@/test/support/sign-in";

const PASSWORD = "correct horse battery staple";

/** Fills in the form for a new person and reads the link that is shown once. */
async function invite(page: Page, email: string): Promise<string> {
  await page.goto("/users");
  await page.getByRole("button", { name: "Invite somebody" }).click();
  const form = page.getByRole("region", { name: "Invite somebody" });
  await form.getByLabel("E-mail").fill(email);
  await form.getByLabel("Name", { exact: true }).fill("Joan of the Example");
  await form.getByLabel("Organisation").fill("The Daily Example");
  await form.getByRole("button", { name: "Make the link" }).click();
  return form.getByLabel("Link of the invitation").inputValue();
}

/** Opens a page of its own, with a jar of cookies of its own. */
async function anotherBrowser(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ baseURL: portal.url });
  return context.newPage();
}

/** The link's path: the portal may be reached by another name here than in it. */
const pathOf = (link: string): string => new URL(link).pathname;

test("somebody who is invited makes an account, once, and sees who is signed in with it", async ({
  page,
  browser,
}) => {
  const email = `joan-${randomUUID()}@example.org`;
  await signIn(page, "/users");
  const link = await invite(page, email);

  const joan = await anotherBrowser(browser);
  await test.step("a weak password is refused, a good one makes the account", async () => {
    await joan.goto(pathOf(link));
    await expect(joan.getByText("The Daily Example")).toBeVisible();
    await joan.getByLabel("Choose a password").fill("short");
    await joan.getByRole("button", { name: "Make my account" }).click();
    await expect(joan.getByRole("main").getByRole("alert")).toContainText("at least 12 characters");
    await joan.getByLabel("Choose a password").fill(PASSWORD);
    await joan.getByRole("button", { name: "Make my account" }).click();
    await expect(joan.getByText("Your account is made.")).toBeVisible();
  });

  await test.step("the link opens nothing any more", async () => {
    const again = await anotherBrowser(browser);
    await again.goto(pathOf(link));
    await expect(again.getByRole("heading", { level: 1 })).toHaveText("This link opens nothing.");
    await again.context().close();
  });

  await test.step("signs in twice, and ends the other session", async () => {
    await joan.getByRole("main").getByRole("link", { name: "Sign in" }).click();
    await joan.getByLabel("E-mail").fill(email);
    await joan.getByLabel("Password").fill(PASSWORD);
    await joan.getByRole("main").getByRole("button", { name: "Sign in" }).click();
    await expect(joan).toHaveURL("/account");
    const second = await anotherBrowser(browser);
    await signIn(second, "/account", { email, password: PASSWORD });
    await expect(second.getByText("this browser")).toBeVisible();
    await joan.reload();
    await joan.getByRole("button", { name: /^End the session of / }).click();
    await expect(joan.getByText("ended")).toBeVisible();
    await second.reload();
    await expect(second.getByText("You are not signed in.")).toBeVisible();
    await second.context().close();
  });

  await test.step("is disabled by the admin, and is out at once", async () => {
    await page.goto("/users");
    const card = page.getByRole("region", { name: `Account of ${email}` });
    await expect(card.getByText("The Daily Example")).toBeVisible();
    await card.getByRole("button", { name: `Disable ${email}…` }).click();
    await card.getByRole("button", { name: "Disable the account" }).click();
    await expect(card.getByText("disabled", { exact: true })).toBeVisible();
    await joan.reload();
    await expect(joan.getByText("You are not signed in.")).toBeVisible();
  });
  await joan.context().close();
});

test("the sign-in that was sent is good once: sent again, it signs nobody in", async ({ page }) => {
  const { accounts } = portal.client();
  const email = `replayed-${randomUUID()}@example.org`;
  const { password } = await accounts.create.mutate({ email, name: "Replayed", role: "reader" });
  const path = "/api/auth/callback/credentials";
  const sent = page.waitForRequest((request) => request.url().endsWith(path));
  await signIn(page, "/account", { email, password });
  const body = (await sent).postData() ?? "";
  expect(body).toContain("challenge=");
  const answer = await page.request.post(path, {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    data: body,
  });
  expect(answer.status()).toBe(401);
});

test("a new password ends every session, this one too", async ({ page }) => {
  const { accounts } = portal.client();
  const email = `changed-${randomUUID()}@example.org`;
  const { password } = await accounts.create.mutate({ email, name: "Changed", role: "attester" });
  await signIn(page, "/account", { email, password });
  await page.getByLabel("Password so far").fill("wrong");
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByRole("main").getByRole("alert")).toContainText("is another one");
  await page.getByLabel("Password so far").fill(password);
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.getByRole("button", { name: "Sign out" })).toHaveCount(0);
  await signIn(page, "/account", { email, password: PASSWORD });
});
