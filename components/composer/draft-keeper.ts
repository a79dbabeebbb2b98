import {
  changeLine,
  type DraftLine,
  draftLine,
  draftText,
  endLine,
  type Keeping,
  keepHere,
  type LinePorts,
  sendLine,
} from "@/components/composer/draft-line";
import type { KeptCopy } from "@/components/composer/kept-copies";
import { refusalOf } from "@/components/refusal";
import type { DraftBody, DraftId, DraftView } from "@/schemas/draft";
import type { Instant } from "@/schemas/primitives";
import { newDraft } from "@/server/domain/draft/empty-draft";

/** What looking for a draft comes to. "silent": the portal did not answer. */
type Found = DraftView | "missing" | "silent";

export type KeeperState = {
  readonly id: DraftId;
  readonly body: DraftBody;
  readonly keeping: Keeping;
  /** What was to be opened and could not be: it is not there, or another version of the form saved it. */
  readonly unopened: Found | null;
  /** What was typed here before another version was loaded, kept under an id of its own. */
  readonly aside: DraftId | null;
};

export type KeeperOptions = LinePorts & {
  /** A new UUID. */
  readonly newKey: () => string;
  /** What is shown first: a draft of the portal, or one that nobody has saved. */
  readonly first: {
    readonly body: DraftBody;
    readonly version: number;
    readonly at: Instant | null;
  };
};

/** What is worked on, and what can be done about it. */
export type DraftKeeper = {
  state(): KeeperState;
  subscribe(listener: () => void): () => void;
  /** Something was typed or chosen. */
  change(part: (body: DraftBody) => DraftBody): void;
  /** Opens a draft by its id: what this tab kept of it goes before what the portal has. */
  open(id: DraftId): Promise<void>;
  /** Goes on with a copy that another tab kept. */
  resume(copy: KeptCopy): Promise<void>;
  /** Begins a draft with this in it; what was worked on before stays one of its own. */
  begin(body: DraftBody): void;
  /** Asks a portal that was silent at once: the network is back. */
  retry(): void;
  /** In a conflict: goes on with what another tab saved. What was typed here is kept under a new id. */
  takeTheirs(): void;
  /** In a conflict: goes on with what was typed here, as a draft of its own. */
  keepMine(): void;
  /** Its job is announced: nothing of it is kept any more. */
  forget(): Promise<void>;
  /** Deletes what is worked on, and goes on with an empty draft. */
  discard(): Promise<void>;
  /** The page is left: what rests is saved now. */
  leave(): void;
};

/**
 * Keeps what is being composed: in this browser with every change, and at the portal when typing rests. A change
 * is saved on top of the version that it was made from; where another tab saved in between, nothing is overwritten,
 * nothing typed is lost, and a person decides.
 */
export function createDraftKeeper(options: KeeperOptions): DraftKeeper {
  const { portal, newKey } = options;
  const desk = createDesk(options);
  return {
    state: desk.state,
    subscribe: desk.subscribe,
    ...openingOn(desk, options),
    ...decidingOn(desk, options),
    change: (part) => changeLine(desk.line(), part(desk.line().body)),

    begin(body) {
      void sendLine(desk.line());
      desk.workOnUnsaved(draftLine(options, body, 0, { kind: "saving" }));
    },

    retry() {
      if (desk.line().keeping.kind === "unsaved") void sendLine(desk.line());
    },

    async forget() {
      const line = desk.line();
      await endLine(line);
      await portal.remove(line.id).catch(() => undefined);
    },

    async discard() {
      const line = desk.line();
      await endLine(line);
      await portal.remove(line.id);
      desk.workOn(draftLine(options, newDraft(newKey()), 0, { kind: "untouched" }));
    },

    leave: () => void sendLine(desk.line()),
  };
}

/** The one draft that is worked on, and what is shown of it. */
type Desk = Pick<DraftKeeper, "state" | "subscribe"> & {
  line(): DraftLine;
  /** Tells whoever listens what is shown now. */
  say(part: Partial<KeeperState>): void;
  workOn(next: DraftLine, part?: Partial<KeeperState>): void;
  /** As `workOn`, with what the portal does not have yet. */
  workOnUnsaved(next: DraftLine): void;
};

