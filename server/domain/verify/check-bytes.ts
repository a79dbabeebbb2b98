import { equalBytes } from "@/server/domain/bytes";
import { sha256OfCid } from "@/server/domain/digest";
import { cidOfEntry } from "@/server/domain/log/receipt";
import { sha256 } from "@/server/domain/sha256";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import { type Finding, fails, holds, notApplicable } from "@/server/domain/verify/report";

/** `bytes-match-cid`: are these the bytes that the entry names? */
export function checkBytes({ entry }: Evidence, block: Uint8Array | null): Finding {
  const digest = sha256OfCid(cidOfEntry(entry) ?? "");
  if (digest === null)
    return notApplicable("This entry stands for no document, so there are no bytes to compare.");
  if (block === null)
    return notApplicable("The document was not at hand, so its bytes were not compared.");
  if (!equalBytes(sha256(block), digest))
    return fails("The document is not the one that the log entry names.", "BLOCK_CID_MISMATCH");
  if ("size_bytes" in entry && entry.size_bytes !== block.length)
    return fails(
      "The document is the one that the entry names, but has another length than it says.",
    );
  return holds("The document is, byte for byte, the one that the log entry names.");
}
