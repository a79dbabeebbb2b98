import type { KeptCopies } from "@/components/composer/kept-copies";
import { type Refusal, refusalOf } from "@/components/refusal";
import {
  DraftBody,
  type DraftId,
  type DraftView,
  MAX_DRAFT_TITLE,
  type SavedDraft,
} from "@/schemas/draft";
import type { Instant } from "@/schemas/primitives";
import { draftIdOf } from "@/server/domain/draft/draft-id";

/** Where drafts are kept. Each throws what the portal refuses with. */
export type DraftPortal = {
  save(draft: {
    readonly id: DraftId | null;
    readonly title: string;
    readonly body: DraftBody;
    readonly version: number;
  }): Promise<SavedDraft>;
  byId(id: DraftId): Promise<DraftView>;
  remove(id: DraftId): Promise<unknown>;
};

/** How safe what is typed is. */
export type Keeping =
  /** Nothing was typed yet. */
  | { readonly kind: "untouched" }
  | { readonly kind: "saving" }
  | { readonly kind: "saved"; readonly at: Instant }
  /** `refusal` null: the portal does not answer, and is asked again. */
  | { readonly kind: "unsaved"; readonly isKeptHere: boolean; readonly refusal: Refusal | null }
  /** Another tab saved it; null: it was deleted or announced. Nothing is saved until somebody decides. */
  | { readonly kind: "conflict"; readonly theirs: DraftView | null };

/** What a line works with. */
export type LinePorts = {
  readonly accountId: string;
  readonly portal: DraftPortal;
  readonly copies: KeptCopies;
};

/** One draft on its way to the portal. Only the functions of this file change it. */
export type DraftLine = {
  readonly ports: LinePorts;
  readonly id: DraftId;
  body: DraftBody;
  /** At the portal; 0: it was never there. */
  version: number;
  keeping: Keeping;
  /** Whether `body` holds what the portal does not have. */
  isDirty: boolean;
  /** What was sent and not answered. */
  unanswered: string | null;
  /** Times in a row that the portal did not answer. */
  silences: number;
  timer: ReturnType<typeof setTimeout> | null;
  sending: Promise<void> | null;
  /** Told after every change. */
  onChange: () => void;
};

/** Typing rests so long before it is saved. */
const REST_MS = 800;
/** How long is waited before a portal that does not answer is asked again; the last one over and over. */
const AGAIN_MS = [2_000, 5_000, 15_000, 30_000];
const LONGEST_AGAIN_MS = 60_000;

/** A draft at the version from which it is worked on. Its id follows from whose it is and from its key. */
export const draftLine = (
  ports: LinePorts,
  body: DraftBody,
  version: number,
  keeping: Keeping,
): DraftLine => ({
  ports,
  id: draftIdOf(ports.accountId, body.submissionKey),
  body,
  version,
  keeping,
  isDirty: false,
  unanswered: null,
  silences: 0,
  timer: null,
  sending: null,
  onChange: () => {},
});

/** The same draft has the same text, in whatever order its JSON came. Null: no portal would take it. */
export function draftText(body: DraftBody): string | null {
  const parsed = DraftBody.safeParse(body);
  return parsed.success ? JSON.stringify(parsed.data) : null;
}

const UNFIT: Refusal = {
  code: "DRAFT_TOO_LARGE",
  message: "Something in it is too long for a draft.",
};

function keep(line: DraftLine, keeping: Keeping): void {
  line.keeping = keeping;
  line.onChange();
}

/** Keeps what is in the line in this browser. False: the browser keeps nothing. */
export const keepHere = ({ ports, id, version, body }: DraftLine): boolean =>
  ports.copies.put({ id, version, body });

