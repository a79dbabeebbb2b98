import type { DraftKeeper, KeeperState } from "@/components/composer/draft-keeper";
import type { Keeping } from "@/components/composer/draft-line";
import { Button } from "@/components/ui/button";
import { Instant } from "@/components/ui/instant";
import { JsonDetails } from "@/components/ui/json-details";
import { ErrorNote } from "@/components/ui/states";
import type { DraftId } from "@/schemas/draft";

/** `12:03:05 UTC`. */
const clockOf = (instant: string): string => `${instant.slice(11, 19)} UTC`;

function inWords(keeping: Keeping): string {
  switch (keeping.kind) {
    case "untouched":
      return "A draft of your own is kept as soon as you type.";
    case "saving":
      return "saving…";
    case "saved":
      return `saved ${clockOf(keeping.at)}`;
    case "conflict":
      return "not saved: this draft was changed somewhere else";
    case "unsaved": {
      const why = keeping.refusal?.message ?? "the portal does not answer";
      return keeping.isKeptHere
        ? `not saved: ${why}, kept in this browser`.replace(".,", ",")
        : `not saved: ${why}, and this browser keeps nothing: do not close this page`.replace(
            ".,",
            ",",
          );
    }
  }
}

/** How safe what was typed is, always in sight. Read out only when it is not safe. */
export function SaveLine({ keeping, id }: { keeping: Keeping; id: DraftId }) {
  const isBad = keeping.kind === "unsaved" || keeping.kind === "conflict";
  const code = keeping.kind === "unsaved" ? keeping.refusal?.code : null;
  return (
    <p className={`text-[13px] ${isBad ? "font-medium text-beacon" : "text-muted"}`}>
      <span role={isBad ? "status" : undefined}>Draft: {inWords(keeping)}</span>
      {code !== null && code !== undefined && <span className="code ms-2">{code}</span>}
      {code === "UNAUTHORIZED" && (
        <a
          href={`/sign-in?next=${encodeURIComponent(`/jobs/new?draft=${id}`)}`}
          className="link ms-2"
        >
          Sign in again
        </a>
      )}
    </p>
  );
}

type Deciding = Pick<DraftKeeper, "takeTheirs" | "keepMine" | "open">;

/** Somebody has to decide: another tab saved this draft, deleted it or announced its job. */
export function ConflictNote({ keeping, keeper }: { keeping: Keeping; keeper: Deciding }) {
  if (keeping.kind !== "conflict") return null;
  const { theirs } = keeping;
  return (
    <ErrorNote
      title={
        theirs === null
          ? "This draft was deleted, or its job was announced, somewhere else."
          : "Another tab has saved this draft in the meantime."
      }
      code={theirs === null ? "DRAFT_NOT_FOUND" : "DRAFT_CONFLICT"}
    >
      <p>
        Nothing was overwritten, and what you typed here is still here.
        {theirs !== null && (
          <>
            {" "}
            The other one is of <Instant at={theirs.updatedAt} />.
          </>
        )}
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        {theirs !== null && theirs.body !== null && (
          <Button onClick={keeper.takeTheirs}>Load theirs</Button>
        )}
        <Button onClick={keeper.keepMine}>Keep mine as a new draft</Button>
      </div>
    </ErrorNote>
  );
}

/** After theirs was loaded: where what was typed here has gone. */
export function AsideNote({ aside, keeper }: { aside: KeeperState["aside"]; keeper: Deciding }) {
  if (aside === null) return null;
  return (
    <div role="status" className="flex flex-wrap items-center gap-3 text-sm">
      What you had typed here is kept beside it.
      <Button onClick={() => void keeper.open(aside)}>Open it as a draft of its own</Button>
    </div>
  );
}

/** A draft that was asked for and cannot be shown. */
export function UnopenedNote({ unopened }: { unopened: KeeperState["unopened"] }) {
  if (unopened === null) return null;
  if (unopened === "missing")
    return (
      <ErrorNote title="There is no such draft." code="DRAFT_NOT_FOUND">
        It was deleted, or its job was announced.
      </ErrorNote>
    );
  if (unopened === "silent")
    return (
      <ErrorNote title="The draft could not be loaded: the portal does not answer.">
        Reload the page to try it again.
      </ErrorNote>
    );
  return (
    <div className="grid gap-3">
      <ErrorNote title={`${unopened.title || "This draft"} cannot be opened.`}>
        Another version of the form saved it. It is kept as it was saved.
      </ErrorNote>
      <JsonDetails summary="What was saved" value={unopened.stored} />
    </div>
  );
}
