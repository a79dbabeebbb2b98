import { readFile } from "node:fs/promises";
import { fromUtf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";

/** The bytes of a file that somebody named on the command line. @throws BeaconError CONFIG_INVALID */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new BeaconError("CONFIG_INVALID", `${path} cannot be read.`, { cause });
  }
}

/** The same as text. @throws BeaconError CONFIG_INVALID also when it is not UTF-8. */
export async function readText(path: string): Promise<string> {
  const text = fromUtf8(await readBytes(path));
  if (text === null) throw new BeaconError("CONFIG_INVALID", `${path} is not UTF-8 text.`);
  return text;
}
