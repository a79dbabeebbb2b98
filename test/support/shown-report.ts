import { expect, type Locator } from "@playwright/test";
import { CHECKS, type CheckName } from "@/server/domain/verify/report";

/** How the browser marks one check. Weak: it does not fail, and a reader should mind something. */
export type ShownMark = "holds" | "fails" | "weak" | "not applicable";
export type ShownCheck = {
  readonly name: CheckName;
  readonly mark: string;
  readonly reason: string;
};

/** A verification as a reader sees it. Unusable files have a code and no checks. */
export type ShownReport = {
  readonly headline: string;
  readonly code: string | null;
  readonly checks: readonly ShownCheck[];
};

/** Waits for the result of a verification inside `region` and reads it. */
export async function shownReport(region: Locator): Promise<ShownReport> {
  const chain = region.getByRole("list", { name: "Checks" });
  const alert = region.getByRole("alert");
  await expect(chain.or(alert).first()).toBeVisible();
  if ((await chain.count()) === 0) {
    const code = alert.locator(".code");
    return {
      headline: (await alert.locator("p").first().textContent()) ?? "",
      code: (await code.count()) === 0 ? null : await code.textContent(),
      checks: [],
    };
  }
  const rows = await chain.locator(":scope > li").evaluateAll((items) =>
    items.map((item) => ({
      mark: item.querySelector("[role=img]")?.getAttribute("aria-label") ?? "",
      reason: item.querySelectorAll("p")[1]?.textContent?.trim() ?? "",
    })),
  );
  expect(rows).toHaveLength(CHECKS.length);
  return {
    headline:
      (await region
        .locator("[role=alert], [role=status]")
        .last()
        .locator("p")
        .first()
        .textContent()) ?? "",
    code: null,
    checks: CHECKS.map((name, i) => ({ name, mark: "", reason: "", ...rows[i] })),
  };
}
