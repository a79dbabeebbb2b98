const BLOCK =
  "code mt-2 mb-5 rounded border border-line bg-sheet p-4 text-[12.5px] leading-relaxed whitespace-pre-wrap";

/** How to check a receipt without a browser, with our tool and without it. */
export function CommandLine() {
  return (
    <div className="[&_p]:max-w-[66ch]">
      <p>
        Save the receipt (<span className="code">Download proof</span>), the document (
        <span className="code">Raw response</span>) and the{" "}
        <a href="/tlog/policy" className="link">
          policy file
        </a>
        . Then, in a copy of Beacon’s source, with no portal and no network:
      </p>
      <pre className={BLOCK}>
        npm run beacon -- verify beacon-entry-41-simulated.tlog-proof --policy policy.txt --block
        bafkrei….bin
      </pre>
      <p>
        It makes the same nine checks with the same code as this page, and ends with 0 only when
        nothing fails. Without Beacon’s source, either of the two scripts above does, each written
        on its own:
      </p>
      <pre className={BLOCK}>
        {
          "node verify.mjs beacon-entry-41-simulated.tlog-proof --policy policy.txt --block bafkrei….bin\npython3 verify.py beacon-entry-41-simulated.tlog-proof --policy policy.txt --block bafkrei….bin"
        }
      </pre>
      <p className="mt-4">
        Two checks need no tool of ours. A document’s address is its SHA-256 in another spelling, so
        any program that knows IPFS addresses tells whether the bytes are right. And the log is a
        C2SP tlog:
      </p>
      <pre className={BLOCK}>
        {"curl <portal>/tlog/checkpoint\ncurl <portal>/tlog/tile/entries/000.p/41"}
      </pre>
      <p>
        gives what third-party auditors and witnesses read: a signed note, and here the first 41
        entries; tiles of RFC 6962 hashes are at <span className="code">tile/0</span> and above. The
        receipt itself is a <span className="code">c2sp.org/tlog-proof@v1</span> file.
      </p>
    </div>
  );
}
