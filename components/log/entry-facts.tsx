import Link from "next/link";
import type { ReactNode } from "react";
import { VerdictBadge } from "@/components/response/verdict";
import { formatBytes, formatCount } from "@/components/ui/count";
import { Country } from "@/components/ui/country";
import { Facts } from "@/components/ui/facts";
import { Hash } from "@/components/ui/hash";
import { Instant } from "@/components/ui/instant";
import { Glm } from "@/components/ui/money";
import { lookOf, StateLabel } from "@/components/ui/response-state";
import { NotMeasured } from "@/components/ui/states";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { AttestationVerdict } from "@/schemas/attestation";
import type { LogEntry } from "@/schemas/log-entry";

type Row = readonly [string, ReactNode];

const cidRow = (name: string, cid: string): Row => [
  name,
  <a key={name} href={`/ipfs/${cid}?format=raw`} className="link code">
    {cid}
  </a>,
];
const entryLink = (index: number) => (
  <Link key="entry" href={`/log/${index}`} className="link">
    entry {formatCount(index)}
  </Link>
);

const strangersName = (name: string) => (
  <UntrustedText key="name" text={name} language="und" as="span" />
);

/** What an attester's verdict means, in a sentence. */
const VERDICTS: Readonly<Record<AttestationVerdict, string>> = {
  confirm: "confirms the comparison",
  contest: "contests the comparison",
  inconclusive: "could not decide",
};

/** The rows that only some types of entry have. */
function ownRows(entry: LogEntry): readonly Row[] {
  switch (entry.type) {
    case "beacon.key/v1":
      return [
        ["Key", <Hash key="key" label="key id" value={entry.key} head={12} />],
        ["Public key", <Hash key="public" label="public key" value={entry.public_key} head={12} />],
        ["For", `${entry.role}, ${entry.algorithm}`],
        ...(entry.role === "attester"
          ? ([["Speaks for", strangersName(entry.organisation)]] as const)
          : []),
      ];
    case "beacon.revocation/v1":
      return [
        ["Key", <Hash key="key" label="key id" value={entry.key} head={12} />],
        ["Registered in", entryLink(entry.registration)],
        ["Why", entry.reason],
        [
          "Replaced by",
          entry.replaced_by === null ? (
            "no other key"
          ) : (
            <Hash key="by" label="key id" value={entry.replaced_by} head={12} />
          ),
        ],
      ];
    case "beacon.verifier/v1":
      return [
        [
          "File",
          <a key="file" href={`/verify/${entry.file}`} className="link code">
            {entry.file}
          </a>,
        ],
        ["SHA-256", <Hash key="sha256" label="sha256" value={entry.sha256} head={16} />],
        ["Size", formatBytes(entry.size_bytes)],
      ];
    case "beacon.intent/v1":
      return [
        [
          "Announces",
          `${formatCount(entry.tasks)} tasks, ${formatCount(entry.repeats)} repeats a cell`,
        ],
        ["Stop rule", "every announced task closes"],
        [
          "Contrasts",
          entry.contrasts.length === 0 ? "none: exploratory" : entry.contrasts.join(", "),
        ],
        ["Deadline", <Instant key="deadline" at={entry.deadline} />],
        ["Order seed", <Hash key="seed" label="order seed" value={entry.order_seed} />],
        [
          "Tasks’ digest",
          <Hash key="tasks" label="digest of the tasks" value={entry.tasks_digest} head={16} />,
        ],
        cidRow("Specification", entry.spec_cid),
      ];
    case "beacon.comparison/v1":
      return [
        ["Comparison", <Hash key="cmp" label="comparison id" value={entry.comparison} head={12} />],
        ["Announced in", entryLink(entry.intent)],
        cidRow("Report", entry.cid),
        ["Size", formatBytes(entry.size_bytes)],
      ];
    case "beacon.attestation/v1":
      return [
        [
          "Attestation",
          <Hash key="att" label="attestation id" value={entry.attestation} head={12} />,
        ],
        ["Verdict", VERDICTS[entry.verdict]],
        ["Signed with", <Hash key="key" label="key id" value={entry.attester_key} head={12} />],
        ["About", entryLink(entry.comparison_index)],
        ["Announced in", entryLink(entry.intent)],
        cidRow("Report", entry.cid),
        ["Size", formatBytes(entry.size_bytes)],
      ];
    case "beacon.session/v1":
      return [
        ["Session", <Hash key="session" label="session id" value={entry.session} head={12} />],
        ["Country", <Country key="country" code={entry.country} />],
        ["Exit", <VerdictBadge key="exit" verdict={entry.geo} />],
        ["Provider", <Hash key="provider" label="provider id" value={entry.provider} />],
        ["Ended", entry.ended],
        [
          "Accepted cost",
          entry.cost_glm === null ? (
            <NotMeasured key="cost" />
          ) : (
            <Glm key="cost" amount={entry.cost_glm} />
          ),
        ],
        ["Announced in", entryLink(entry.intent)],
        cidRow("Evidence", entry.cid),
        ["Size", formatBytes(entry.size_bytes)],
      ];
    default:
      return cellRows(entry);
  }
}

