import { CardHead } from "@/components/ui/card";
import { formatBytes } from "@/components/ui/count";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { LeafSnapshot } from "@/schemas/snapshot";
import { fromBase64, fromUtf8 } from "@/server/domain/bytes";

/** As much of foreign bytes as is shown. */
const SHOWN = 2_000;

/** What a third party added to the log: shown as bytes, believed in nothing. */
export function ForeignBytes({ leaf }: { leaf: LeafSnapshot }) {
  const bytes = fromBase64(leaf.bytes) ?? new Uint8Array();
  const text = fromUtf8(bytes.subarray(0, SHOWN));
  return (
    <>
      <CardHead title="Bytes of a third party">
        Somebody who may use this log added these {formatBytes(bytes.length)}. They are no entry of
        Beacon’s: nobody checked what they say.
      </CardHead>
      {text === null ? (
        <p className="text-sm text-muted">They are not text.</p>
      ) : (
        <UntrustedText text={text} language="und" />
      )}
      {bytes.length > SHOWN && (
        <p className="mt-3 text-[13px] text-muted">The first {formatBytes(SHOWN)} are shown.</p>
      )}
    </>
  );
}
