import type { TaskCell } from "@/schemas/snapshot";
import type { ResponseState } from "@/schemas/task";

/** What a closed or open task looks like: the eight response states, and three that say there is none. */
export type CellLook = ResponseState | "queued" | "running" | "withdrawn";

type Look = { readonly label: string; readonly path: string; readonly tone: string };

const solid = "text-paper";
const outline = "border-[1.5px] border-dashed bg-transparent";

/** Label, symbol (12 x 12, stroked) and colour of every look. The symbol alone tells them apart. */
export const CELL_LOOKS: Readonly<Record<CellLook, Look>> = {
  answered: { label: "answered", path: "M2.6 6.4 5 8.8 9.4 3.4", tone: `bg-answered ${solid}` },
  refused: {
    label: "refused",
    path: "M3.2 3.2 8.8 8.8M8.8 3.2 3.2 8.8",
    tone: `bg-refused ${solid}`,
  },
  empty: {
    label: "empty",
    path: "M6 2.8a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4M3.2 9.6 8.8 2.4",
    tone: `${outline} border-empty text-empty`,
  },
  "host-filtered": {
    label: "filtered by the host",
    path: "M2.2 3.2h7.6L7 6.4v2.8l-2-1V6.4z",
    tone: `bg-filtered ${solid}`,
  },
  truncated: {
    label: "cut short",
    path: "M2.8 6h.01M6 6h.01M9.2 6h.01",
    tone: `bg-truncated ${solid}`,
  },
  geoblocked: {
    label: "blocked for this country",
    path: "M6 2.2a3.8 3.8 0 1 1 0 7.6 3.8 3.8 0 0 1 0-7.6M4 6h4",
    tone: `bg-fault ${solid}`,
  },
  "timed-out": {
    label: "timed out",
    path: "M6 2.2a3.8 3.8 0 1 1 0 7.6 3.8 3.8 0 0 1 0-7.6M6 4v2.2l1.5 1",
    tone: `bg-fault ${solid}`,
  },
  "harness-error": {
    label: "technical failure",
    path: "M6 2.4v4.4M6 9.4h.01",
    tone: `bg-fault ${solid}`,
  },
  queued: { label: "waiting", path: "M6 6h.01", tone: "border border-line-strong text-muted" },
  running: {
    label: "being asked",
    path: "M4.4 3.4 8.4 6l-4 2.6z",
    // Its halo moves, and its own contrast stays: a square that fades cannot be made out half of the time.
    tone: "border-2 border-accent text-accent halo",
  },
  withdrawn: {
    label: "withdrawn",
    path: "M3.4 6h5.2",
    tone: "border border-line-strong text-muted",
  },
};

/** The eight states in the order in which they are listed everywhere. */
export const RESPONSE_STATES: readonly ResponseState[] = [
  "answered",
  "refused",
  "empty",
  "host-filtered",
  "truncated",
  "geoblocked",
  "timed-out",
  "harness-error",
];

/** How a task is shown: its state once it has one, else where it stands in its life. */
export function lookOf(task: Pick<TaskCell, "status" | "state">): CellLook {
  if (task.state !== null) return task.state;
  if (task.status === "QUEUED") return "queued";
  if (task.status === "RUNNING") return "running";
  return task.status === "WITHDRAWN" ? "withdrawn" : "harness-error";
}

/** The symbol of one look. `count` stands beside it where several tasks share one square. */
export function StateSymbol({
  look,
  label,
  count,
}: {
  look: CellLook;
  label?: string;
  count?: number;
}) {
  const { label: plain, path, tone } = CELL_LOOKS[look];
  const name = label ?? (count === undefined ? plain : `${count} ${plain}`);
  return (
    <span
      role="img"
      aria-label={name}
      title={name}
      className={`inline-grid h-[19px] min-w-[19px] shrink-0 place-items-center rounded-[5px] ${tone} ${count === undefined ? "" : "grid-flow-col gap-1 ps-1 pe-1.5 text-[11px] font-semibold leading-none"}`}
    >
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        <path
          d={path}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.7"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      {count}
    </span>
  );
}

/** The symbol beside its label: what a state looks like where it stands alone. */
export function StateLabel({ look }: { look: CellLook }) {
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden="true" className="inline-flex">
        <StateSymbol look={look} />
      </span>
      {CELL_LOOKS[look].label}
    </span>
  );
}

/** What the symbols mean, for the looks that are on this page. */
export function StateLegend({ looks }: { looks: readonly CellLook[] }) {
  if (looks.length === 0) return null;
  return (
    <ul
      aria-label="What the symbols mean"
      className="flex flex-wrap gap-x-5 gap-y-2 text-[13px] text-muted"
    >
      {looks.map((look) => (
        <li key={look}>
          <StateLabel look={look} />
        </li>
      ))}
    </ul>
  );
}
