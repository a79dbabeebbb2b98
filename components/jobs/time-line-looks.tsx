import { CELL_LOOKS, type CellLook, lookOf } from "@/components/ui/response-state";
import type { TimelineLane, TimelineView } from "@/schemas/timeline";

/** What a bar is filled with. Closed tasks carry the symbol of their state besides: colour alone says nothing. */
const FILLS: Readonly<Record<CellLook, string>> = {
  answered: "fill-answered",
  refused: "fill-refused",
  empty: "fill-empty",
  "host-filtered": "fill-filtered",
  truncated: "fill-truncated",
  geoblocked: "fill-fault",
  "timed-out": "fill-fault",
  "harness-error": "fill-fault",
  queued: "fill-line-strong",
  running: "fill-accent",
  withdrawn: "fill-line-strong",
};

/** Symbols are 12 high and wide, and repeat at this distance. */
const TILE_WIDTH = 16;
/** The height of one track, and so of one symbol, and the room below it. */
export const TRACK_HEIGHT = 12;
export const TRACK_GAP = 2;
/** As far apart as tracks, so that every track shows whole symbols. */
const TILE_HEIGHT = TRACK_HEIGHT + TRACK_GAP;

/** How to fill a shape with the colour and the symbols of a look. */
export const fillOf = (look: CellLook): string => `url(#time-line-${look})`;

function Texture({ look }: { look: CellLook }) {
  return (
    <pattern
      id={`time-line-${look}`}
      width={TILE_WIDTH}
      height={TILE_HEIGHT}
      patternUnits="userSpaceOnUse"
    >
      <rect width={TILE_WIDTH} height={TILE_HEIGHT} className={FILLS[look]} />
      {look !== "running" && (
        <path
          d={CELL_LOOKS[look].path}
          transform="translate(3.2 1.2) scale(0.8)"
          className="fill-none stroke-sheet"
          strokeWidth="1.7"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      )}
    </pattern>
  );
}

/** The textures that shapes on this page are filled with; itself not seen. */
export function Textures({ looks }: { looks: readonly CellLook[] }) {
  return (
    <svg width="0" height="0" aria-hidden="true" className="absolute">
      <defs>
        {looks.map((look) => (
          <Texture key={look} look={look} />
        ))}
      </defs>
    </svg>
  );
}

const looksInLane = ({ bars, underWay }: TimelineLane): readonly CellLook[] => [
  ...bars.map(lookOf),
  ...underWay.flatMap(({ running, closed }) => [
    ...(running > 0 ? (["running"] as const) : []),
    ...(Object.keys(closed) as (keyof typeof closed)[]),
  ]),
];

/** The looks that a time line shows, in their usual order. */
export function looksInTimeline({ lanes }: TimelineView): readonly CellLook[] {
  const seen = new Set(lanes.flatMap(looksInLane));
  return (Object.keys(CELL_LOOKS) as CellLook[]).filter((look) => seen.has(look));
}

function Sample({ words, children }: { words: string; children: React.ReactNode }) {
  return (
    <li className="inline-flex items-center gap-2">
      <svg width="28" height={TRACK_HEIGHT} aria-hidden="true">
        {children}
      </svg>
      {words}
    </li>
  );
}

/** What the shapes of a time line mean. */
export function TimelineLegend({ view }: { view: TimelineView }) {
  return (
    <ul
      aria-label="What the shapes mean"
      className="flex flex-wrap gap-x-5 gap-y-2 text-[13px] text-muted"
    >
      <Sample words="waiting in the queue">
        <rect width="28" height="12" className="fill-line" />
        <path d="M0 .5h28" className="stroke-muted" />
      </Sample>
      <Sample words="held by its session, not asked yet">
        <rect width="28" height="12" className="fill-line-strong" />
        <path d="M0 .5h28" className="stroke-muted" />
      </Sample>
      {looksInTimeline(view).map((look) => (
        <Sample
          key={look}
          words={
            look === "running"
              ? "taken by its session, goes on"
              : `asked; closed as ${CELL_LOOKS[look].label}`
          }
        >
          <rect width="28" height="12" fill={fillOf(look)} />
        </Sample>
      ))}
      <Sample words="provider held; a cross: lost">
        <path d="M1 6h22M1 3v6M21 3.5l5 5m0-5-5 5" className="fill-none stroke-muted" />
      </Sample>
    </ul>
  );
}
