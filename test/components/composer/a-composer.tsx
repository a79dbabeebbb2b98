import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, within } from "@testing-library/react";
import type { Submit } from "@/components/composer/announce";
import { ComposerForm } from "@/components/composer/composer-form";
import { createDraftKeeper } from "@/components/composer/draft-keeper";
import { keptCopies, type Lent } from "@/components/composer/kept-copies";
import { placeFrom } from "@/components/composer/place";
import { createQueryClient } from "@/components/query-client";
import type { DraftRow } from "@/schemas/draft";
import type { ServiceUsage } from "@/schemas/usage";
import { emptyDraft, newDraft } from "@/server/domain/draft/empty-draft";
import type { Installation } from "@/server/domain/job/catalog";
import { aCatalog } from "@/test/components/jobs/a-catalog";
import { ACCOUNT, aDraftPortal, aStorage, keyOf } from "./a-draft-portal";

type Opened = {
  readonly here?: Partial<Installation>;
  readonly submit?: Submit;
  readonly portal?: ReturnType<typeof aDraftPortal>;
  readonly lasting?: Lent;
  readonly ofTab?: Lent;
  readonly usage?: readonly ServiceUsage[];
  readonly title?: string;
};

let keys = 1_000;

/** The composer as a page shows it, over a portal and a browser that the test holds. */
export function openComposer(options: Opened = {}) {
  const { portal = aDraftPortal(), lasting = aStorage(), ofTab = aStorage() } = options;
  const announced: string[] = [];
  const copies = keptCopies(ACCOUNT, lasting, ofTab, () => `tab-${++keys}`);
  const newKey = () => keyOf(++keys);
  const keeper = createDraftKeeper({
    accountId: ACCOUNT,
    portal,
    copies,
    newKey,
    first: {
      body: newDraft(newKey(), { ...emptyDraft(), title: options.title ?? "" }),
      version: 0,
      at: null,
    },
  });
  const list = async (): Promise<readonly DraftRow[]> =>
    [...portal.drafts.values()].map(({ id, title, updatedAt, body }) => ({
      id,
      title,
      updatedAt,
      isReadable: body !== null,
    }));
  const page = render(
    <QueryClientProvider client={createQueryClient()}>
      <ComposerForm
        catalog={aCatalog(options.here)}
        usage={options.usage ?? []}
        keeper={keeper}
        initial={placeFrom(window.location.search)}
        drafts={[]}
        ports={{ list, remove: portal.remove, copies }}
        submit={options.submit ?? (async () => ({ jobId: "job-a", created: true }))}
        onAnnounced={(jobId) => announced.push(jobId)}
        newKey={newKey}
        notes={[]}
      />
    </QueryClientProvider>,
  );
  return { portal, lasting, ofTab, keeper, copies, announced, close: page.unmount };
}

const steps = () => within(screen.getByRole("navigation", { name: "Steps" }));
/** One step in the list of steps, by its name. */
export const stepLink = (name: string): HTMLElement =>
  steps().getByRole("link", { name: new RegExp(` ${name}`) });
/** Goes to a step by its link. */
export const go = (name: string): void => {
  fireEvent.click(stepLink(name));
};
/** How a step stands, as its link says. */
export const stateOfStep = (name: string): string =>
  /(done|needs attention|not yet)$/.exec(stepLink(name).textContent ?? "")?.[1] ?? "";

export const type = (label: RegExp | string, value: string): void => {
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
};
export const box = (name: RegExp): HTMLInputElement => screen.getByRole("checkbox", { name });
export const tick = (name: RegExp): void => {
  fireEvent.click(box(name));
};
export const press = (name: string | RegExp): void => {
  fireEvent.click(screen.getByRole("button", { name }));
};
/** What stands beside the steps: how much it is, what it costs, what it can find. */
export const aside = (): string =>
  screen.getByRole("complementary", { name: "What this comes to" }).textContent ?? "";

/** Writes a question. */
export function write(): void {
  go("Questions");
  type(/^Title/, "Is the museum open?");
  type(/^Prompt 1/, "Is the museum open on Mondays?");
}
/** Chooses services, by how their names begin. */
export function ask(...services: readonly RegExp[]): void {
  go("Services");
  for (const service of services) tick(service);
}
/** Chooses countries. */
export function from(...countries: readonly RegExp[]): void {
  go("Countries");
  for (const country of countries) tick(country);
}
/** A small job that may be announced. */
export function fillIn(): void {
  write();
  ask(/^control-open/);
  from(/Germany/, /Kenya/);
}
/** Announces it from wherever one is. */
export function announce(): void {
  go("Review");
  press("Announce and run");
}
