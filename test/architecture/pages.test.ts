import { expect, it } from "vitest";
import { routesOfPages, SITE_PAGES } from "@/test/support/pages";

it("every page of app/ is one that the real browser looks at and walks by keyboard", () => {
  expect(SITE_PAGES.map(({ route }) => route).sort()).toEqual([...routesOfPages()].sort());
});
