import { statfs } from "node:fs/promises";
import type { DiskFacts } from "@/server/domain/health/judge-process";

/** Room on the file system of `folder`, as much as a program without special rights may fill. */
export async function freeSpace(folder: string): Promise<DiskFacts> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
