import { expect, it } from "vitest";
import { useTestDatabase } from "@/test/support/database";
import { skipBecause } from "@/test/support/skip";
const db = useTestDatabase();
it("has tables", async () => { expect(await db.prisma.account.count()).toBe(0); });
it("skips", (c) => { skipBecause(c, "no Redis here"); });
