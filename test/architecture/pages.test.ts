import { expect, it } from "vitest";
import { SITE_PAGES } from "@/test/support/pages";
import { routesIn } from "@/test/support/routes";

it("every page of app/ is one that the real browser looks at and walks by keyboard", () => {
  expect(SITE_PAGES.map(({ route }) => route).sort()).toEqual(routesIn("page"));
});
