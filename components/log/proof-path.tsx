import { formatCount } from "@/components/ui/count";
import { shorten } from "@/components/ui/shorten";

type Step = { readonly hash: string; readonly side: "left" | "right" };

/**
 * On which side of the path each sibling stands (RFC 9162, section 2.1.3.2): the verifier's walk from
 * the leaf to the root, with positions instead of hashes.
 */
function stepsOf(index: number, size: number, proof: readonly string[]): readonly Step[] {
  let node = index;
  let last = size - 1;
  return proof.map((hash) => {
    const isLeft = node % 2 === 1 || node === last;
    if (isLeft)
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
    return { hash, side: isLeft ? "left" : "right" };
  });
}

function Node({ name, hash }: { name: string; hash: string }) {
  return (
    <span className="inline-flex items-baseline gap-2 rounded border border-ink bg-sheet px-2.5 py-1">
      <b className="text-[13px] font-semibold">{name}</b>
      <span className="code text-muted" title={hash}>
        {shorten(hash, 8, 6)}
      </span>
    </span>
  );
}

/** The way from one entry to the root: at each step the path is hashed with the neighbour that is shown. */
export function ProofPath({
  index,
  size,
  leafHash,
  proof,
}: {
  index: number;
  size: number;
  leafHash: string;
  proof: readonly string[];
}) {
  return (
    <ol aria-label="From this entry to the root" className="grid justify-items-center">
      <li className="order-last">
        <Node name={`Entry ${formatCount(index)}`} hash={leafHash} />
      </li>
      {[...stepsOf(index, size, proof).entries()].reverse().map(([i, { hash, side }]) => (
        <li
          key={hash + String(i)}
          className="grid h-11 w-full grid-cols-[1fr_24px_1fr] items-center"
        >
          <span
            className={`code text-[12px] text-muted ${side === "left" ? "text-end" : "order-last"}`}
            title={hash}
          >
            <span className="sr-only">{`step ${i + 1}, neighbour on the ${side}: `}</span>
            {shorten(hash, 8, 6)}
          </span>
          <svg
            viewBox="0 0 24 44"
            width="24"
            height="44"
            aria-hidden="true"
            className={side === "left" ? "" : "-scale-x-100"}
          >
            <path d="M12 0v44M12 22H1" fill="none" stroke="var(--line-strong)" strokeWidth="1.5" />
            <circle cx="12" cy="22" r="3.5" fill="var(--ink)" />
          </svg>
          <span className={side === "left" ? "" : "order-first"} />
        </li>
      ))}
      <li className="order-first">
        <span className="inline-flex items-baseline gap-2 rounded bg-ink px-2.5 py-1 text-paper">
          <b className="text-[13px] font-semibold">Root</b>
          <span className="text-[13px]">of {formatCount(size)} entries</span>
        </span>
      </li>
    </ol>
  );
}
