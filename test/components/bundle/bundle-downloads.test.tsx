import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { BundleDownloads } from "@/components/bundle/bundle-downloads";
import type { JobId } from "@/schemas/primitives";

afterEach(cleanup);
const jobId = `job-${"a".repeat(26)}` as JobId;

describe("the downloads of a job", () => {
  it("are three files, whose names say that they are simulated", () => {
    render(<BundleDownloads jobId={jobId} simulated isClosed />);
    const links = screen.getAllByRole("link").filter((link) => link.hasAttribute("download"));
    expect(links.map((link) => [link.getAttribute("href"), link.getAttribute("download")])).toEqual(
      ["zip", "car", "json"].map((extension) => [
        `/bundles/${jobId}.${extension}`,
        `beacon-${jobId}-simulated.${extension}`,
      ]),
    );
  });

  it("are not offered while a task is open", () => {
    render(<BundleDownloads jobId={jobId} simulated={false} isClosed={false} />);
    expect(document.querySelectorAll("a[download]")).toHaveLength(0);
    expect(screen.getByText(/when all tasks have closed/)).toBeDefined();
  });
});
