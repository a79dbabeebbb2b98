import { Table, Td, Th } from "@/components/ui/table";
import { checkTitle } from "@/components/verify/check-words";
import type { CheckName } from "@/server/domain/verify/report";

/** What each check shows when it holds, and what it leaves open even then. */
const MEANINGS: Readonly<
  Record<CheckName, { readonly shows: string; readonly leavesOpen: string }>
> = {
  "bytes-match-cid": {
    shows: "The document that you read is the one whose SHA-256 the log entry names.",
    leavesOpen: "Whether the service really sent it: that is the runner’s word.",
  },
  "receipt-binds-bytes": {
    shows: "The signed statement speaks of this entry, of these bytes, and of this log.",
    leavesOpen: "Who signed it: that is the next check.",
  },
  "receipt-signature": {
    shows: "The holder of the signing key signed exactly this statement.",
    leavesOpen: "Whether what was signed is true.",
  },
  "runner-key-registered": {
    shows: "The log had registered that key, under its own signature, before this entry.",
    leavesOpen: "Who sits at the machine that holds the key.",
  },
  "leaf-included": {
    shows: "The entry stands at this place in the tree whose root the checkpoint names.",
    leavesOpen: "Whether others are shown the same tree: that is what witnesses are for.",
  },
  "checkpoint-signature": {
    shows: "The log’s key signed this size and this root.",
    leavesOpen: "Whether it also signed another history.",
  },
  "witness-quorum": {
    shows:
      "As many witnesses as the policy asks for saw this state, and saw it continue what they knew.",
    leavesOpen:
      "Anything about the content. A witness of the same operator does not protect against the operator.",
  },
  "consistent-with-last-seen": {
    shows:
      "This state and the one that your browser saw before belong to one history: nothing was rewritten.",
    leavesOpen: "What happened before your first visit.",
  },
  "intent-announced": {
    shows:
      "The log had announced the job, with its questions and its number of tasks, before this entry.",
    leavesOpen: "Whether other jobs were announced for the same question; the log lists them all.",
  },
};

/** The named checks: what each shows and what it does not. */
export function CheckList() {
  return (
    <Table label="The named checks" isStacked>
      <thead>
        <tr>
          <Th className="w-64">Check</Th>
          <Th>What it shows when it holds</Th>
          <Th className="pe-0">What it leaves open</Th>
        </tr>
      </thead>
      <tbody>
        {(Object.keys(MEANINGS) as CheckName[]).map((name) => (
          <tr key={name}>
            <Td className="min-w-48">
              <b className="font-semibold">{checkTitle(name)}</b>
              <span className="code block text-muted">{name}</span>
            </Td>
            <Td label="It shows" className="min-w-44">
              {MEANINGS[name].shows}
            </Td>
            <Td label="It leaves open" className="min-w-44 pe-0 text-muted">
              {MEANINGS[name].leavesOpen}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
