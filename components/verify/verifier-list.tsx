import Link from "next/link";
import { formatBytes, formatCount } from "@/components/ui/count";
import { Hash } from "@/components/ui/hash";
import { Empty } from "@/components/ui/states";
import { Table, Td, Th } from "@/components/ui/table";
import type { VerifierView } from "@/schemas/snapshot";

/** What each program is for, by its file, in the order in which a reader meets them. */
const PURPOSES: Readonly<Record<string, string>> = {
  "verify.mjs": "Checks a receipt. One file for Node, nothing else needed.",
  "verify.py": "Checks a receipt. One file for Python, with the openssl command.",
  "verifier.js": "The checks of this page, as a module for other pages.",
  "verifier.html": "Checks a whole downloaded bundle in a browser, with the network off.",
};
const ORDER = ["verify.mjs", "verify.py", "verifier.html", "verifier.js"];

/** Main programs first; what they load only when needed after them. */
const inOrder = (verifiers: readonly VerifierView[]): readonly VerifierView[] => {
  const rank = ({ file }: VerifierView) =>
    ORDER.includes(file) ? ORDER.indexOf(file) : ORDER.length;
  return verifiers.toSorted((a, b) => rank(a) - rank(b));
};

/** The programs that check receipts without this portal, and where the log commits to their bytes. */
export function VerifierList({ verifiers }: { verifiers: readonly VerifierView[] }) {
  if (verifiers.length === 0) return <Empty title="The log commits to no program yet." />;
  return (
    <Table label="Programs to take away" isStacked>
      <thead>
        <tr>
          <Th>File</Th>
          <Th>What it does</Th>
          <Th>SHA-256</Th>
          <Th className="pe-0">In the log</Th>
        </tr>
      </thead>
      <tbody>
        {inOrder(verifiers).map(({ file, sha256, sizeBytes, leafIndex }) => (
          <tr key={file}>
            <Td>
              <a href={`/verify/${file}`} className="link code" download>
                {file}
              </a>
            </Td>
            <Td label="What it does">
              {PURPOSES[file] ?? "Loaded by verifier.js, only when it is needed."}{" "}
              <span className="text-muted">{formatBytes(sizeBytes)}</span>
            </Td>
            <Td label="SHA-256">
              <Hash label={`the digest of ${file}`} value={sha256} head={10} tail={6} />
            </Td>
            <Td label="In the log" className="pe-0 whitespace-nowrap">
              <Link href={`/log/${leafIndex}`} className="link" prefetch={false}>
                entry {formatCount(leafIndex)}
              </Link>
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
