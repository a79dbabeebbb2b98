import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { FoundCopy, KeptCopies } from "@/components/composer/kept-copies";
import { placeHref } from "@/components/composer/place";
import { refusalOf } from "@/components/refusal";
import { Badge } from "@/components/ui/badge";
import { Button, ButtonLink } from "@/components/ui/button";
import { formatCount } from "@/components/ui/count";
import { Instant } from "@/components/ui/instant";
import { Empty, ErrorNote } from "@/components/ui/states";
import type { DraftId, DraftRow } from "@/schemas/draft";

const nameOf = (title: string): string => (title.trim() === "" ? "Untitled" : title.trim());

/** One thing that can be taken up again or thrown away, which is asked back once. */
function Row({
  name,
  note,
  href,
  onOpen,
  onRemove,
}: {
  name: string;
  note: React.ReactNode;
  href: string | null;
  onOpen: () => void;
  onRemove: () => void;
}) {
  const [isAsked, setAsked] = useState(false);
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-t border-line py-2">
      <span className="min-w-0">
        <span className="block font-medium wrap-anywhere">{name}</span>
        <span className="block text-[13px] text-muted">{note}</span>
      </span>
      <span className="flex flex-wrap gap-2">
        {isAsked ? (
          <>
            <Button tone="danger" onClick={onRemove}>
              Delete {name}
            </Button>
            <Button onClick={() => setAsked(false)}>Keep it</Button>
          </>
        ) : (
          <>
            {href === null ? (
              <Button onClick={onOpen} aria-label={`Resume ${name}`}>
                Resume
              </Button>
            ) : (
              <ButtonLink
                href={href}
                prefetch={false}
                aria-label={`Resume ${name}`}
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                  event.preventDefault();
                  onOpen();
                }}
              >
                Resume
              </ButtonLink>
            )}
            <Button tone="quiet" aria-label={`Delete ${name}…`} onClick={() => setAsked(true)}>
              Delete…
            </Button>
          </>
        )}
      </span>
    </li>
  );
}

/** What the list asks of the portal and of the browser. */
export type DraftListPorts = {
  readonly list: () => Promise<readonly DraftRow[]>;
  readonly remove: (id: DraftId) => Promise<unknown>;
  readonly copies: Pick<KeptCopies, "others" | "discard">;
};

/** Drafts that can be taken up again: those at the portal, and what this browser kept of others. */
export function DraftList({
  initial,
  ports,
  current,
  onOpen,
  onResume,
  onDiscardCurrent,
}: {
  initial: readonly DraftRow[];
  ports: DraftListPorts;
  /** The one that is worked on. */
  current: DraftId;
  onOpen: (id: DraftId) => void;
  onResume: (copy: FoundCopy) => Promise<void>;
  onDiscardCurrent: () => Promise<void>;
}) {
  const { data, error, refetch } = useQuery({
    queryKey: ["drafts"],
    queryFn: ports.list,
    initialData: initial,
  });
  const [copies, setCopies] = useState<readonly FoundCopy[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  const { others } = ports.copies;
  useEffect(() => setCopies(others()), [others]);
  const refusal = problem ?? error;
  const remove = async (id: DraftId) => {
    setProblem(null);
    try {
      await (id === current ? onDiscardCurrent() : ports.remove(id));
    } catch (failure) {
      setProblem(failure);
    }
    await refetch();
  };
  const letGo = (copy: FoundCopy) => {
    ports.copies.discard(copy.place);
    setCopies(others());
  };
  const count = data.length + copies.length;
  return (
    <details
      className="border-t border-line"
      onToggle={(event) => {
        if (event.currentTarget.open) void refetch();
      }}
    >
      <summary className="flex min-h-11 items-center text-sm font-medium">
        {count === 0 ? "No drafts yet" : `Your drafts: ${formatCount(count)}`}
      </summary>
      <div className="grid gap-4 pb-4">
        {refusal !== null && (
          <ErrorNote
            title={`The list may be out of date: ${refusalOf(refusal).message}`}
            code={refusalOf(refusal).code}
          />
        )}
        {count === 0 && (
          <Empty title="No drafts yet.">What you compose is kept here until it is announced.</Empty>
        )}
        <ul>
          {data.map(({ id, title, updatedAt, isReadable }) => (
            <Row
              key={id}
              name={nameOf(title)}
              note={
                <>
                  <Instant at={updatedAt} />
                  {id === current && " · open here"}
                  {!isReadable && (
                    <>
                      {" "}
                      <Badge tone="mind">of another version of the form</Badge>
                    </>
                  )}
                </>
              }
              href={placeHref({ step: "questions", draft: id })}
              onOpen={() => onOpen(id)}
              onRemove={() => void remove(id)}
            />
          ))}
          {copies.map((copy) => (
            <Row
              key={copy.place}
              name={nameOf(copy.body.spec.title)}
              note="Kept in this browser by another tab, not saved at the portal."
              href={null}
              onOpen={() => void onResume(copy).then(() => letGo(copy))}
              onRemove={() => letGo(copy)}
            />
          ))}
        </ul>
      </div>
    </details>
  );
}
