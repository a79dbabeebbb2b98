import Link from "next/link";
import type { ReactNode } from "react";
import { DownloadLink } from "@/components/ui/button";
import { Card, CardHead } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";
import { formatCount } from "@/components/ui/count";
import { Facts } from "@/components/ui/facts";
import { Hash } from "@/components/ui/hash";
import type { CitedWork } from "@/schemas/citation";
import { CITATION_STYLES, type CitationStyle, citation } from "@/server/domain/cite/citation";

type Style = {
  readonly name: string;
  /** As which file it can be kept; null: it is a sentence. */
  readonly file: { readonly extension: string; readonly type: string } | null;
};

const STYLES: Readonly<Record<CitationStyle, Style>> = {
  apa: { name: "APA, 7th edition", file: null },
  chicago: { name: "Chicago, note", file: null },
  bibtex: { name: "BibTeX", file: { extension: "bib", type: "application/x-bibtex" } },
  "csl-json": {
    name: "CSL-JSON",
    file: { extension: "json", type: "application/vnd.citationstyles.csl+json" },
  },
};

function Citation({
  work,
  style,
  isOpen,
}: {
  work: CitedWork;
  style: CitationStyle;
  isOpen: boolean;
}) {
  const text = citation(work, style);
  const { name, file } = STYLES[style];
  return (
    <details name={`cite-${work.id}`} open={isOpen} className="border-t border-line">
      <summary className="flex min-h-11 items-center text-sm font-medium">{name}</summary>
      <div dir="ltr" className="pb-4">
        <p
          className={`whitespace-pre-wrap wrap-anywhere ${file === null ? "font-serif text-base leading-relaxed" : "code text-[12.5px] leading-relaxed"}`}
        >
          {text.trimEnd()}
        </p>
        <p className="no-print mt-3 flex flex-wrap gap-2">
          <CopyButton text={text} label="Copy" of={name} />
          {file !== null && (
            <DownloadLink
              href={`data:${file.type};charset=utf-8,${encodeURIComponent(text)}`}
              name={`beacon-${work.id}`}
              extension={file.extension}
              simulated={work.simulated}
            >
              {`Download .${file.extension}`}
            </DownloadLink>
          )}
        </p>
      </div>
    </details>
  );
}

const WHAT: Readonly<Record<CitedWork["kind"], string>> = {
  response: "this answer",
  failure: "this record of a failure",
  comparison: "this comparison",
};

/** The permalink of an answer or of a comparison, what proves it, and how to cite it, in four styles to choose from. */
export function CitePanel({
  work,
  children,
}: {
  work: CitedWork;
  /** What else one can take from here. */
  children?: ReactNode;
}) {
  const { log, cid, url, kind } = work;
  return (
    <Card>
      <CardHead title="Link and cite" id="cite">
        The permalink keeps leading to {WHAT[kind]}. The content address names its bytes wherever
        they are kept; by the log entry anybody can check that they are the ones that were logged.
      </CardHead>
      <Facts
        rows={[
          [
            "Permalink",
            <span key="url" className="flex flex-wrap items-center gap-x-3 gap-y-2">
              <span className="code">{url}</span>
              <CopyButton text={url} label="Copy" of="the permalink" />
            </span>,
          ],
          [
            "Content address",
            cid === null ? (
              "none: nothing came back"
            ) : (
              <Hash key="cid" label="the content address" value={cid} head={16} tail={8} />
            ),
          ],
          [
            "Log entry",
            log.index === null ? (
              "not in a published checkpoint yet"
            ) : (
              <Link key="log" href={`/log/${log.index}`} className="link">
                {`entry ${formatCount(log.index)} of ${log.origin}`}
              </Link>
            ),
          ],
        ]}
      />
      <section aria-label="Citation" className="mt-5">
        {CITATION_STYLES.map((style, i) => (
          <Citation key={style} work={work} style={style} isOpen={i === 0} />
        ))}
      </section>
      {children}
    </Card>
  );
}
