import { test as base, expect } from "@playwright/test";
import { portal } from "@/test/support/portal";

const isOurs = (url: string) =>
  url.startsWith(`${portal.url}/`) || url.startsWith("data:") || url.startsWith("blob:");

/**
 * Playwright's test, in which every page is watched: no request may leave the portal's origin, and
 * nothing may fail in the browser (an exception, a refusal by the content security policy, a page
 * whose server and browser halves differ).
 */
export const test = base.extend<{ watched: undefined }>({
  watched: [
    async ({ context }, use) => {
      const problems: string[] = [];
      context.on("request", (request) => {
        if (!isOurs(request.url())) problems.push(`a request to ${request.url()}`);
      });
      context.on("weberror", (failure) => problems.push(String(failure.error())));
      context.on("console", (message) => {
        // A status that a test asks for on purpose is its own business.
        const isStatus = message.text().startsWith("Failed to load resource");
        if (message.type() === "error" && !isStatus) problems.push(message.text());
      });
      await use(undefined);
      expect(problems, "what went wrong in the browser").toEqual([]);
    },
    { auto: true },
  ],
});
