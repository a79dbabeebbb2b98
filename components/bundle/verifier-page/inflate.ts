import { Inflate as InflateStream } from "fflate";
import type { Inflate } from "@/server/domain/bundle/read-zip";

/** So little is unpacked at a time that not even the best packed bytes fill the memory: 16 kB make 17 MB. */
const STEP_BYTES = 16_384;

/** Unpacks a DEFLATE stream, and stops as soon as more came out than was said. */
export const inflate: Inflate = (deflated, sizeBytes) => {
  const out = new Uint8Array(sizeBytes);
  let at = 0;
  let hasEnded = false;
  const stream = new InflateStream((chunk, isLast) => {
    if (at + chunk.length > sizeBytes) throw new RangeError("more comes out than was said");
    out.set(chunk, at);
    at += chunk.length;
    hasEnded = isLast;
  });
  for (let from = 0; from < deflated.length; from += STEP_BYTES) {
    const to = Math.min(from + STEP_BYTES, deflated.length);
    stream.push(deflated.slice(from, to), to === deflated.length);
  }
  if (!hasEnded || at !== sizeBytes) throw new RangeError("less comes out than was said");
  return out;
};
