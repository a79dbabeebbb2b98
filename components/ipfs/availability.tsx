import { Card, CardHead } from "@/components/ui/card";
import { counted, formatCount } from "@/components/ui/count";
import { Instant } from "@/components/ui/instant";
import type { BlockAvailability } from "@/schemas/snapshot";

/** Whether the documents of a job can still be had: what the last looks at the stores found. */
export function Availability({ view }: { view: BlockAvailability }) {
  return (
    <Card>
      <CardHead title="Availability" id="availability">
        The log keeps a document’s address for ever; whether the document itself is still there has
        to be looked at, again and again.
      </CardHead>
      <p className={`mb-3 font-semibold ${toneOf(view)}`}>{sentenceOf(view)}</p>
      <p className="text-[13.5px] text-muted">
        {view.lastLookAt === null ? (
          "Not looked for yet."
        ) : (
          <>
            Last look <Instant at={view.lastLookAt} />
            {view.notProbed > 0 && `, ${counted(view.notProbed, "document")} not looked for yet`}
            {view.waiting > 0 && `, ${counted(view.waiting, "document")} on the way to the store`}.
          </>
        )}
      </p>
      {view.missingBlocks.length > 0 && (
        <ul className="mt-3 grid gap-1 text-[13.5px]">
          {view.missingBlocks.map(({ cid, lookedAt }) => (
            <li key={cid} className="wrap-anywhere">
              <span className="code">{cid}</span>, missing <Instant at={lookedAt} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function sentenceOf({ blocks, available, missing }: BlockAvailability): string {
  if (blocks === 0) return "No document has been stored yet.";
  return missing > 0
    ? `${formatCount(missing)} of ${counted(blocks, "document")} could not be had at the last look.`
    : `${formatCount(available)} of ${counted(blocks, "document")} were there at the last look.`;
}

function toneOf({ blocks, available, missing }: BlockAvailability): string {
  if (missing > 0) return "text-bad";
  return blocks > 0 && available === blocks ? "text-ok" : "text-muted";
}
