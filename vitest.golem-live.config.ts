import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const alias = { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") };

/** For `npm run test:golem-live` alone: `npm test` and `npx vitest` never see these files. */
export default defineConfig({
  resolve: { alias },
  test: {
    name: "golem-live",
    environment: "node",
    include: ["test/golem-live/**/*.test.ts"],
    fileParallelism: false,
    reporters: ["verbose"],
  },
});