function createDesk(options: KeeperOptions): Desk {
  const { first } = options;
  const listeners = new Set<() => void>();
  let line = draftLine(
    options,
    first.body,
    first.version,
    first.at === null ? { kind: "untouched" } : { kind: "saved", at: first.at },
  );
  let state: KeeperState = { ...shownOf(line), unopened: null, aside: null };

  const say = (part: Partial<KeeperState>) => {
    state = { ...state, ...shownOf(line), ...part };
    for (const listener of listeners) listener();
  };
  // What becomes of a draft that is not worked on any more is its own business.
  const follow = (next: DraftLine) => {
    next.onChange = () => {
      if (next === line) say({});
    };
  };
  follow(line);

  const workOn = (next: DraftLine, part: Partial<KeeperState> = {}) => {
    line = next;
    follow(next);
    say({ unopened: null, aside: null, ...part });
  };
  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    line: () => line,
    say,
    workOn,
    workOnUnsaved(next) {
      next.isDirty = true;
      keepHere(next);
      workOn(next);
      void sendLine(next);
    },
  };
}

/** Opening what was begun before: a draft of the portal, or a copy of this browser. */
function openingOn(desk: Desk, options: KeeperOptions): Pick<DraftKeeper, "open" | "resume"> {
  const { portal, copies } = options;
  const lookUp = async (id: DraftId): Promise<Found> => {
    try {
      return await portal.byId(id);
    } catch (error) {
      return refusalOf(error).code === "DRAFT_NOT_FOUND" ? "missing" : "silent";
    }
  };
  const openCopy = (copy: KeptCopy, found: Found) => {
    const next = lineOfCopy(options, copy, found);
    if (next.keeping.kind === "saving") desk.workOnUnsaved(next);
    else desk.workOn(next);
  };
  const openFound = (id: DraftId, found: Found) => {
    const line = desk.line();
    const isShown = line.id === id;
    if (typeof found === "string" || found.body === null) {
      if (!(isShown && found === "silent")) desk.say({ unopened: found });
    } else if (!isShown || line.version !== found.version)
      desk.workOn(draftLine(options, found.body, found.version, savedAs(found)));
  };
  return {
    async open(id) {
      const asked = desk.line();
      const isTypedIn = () => desk.line() !== asked || (asked.id === id && asked.isDirty);
      if (isTypedIn()) return;
      void sendLine(asked);
      const found = await lookUp(id);
      if (isTypedIn()) return;
      const copy = copies.own(id);
      if (copy === null) openFound(id, found);
      else openCopy(copy, found);
    },

    async resume(copy) {
      void sendLine(desk.line());
      openCopy(copy, await lookUp(copy.id));
    },
  };
}

/** What a person decides where another tab saved in between. */
function decidingOn(
  desk: Desk,
  options: KeeperOptions,
): Pick<DraftKeeper, "takeTheirs" | "keepMine"> {
  const { copies, newKey } = options;
  /** What is being composed, under a new id: with a new key it will be another job. */
  const renamed = ({ body }: DraftLine) =>
    draftLine(options, { ...body, submissionKey: newKey() }, 0, { kind: "saving" });
  return {
    takeTheirs() {
      const line = desk.line();
      const { keeping } = line;
      if (keeping.kind !== "conflict" || !keeping.theirs?.body) return;
      const { theirs } = keeping;
      const mine = renamed(line);
      mine.isDirty = true;
      // A browser that keeps nothing leaves the portal to keep it.
      if (!keepHere(mine)) void sendLine(mine);
      copies.drop(line.id);
      desk.workOn(draftLine(options, theirs.body as DraftBody, theirs.version, savedAs(theirs)), {
        aside: mine.id,
      });
    },

    keepMine() {
      const before = desk.line();
      desk.workOnUnsaved(renamed(before));
      void endLine(before);
    },
  };
}

const shownOf = ({ id, body, keeping }: DraftLine) => ({ id, body, keeping });

const savedAs = ({ updatedAt }: Pick<DraftView, "updatedAt">): Keeping => ({
  kind: "saved",
  at: updatedAt,
});

/** A copy of this browser, held against what the portal has of it. "saving": it goes on top of that. */
function lineOfCopy(ports: LinePorts, copy: KeptCopy, found: Found): DraftLine {
  const theirs = typeof found === "object" ? found : null;
  if (theirs?.body && draftText(theirs.body) === draftText(copy.body)) {
    ports.copies.drop(copy.id);
    return draftLine(ports, copy.body, theirs.version, savedAs(theirs));
  }
  const isOnTop =
    found === "silent" ||
    theirs?.version === copy.version ||
    (found === "missing" && copy.version === 0);
  const line = draftLine(
    ports,
    copy.body,
    copy.version,
    isOnTop ? { kind: "saving" } : { kind: "conflict", theirs },
  );
  line.isDirty = true;
  return line;
}
