import { ButtonLink } from "@/components/ui/button";

/** Goes on in a list that is read by cursor; back to its beginning from anywhere. */
export function Pager({
  path,
  cursor,
  nextCursor,
  newer,
  older,
}: {
  path: string;
  cursor: string | null;
  nextCursor: string | null;
  newer: string;
  older: string;
}) {
  if (cursor === null && nextCursor === null) return null;
  return (
    <nav aria-label="Pages" className="no-print mt-6 flex gap-2">
      {cursor !== null && <ButtonLink href={path}>{newer}</ButtonLink>}
      {nextCursor !== null && (
        <ButtonLink href={`${path}?cursor=${encodeURIComponent(nextCursor)}`}>{older}</ButtonLink>
      )}
    </nav>
  );
}
