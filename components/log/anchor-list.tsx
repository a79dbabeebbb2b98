import type { ReactNode } from "react";
import { ageBetween } from "@/components/log/age";
import { Badge, type Tone } from "@/components/ui/badge";
import { formatCount } from "@/components/ui/count";
import { Hash } from "@/components/ui/hash";
import { Instant } from "@/components/ui/instant";
import { Empty } from "@/components/ui/states";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { AnchorKind, AnchorStatus } from "@/schemas/anchor";
import type { AnchorPage, AnchorView } from "@/schemas/snapshot";

const KINDS: Readonly<Record<AnchorKind, string>> = {
  rfc3161: "Time-stamp authority (RFC 3161)",
  opentimestamps: "Bitcoin, by an OpenTimestamps calendar",
};
const BADGES: Readonly<Record<AnchorStatus, readonly [tone: Tone, word: string]>> = {
  PENDING: ["mind", "pending"],
  FINAL: ["neutral", "final"],
  FAILED: ["bad", "failed"],
};

/** Who outside vouches that checkpoints of this log existed, and what of it is not known. */
export function AnchorList({ page }: { page: AnchorPage }) {
  const { items, services, at } = page;
  if (items.length === 0)
    return (
      <Empty
        title={
          services.length === 0
            ? "No anchor is configured for this log."
            : "No checkpoint of this log is anchored yet."
        }
      >
        {services.length === 0
          ? "Nobody outside is asked to vouch that its checkpoints existed at a time. Its witnesses say when they saw them."
          : `Asked are ${services.map(({ service }) => service).join(", ")}.`}
      </Empty>
    );
  return (
    <div className="grid gap-4">
      <p className="max-w-[66ch] text-sm text-muted">
        Somebody outside was asked to vouch that a checkpoint existed. What was stamped is the
        SHA-256 of the checkpoint’s text: its three lines, each with its line end, without the
        signatures. An anchor says that this state of the log is no younger than it claims. It does
        not say that what stands in the log is true.
      </p>
      <ul className="grid gap-3">
        {items.map((anchor) => (
          <AnchorItem key={anchor.id} anchor={anchor} at={at} />
        ))}
      </ul>
    </div>
  );
}

function AnchorItem({ anchor, at }: { anchor: AnchorView; at: string }) {
  const [tone, word] = BADGES[anchor.status];
  return (
    <li className="grid gap-1 border-t border-line pt-3 text-[13.5px]">
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <b className="font-semibold">Size {formatCount(anchor.size)}</b>
        <Badge tone={tone}>{word}</Badge>
        <span className="text-muted">{KINDS[anchor.kind]}</span>
      </span>
      <span className="code wrap-anywhere text-muted">{anchor.service}</span>
      <p className="max-w-[66ch]">{sentenceOf(anchor, at)}</p>
      {anchor.detail !== null && anchor.block === null && (
        <div className="max-w-[66ch] text-muted">
          <UntrustedText text={anchor.detail} language="en" />
        </div>
      )}
      <span className="flex flex-wrap items-center gap-x-4 gap-y-1 text-muted">
        <span>
          Stamped <Hash label="the stamped digest" value={anchor.digest} head={16} tail={8} />
        </span>
        <a href={anchor.checkpointUrl} className="link">
          checkpoint
        </a>
        {anchor.proofUrl !== null && (
          <a href={anchor.proofUrl} className="link">
            proof
          </a>
        )}
      </span>
    </li>
  );
}

function sentenceOf(anchor: AnchorView, at: string): ReactNode {
  const { status, kind, block, attestedAt, requestedAt, proofUrl } = anchor;
  if (status === "FAILED") return "Failed: nobody vouches for this checkpoint here.";
  if (status === "PENDING")
    return `Pending: asked ${ageBetween(requestedAt, at)} ago. ${
      proofUrl === null
        ? "There is no answer yet; it is asked again."
        : kind === "opentimestamps"
          ? "The calendar has promised a proof; Bitcoin takes hours."
          : "There is a promise, and no proof yet."
    }`;
  if (block !== null)
    return (
      <>
        Final when the Merkle root of Bitcoin’s block {formatCount(block.height)} is{" "}
        <Hash label="the Merkle root" value={block.merkleRoot} head={16} tail={8} />. This portal
        does not run a Bitcoin node: check the block’s header yourself. Only it says when.
      </>
    );
  return attestedAt === null ? (
    "Final."
  ) : (
    <>
      Final: existed no later than <Instant at={attestedAt} />, says the authority.
    </>
  );
}
