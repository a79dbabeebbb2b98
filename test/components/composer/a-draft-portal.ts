import type { DraftPortal } from "@/components/composer/draft-line";
import type { Lent } from "@/components/composer/kept-copies";
import type { DraftBody, DraftId, DraftView } from "@/schemas/draft";
import { draftIdOf } from "@/server/domain/draft/draft-id";
import { emptyDraft, newDraft } from "@/server/domain/draft/empty-draft";
import { instantOf } from "@/server/domain/time";

export const ACCOUNT = "usr-grace";
const NOON = new Date("2026-11-22T12:00:00.000Z").getTime();

/** A submission key, the same for the same number. */
export const keyOf = (n: number) => `${String(n).padStart(8, "0")}-6f0e-4f43-9b5c-6c1f1f1a2b3c`;
/** A draft that somebody began. */
export const aBody = (title: string, n = 1): DraftBody =>
  newDraft(keyOf(n), { ...emptyDraft(), title });
export const idOf = (n: number): DraftId => draftIdOf(ACCOUNT, keyOf(n));

/** What the portal refuses with, as the browser gets it. */
export const refusing = (code: string) =>
  Object.assign(new Error(`refused: ${code}`), { data: { beaconCode: code } });

/**
 * A portal that keeps drafts by the rules of the real one. `isSilent` cuts its line; `isAnswerLost` keeps what it
 * is sent and does not say so.
 */
export function aDraftPortal() {
  const drafts = new Map<DraftId, DraftView>();
  const portal = { isSilent: false, isAnswerLost: false, refusal: null as string | null };
  const saves: DraftBody[] = [];
  let clock = NOON;
  const through = async () => {
    await Promise.resolve();
    if (portal.isSilent) throw new TypeError("Failed to fetch");
    if (portal.refusal !== null) throw refusing(portal.refusal);
  };
  const put = (body: DraftBody, version: number): DraftView => {
    clock += 1_000;
    const view: DraftView = {
      id: draftIdOf(ACCOUNT, body.submissionKey),
      title: body.spec.title,
      updatedAt: instantOf(new Date(clock)),
      version,
      body: structuredClone(body),
      stored: null,
    };
    drafts.set(view.id, view);
    return view;
  };
  const calls: DraftPortal = {
    async save({ id, body, version }) {
      await through();
      saves.push(body);
      const known = drafts.get(id ?? draftIdOf(ACCOUNT, body.submissionKey));
      const isFirst = id === null && known === undefined;
      const base = id === null ? 1 : version;
      if (!isFirst && known === undefined) throw refusing("DRAFT_NOT_FOUND");
      if (!isFirst && known?.version !== base) throw refusing("DRAFT_CONFLICT");
      const view = put(body, isFirst ? 1 : base + 1);
      if (portal.isAnswerLost) throw new TypeError("Failed to fetch");
      return { id: view.id, version: view.version, updatedAt: view.updatedAt };
    },
    async byId(id) {
      await through();
      const known = drafts.get(id);
      if (known === undefined) throw refusing("DRAFT_NOT_FOUND");
      return known;
    },
    async remove(id) {
      await through();
      drafts.delete(id);
    },
  };
  return { ...calls, portal, drafts, saves, put };
}

/** A browser's storage. `isForbidden` throws, as browsers do that keep nothing. */
export function aStorage(isForbidden = false): NonNullable<Lent> & { size(): number } {
  const items = new Map<string, string>();
  const allowed = () => {
    if (isForbidden) throw new DOMException("denied", "SecurityError");
  };
  return {
    getItem: (key) => {
      allowed();
      return items.get(key) ?? null;
    },
    setItem: (key, value) => {
      allowed();
      items.set(key, value);
    },
    removeItem: (key) => {
      allowed();
      items.delete(key);
    },
    key: (n) => [...items.keys()][n] ?? null,
    get length() {
      allowed();
      return items.size;
    },
    size: () => [...items.keys()].length,
  };
}
