import type { Anchor, AnchorProof } from "@/server/adapters/anchor/anchor";
import { concat, equalBytes, utf8 } from "@/server/domain/bytes";
import { BeaconError, type ErrorCode } from "@/server/domain/errors";

const PROMISE = utf8("a promise for ");
const PROOF = utf8("a proof over ");

/** When the fake says that everything existed. */
export const ATTESTED_AT = new Date("2026-11-22T13:00:00.000Z");

/** An anchor without a service: what its proofs say stands in them. */
export function aFakeAnchor(fields: Partial<Pick<Anchor, "kind" | "service">> = {}) {
  const state = { promises: false, asked: 0, failing: null as ErrorCode | null };
  const ask = () => {
    state.asked++;
    if (state.failing !== null) throw new BeaconError(state.failing, "the fake was told to fail");
  };
  const judge = (proof: Uint8Array, digest: Uint8Array): AnchorProof => {
    if (equalBytes(proof, concat(PROOF, digest)))
      return { status: "final", attestedAt: ATTESTED_AT, detail: "The fake says so.", proof };
    if (equalBytes(proof, concat(PROMISE, digest)))
      return { status: "pending", attestedAt: null, detail: "The fake will say so.", proof };
    throw new BeaconError("ANCHOR_INVALID", "that is no proof of the fake");
  };
  const anchor: Anchor = {
    kind: fields.kind ?? "rfc3161",
    service: fields.service ?? "https://fake.example/",
    async request(digest) {
      ask();
      return judge(concat(state.promises ? PROMISE : PROOF, digest), digest);
    },
    async upgrade(proof, digest) {
      const before = judge(proof, digest);
      if (before.status === "final") return before;
      ask();
      return state.promises ? before : judge(concat(PROOF, digest), digest);
    },
    async verify(proof, digest) {
      const { proof: _, ...judgement } = judge(proof, digest);
      return judgement;
    },
  };
  return { anchor, state };
}