/** Something was typed or chosen: kept here at once, and at the portal when typing rests. */
export function changeLine(line: DraftLine, body: DraftBody): void {
  const { keeping } = line;
  line.body = body;
  line.isDirty = true;
  const isKeptHere = keepHere(line);
  if (keeping.kind === "conflict") line.onChange();
  else if (keeping.kind !== "unsaved") {
    rest(line, REST_MS);
    keep(line, { kind: "saving" });
  } else {
    // A silent portal is asked again by its own clock.
    if (keeping.refusal !== null) rest(line, REST_MS);
    keep(line, { ...keeping, isKeptHere });
  }
}

function rest(line: DraftLine, ms: number): void {
  if (line.timer !== null) clearTimeout(line.timer);
  line.timer = setTimeout(() => void sendLine(line), ms);
}

/** Saves what rests, now. Resolves when the portal answered, whatever it said. */
export function sendLine(line: DraftLine): Promise<void> {
  if (line.timer !== null) clearTimeout(line.timer);
  line.timer = null;
  if (line.sending !== null) return line.sending;
  if (!line.isDirty || line.keeping.kind === "conflict") return Promise.resolve();
  line.sending = send(line).finally(() => {
    line.sending = null;
  });
  return line.sending;
}

/** Nothing more of it is saved. Resolves when the portal answered what was on its way. */
export async function endLine(line: DraftLine): Promise<void> {
  line.isDirty = false;
  if (line.timer !== null) clearTimeout(line.timer);
  await line.sending;
  if (line.timer !== null) clearTimeout(line.timer);
  line.ports.copies.drop(line.id);
}

async function send(line: DraftLine): Promise<void> {
  const { ports, body, version, unanswered } = line;
  const text = draftText(body);
  if (text === null) {
    refuse(line, UNFIT);
    return;
  }
  line.unanswered = text;
  const sent = [unanswered, text];
  try {
    const saved = await ports.portal.save({
      id: version === 0 ? null : line.id,
      title: body.spec.title.trim().slice(0, MAX_DRAFT_TITLE),
      body,
      version,
    });
    settle(line, body, saved);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal.code === "DRAFT_CONFLICT") await meet(line, body, sent);
    else refuse(line, refusal);
  }
}

/** The portal has `body`. What was typed meanwhile goes on top of it. */
function settle(
  line: DraftLine,
  body: DraftBody,
  { version, updatedAt }: Pick<SavedDraft, "version" | "updatedAt">,
): void {
  line.version = version;
  line.unanswered = null;
  line.silences = 0;
  if (line.body === body) {
    line.isDirty = false;
    line.ports.copies.drop(line.id);
    keep(line, { kind: "saved", at: updatedAt });
    return;
  }
  keepHere(line);
  rest(line, REST_MS);
  keep(line, { kind: "saving" });
}

/** Another version is there. When it is what this tab sent and heard no answer to, it is no other. */
async function meet(
  line: DraftLine,
  body: DraftBody,
  sent: readonly (string | null)[],
): Promise<void> {
  try {
    const theirs = await line.ports.portal.byId(line.id);
    const known = theirs.body === null ? null : draftText(theirs.body);
    if (known === null || !sent.includes(known)) keep(line, { kind: "conflict", theirs });
    else if (known === draftText(body)) settle(line, body, theirs);
    else {
      line.version = theirs.version;
      rest(line, 0);
    }
  } catch (error) {
    refuse(line, refusalOf(error));
  }
}

/** No answer, or one that says nothing of the draft: it may be another one next time. */
const isSilence = ({ code }: Refusal): boolean =>
  code === null || code === "INTERNAL_SERVER_ERROR" || code === "TIMEOUT";

function refuse(line: DraftLine, refusal: Refusal): void {
  const isKeptHere = keepHere(line);
  if (refusal.code === "DRAFT_NOT_FOUND") keep(line, { kind: "conflict", theirs: null });
  else if (!isSilence(refusal)) keep(line, { kind: "unsaved", isKeptHere, refusal });
  else {
    rest(line, AGAIN_MS[line.silences] ?? LONGEST_AGAIN_MS);
    line.silences++;
    keep(line, { kind: "unsaved", isKeptHere, refusal: null });
  }
}
