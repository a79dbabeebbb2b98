import type { PrismaClient } from "@/generated/prisma/client";

const key = (hash: Uint8Array): string => Buffer.from(hash).toString("hex");

/** Where leaves stand in the log. The answer maps a leaf hash to its index; null: not sequenced yet. */
export async function leafIndices(
  prisma: PrismaClient,
  hashes: readonly Uint8Array[],
): Promise<(hash: Uint8Array) => number | null> {
  const entries = await prisma.logEntry.findMany({
    where: { leafHash: { in: hashes.map((hash) => Buffer.from(hash)) } },
    select: { leafHash: true, index: true },
  });
  const indices = new Map(entries.map(({ leafHash, index }) => [key(leafHash), Number(index)]));
  return (hash) => indices.get(key(hash)) ?? null;
}
