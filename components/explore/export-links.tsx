import { DownloadLink } from "@/components/ui/button";
import { formatCount } from "@/components/ui/count";
import type { ExploreCount, ExploreQuery } from "@/schemas/explore";
import { EVERYTHING, explorePath } from "@/server/domain/explore/query";

const FORMS = ["csv", "json"] as const;

const exportPath = (query: ExploreQuery, form: (typeof FORMS)[number], isAll: boolean) => {
  const path = explorePath(isAll ? { ...query, cursor: null, limit: EVERYTHING.limit } : query);
  const file = path.replace("/explore", `/explore.${form}`);
  if (!isAll) return file;
  return `${file}${file.includes("?") ? "&" : "?"}all=1`;
};

/** The same rows as files: those of this page, and all that match. */
export function ExportLinks({
  query,
  count,
  rows,
}: {
  query: ExploreQuery;
  count: ExploreCount;
  /** How many are on this page. */
  rows: number;
}) {
  const all = count.isMore
    ? `The newest ${formatCount(count.bound)}`
    : `All ${formatCount(count.matches)}`;
  const lines = [
    { name: `These ${formatCount(rows)}`, isAll: false },
    ...(count.isMore || count.matches > rows ? [{ name: all, isAll: true }] : []),
  ];
  return (
    <ul aria-label="Take them with you" className="no-print flex flex-wrap gap-2">
      {lines.flatMap(({ name, isAll }) =>
        FORMS.map((form) => (
          <li key={`${name} ${form}`}>
            <DownloadLink
              href={exportPath(query, form, isAll)}
              name="beacon-answers"
              extension={form}
              simulated={count.isAnySimulated}
            >
              {`${name} as ${form.toUpperCase()}`}
            </DownloadLink>
          </li>
        )),
      )}
    </ul>
  );
}