type CellEntry = Extract<LogEntry, { task: unknown }>;

function cellRows(entry: CellEntry): readonly Row[] {
  return [
    [
      "Task",
      <Link key="task" href={`/responses/${entry.task}`} className="link code">
        {entry.task}
      </Link>,
    ],
    ["Cell", `${entry.prompt}, ${entry.service}, repeat ${entry.repeat + 1}, seed ${entry.seed}`],
    ["Country", <Country key="country" code={entry.country} />],
    ["Announced in", entryLink(entry.intent)],
    ...closingRows(entry),
  ];
}

function closingRows(entry: CellEntry): readonly Row[] {
  if (entry.type === "beacon.withdrawal/v1")
    return [["Withdrawn", entry.reason.replaceAll("-", " ")]];
  const state: Row = [
    "State",
    <StateLabel
      key="state"
      look={lookOf({
        state: entry.state,
        status: entry.type === "beacon.result/v1" ? "SUCCEEDED" : "FAILED",
      })}
    />,
  ];
  const common: readonly Row[] = [
    state,
    ["Attempts", formatCount(entry.attempts)],
    ["Finished", <Instant key="finished" at={entry.finished_at} />],
  ];
  if (entry.type === "beacon.failure/v1")
    return [
      ...common,
      [
        "At fault",
        <span key="fault">
          {entry.fault} · <span className="code">{entry.code}</span>
        </span>,
      ],
    ];
  return [
    ...common,
    [
      "Exit",
      entry.geo === null ? (
        "none: asked from home"
      ) : (
        <VerdictBadge key="exit" verdict={entry.geo} />
      ),
    ],
    [
      "Provider",
      entry.provider === null ? (
        "none: asked from home"
      ) : (
        <Hash key="provider" label="provider id" value={entry.provider} />
      ),
    ],
    cidRow("Response", entry.cid),
    ["Size", formatBytes(entry.size_bytes)],
    ...(entry.vantage === undefined ? [] : [cidRow("Where from", entry.vantage)]),
    ...(entry.exchange === undefined ? [] : [cidRow("Exchange", entry.exchange)]),
  ];
}

/** An entry in readable form. */
export function EntryFacts({ entry, jobTitle }: { entry: LogEntry; jobTitle: string | null }) {
  const jobRow: readonly Row[] =
    "job" in entry
      ? [
          [
            "Job",
            <Link key="job" href={`/jobs/${entry.job}`} className="link">
              {jobTitle ?? entry.job}
            </Link>,
          ],
        ]
      : [];
  return (
    <Facts rows={[...jobRow, ...ownRows(entry), ["Made", <Instant key="at" at={entry.at} />]]} />
  );
}
