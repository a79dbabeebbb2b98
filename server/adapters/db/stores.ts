import { type AccountStore, createAccountStore } from "@/server/adapters/db/account-store";
import { type AnchorStore, createAnchorStore } from "@/server/adapters/db/anchor-store";
import {
  type AttestationStore,
  createAttestationStore,
} from "@/server/adapters/db/attestation-store";
import {
  type AttesterKeyStore,
  createAttesterKeyStore,
} from "@/server/adapters/db/attester-key-store";
import { type ChallengeStore, createChallengeStore } from "@/server/adapters/db/challenge-store";
import type { Prisma } from "@/server/adapters/db/client";
import { type ClosingStore, createClosingStore } from "@/server/adapters/db/closing-store";
import { type ComparisonStore, createComparisonStore } from "@/server/adapters/db/comparison-store";
import { createDraftStore, type DraftStore } from "@/server/adapters/db/draft-store";
import { createExplorerStore, type ExplorerStore } from "@/server/adapters/db/explorer-store";
import { createIdentityStore, type IdentityStore } from "@/server/adapters/db/identity-store";
import { createInvitationStore, type InvitationStore } from "@/server/adapters/db/invitation-store";
import { createJobStore, type JobStore } from "@/server/adapters/db/job-store";
import { createLogHalt, type LogHalt } from "@/server/adapters/db/log-halt";
import { createProbeStore, type ProbeStore } from "@/server/adapters/db/probe-store";
import { createProviderStore, type ProviderStore } from "@/server/adapters/db/provider-store";
import { createRentalStore, type RentalStore } from "@/server/adapters/db/rental-store";
import { createServiceStore, type ServiceStore } from "@/server/adapters/db/service-store";
import { createSessionStore, type SessionStore } from "@/server/adapters/db/session-store";
import { createSignInStore, type SignInStore } from "@/server/adapters/db/sign-in-store";
import { createTaskStore, type TaskStore } from "@/server/adapters/db/task-store";
import { createTaskTimeStore, type TaskTimeStore } from "@/server/adapters/db/task-time-store";
import { createUsageStore, type UsageStore } from "@/server/adapters/db/usage-store";
import { createVitalStore, type VitalStore } from "@/server/adapters/db/vital-store";
import { createWitnessStore, type WitnessStore } from "@/server/adapters/db/witness-store";

/** What PostgreSQL keeps, thing by thing. None of it holds a connection of its own. */
export type Stores = {
  readonly jobs: JobStore;
  readonly tasks: TaskStore;
  readonly taskTimes: TaskTimeStore;
  readonly sessions: SessionStore;
  /** Agreements and what was decided on their bills. */
  readonly rentals: RentalStore;
  /** What is known of providers. */
  readonly providers: ProviderStore;
  readonly comparisons: ComparisonStore;
  /** Keys that attesters enrolled. */
  readonly attesterKeys: AttesterKeyStore;
  /** Signed reports about comparisons. */
  readonly attestations: AttestationStore;
  /** Answers over all jobs. */
  readonly explorer: ExplorerStore;
  readonly accounts: AccountStore;
  /** Jobs that are being composed. */
  readonly drafts: DraftStore;
  /** Who accounts are at a provider of OpenID Connect. */
  readonly identities: IdentityStore;
  /** Browsers that signed in. */
  readonly signIns: SignInStore;
  readonly invitations: InvitationStore;
  /** Challenges that were answered. */
  readonly spentChallenges: ChallengeStore;
  /** The mark that stops the log's writers. */
  readonly logHalt: LogHalt;
  readonly closings: ClosingStore;
  readonly anchors: AnchorStore;
  readonly probes: ProbeStore;
  /** How the installation stands, for those who watch it. */
  readonly vitals: VitalStore;
  /** What came of asking witnesses. */
  readonly witnessStore: WitnessStore;
  /** Services on the internet or at home that jobs can ask. */
  readonly services: ServiceStore;
  /** What services counted. */
  readonly usage: UsageStore;
};

/** All stores over one client. */
export const createStores = (prisma: Prisma): Stores => ({
  jobs: createJobStore(prisma),
  tasks: createTaskStore(prisma),
  taskTimes: createTaskTimeStore(prisma),
  sessions: createSessionStore(prisma),
  rentals: createRentalStore(prisma),
  providers: createProviderStore(prisma),
  comparisons: createComparisonStore(prisma),
  attesterKeys: createAttesterKeyStore(prisma),
  attestations: createAttestationStore(prisma),
  explorer: createExplorerStore(prisma),
  accounts: createAccountStore(prisma),
  identities: createIdentityStore(prisma),
  signIns: createSignInStore(prisma),
  invitations: createInvitationStore(prisma),
  spentChallenges: createChallengeStore(prisma),
  logHalt: createLogHalt(prisma),
  closings: createClosingStore(prisma),
  anchors: createAnchorStore(prisma),
  probes: createProbeStore(prisma),
  vitals: createVitalStore(prisma),
  witnessStore: createWitnessStore(prisma),
  services: createServiceStore(prisma),
  drafts: createDraftStore(prisma),
  usage: createUsageStore(prisma),
});
