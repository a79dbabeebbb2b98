import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "@/test/support/run-tool";

/** The routes of `app/` that such files make, as the file system says. */
export function routesIn(app: "page" | "route", folder = "app", route = ""): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .flatMap((entry) => {
      if (entry.isDirectory())
        return routesIn(app, join(folder, entry.name), `${route}/${entry.name}`);
      return new RegExp(`^${app}\\.[jt]sx?$`).test(entry.name) ? [route === "" ? "/" : route] : [];
    })
    .toSorted();
}
