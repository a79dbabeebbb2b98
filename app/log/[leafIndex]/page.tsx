import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { cache } from "react";
import { EntryFacts } from "@/components/log/entry-facts";
import { ENTRY_NAMES } from "@/components/log/entry-type";
import { ForeignBytes } from "@/components/log/foreign-bytes";
import { ProofPath } from "@/components/log/proof-path";
import { orNotFound } from "@/components/site/or-not-found";
import { PageBody, PageHead } from "@/components/site/page-body";
import { Card, CardHead } from "@/components/ui/card";
import { counted, formatCount } from "@/components/ui/count";
import { Facts } from "@/components/ui/facts";
import { Hash } from "@/components/ui/hash";
import { JsonDetails } from "@/components/ui/json-details";
import { shorten } from "@/components/ui/shorten";
import { ForkAlarm } from "@/components/verify/fork-alarm";
import { localWitnessesOf } from "@/components/verify/local-witnesses";
import { VerifyPanel } from "@/components/verify/verify-panel";
import type { LeafSnapshot } from "@/schemas/snapshot";
import { api } from "@/server/api/rsc";
import { fromUtf8 } from "@/server/domain/bytes";
import { leafBytesOf } from "@/server/domain/log/entry";

export const dynamic = "force-dynamic";

type Props = { params: Promise<{ leafIndex: string }> };

/** One snapshot a request: title and page are of the same moment. */
const snapshotOf = cache(async (index: number) => orNotFound((await api()).log.leaf({ index })));

async function leafOf(params: Props["params"]) {
  const { leafIndex } = await params;
  if (!/^(0|[1-9]\d{0,14})$/.test(leafIndex)) notFound();
  return snapshotOf(Number(leafIndex));
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const leaf = await leafOf(params);
  return { title: `Entry ${formatCount(leaf.index)}: ${ENTRY_NAMES[leaf.type]}` };
}

export default async function LeafPage({ params }: Props) {
  const leaf = await leafOf(params);
  const head = await (await api()).log.head();
  return (
    <PageBody simulated={leaf.simulated === true}>
      <PageHead eyebrow={`Log entry ${formatCount(leaf.index)}`} title={ENTRY_NAMES[leaf.type]}>
        <p className="flex flex-wrap gap-x-5 text-sm">
          {leaf.index > 0 && (
            <Link href={`/log/${leaf.index - 1}`} className="link">
              Entry {formatCount(leaf.index - 1)}
            </Link>
          )}
          {leaf.index + 1 < head.size && (
            <Link href={`/log/${leaf.index + 1}`} className="link">
              Entry {formatCount(leaf.index + 1)}
            </Link>
          )}
          <Link href="/log" className="link">
            The whole log
          </Link>
        </p>
      </PageHead>
      <ForkAlarm note={head.note} />
      <div className="grid items-start gap-6 *:min-w-0 lg:grid-cols-[1.15fr_1fr] lg:grid-rows-[auto_1fr]">
        <Card>
          {leaf.entry === null ? (
            <ForeignBytes leaf={leaf} />
          ) : (
            <>
              <CardHead title="What it says" />
              <EntryFacts entry={leaf.entry} jobTitle={leaf.jobTitle} />
            </>
          )}
        </Card>
        <div className="lg:sticky lg:top-6 lg:col-start-2 lg:row-span-2 lg:row-start-1">
          {leaf.entry === null ? (
            <Card label="Verify">
              <p className="text-sm text-muted">
                Nobody signed these bytes, so there is nothing to verify but that they stand here:{" "}
                <a href={`/tlog/proof/${leaf.index}`} className="link">
                  the proof of it
                </a>
                , for any C2SP tool.
              </p>
            </Card>
          ) : (
            <VerifyPanel
              expected={{ leafIndex: leaf.index, taskId: leaf.taskId, text: null }}
              simulated={leaf.simulated}
              localWitnesses={localWitnessesOf(head)}
            />
          )}
        </div>
        <div className="grid gap-6 *:min-w-0">
          <Card>
            <CardHead title="Where it stands">
              {counted(leaf.proof.length, "hash", "hashes")} lead from this entry to the root of{" "}
              {counted(leaf.size, "entry", "entries")}. Change one letter of the entry, and they
              lead elsewhere.
            </CardHead>
            <ProofPath
              index={leaf.index}
              size={leaf.size}
              leafHash={leaf.leafHash}
              proof={leaf.proof}
            />
            <div className="mt-5 border-t border-line pt-4">
              <Facts
                rows={[
                  [
                    "Leaf hash",
                    <Hash key="leaf" label="leaf hash" value={leaf.leafHash} head={16} tail={8} />,
                  ],
                  ["Signed by", signerOf(leaf)],
                ]}
              />
            </div>
          </Card>
          {leaf.entry !== null && (
            <>
              <JsonDetails
                summary="Its canonical bytes, as they were hashed (RFC 8785)"
                value={fromUtf8(leafBytesOf(leaf.entry)) ?? leaf.entry}
                open
              />
              <JsonDetails summary="Its signed envelope (DSSE)" value={leaf.dsse} />
            </>
          )}
        </div>
      </div>
    </PageBody>
  );
}

function signerOf({ entry, signerKey }: LeafSnapshot) {
  if (entry === null) return "nobody";
  return signerKey === null ? (
    <Link href="/log/keys" className="link">
      the log’s own key
    </Link>
  ) : (
    <Link href="/log/keys" className="link code">
      {shorten(signerKey, 12)}
    </Link>
  );
}
