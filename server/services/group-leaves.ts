import { BeaconError } from "@/server/domain/errors";

export type GroupLeavesDeps = {
  /** Adds a batch in one transaction and answers each leaf's index. */
  readonly append: (leaves: readonly Uint8Array[]) => Promise<readonly number[]>;
};

export type GroupLimits = {
  /** The most leaves that one transaction takes in. */
  readonly batchLeaves: number;
  /** How many transactions may be under way; a second one starts when it is full from the beginning. */
  readonly batches: number;
  /** How much may wait, in leaves and in bytes. */
  readonly waitingLeaves: number;
  readonly waitingBytes: number;
};

/** Batches of 1,024: larger ones save little and hold the log's lock longer. A second of work may wait. */
export const GROUP_LIMITS: GroupLimits = {
  batchLeaves: 1_024,
  batches: 2,
  waitingLeaves: 16_384,
  waitingBytes: 64 * 1_048_576,
};

type Waiting = {
  readonly bytes: Uint8Array;
  readonly resolve: (index: number) => void;
  readonly reject: (reason: unknown) => void;
};

/**
 * Commits leaves in groups: those that arrive while transactions are under way share the next one,
 * so that what a commit costs is shared by as many as are in a hurry.
 *
 * @returns adds one leaf and answers its index once that is durable. It throws BeaconError LOG_BUSY
 *   when too much waits, and whatever the transaction of the leaf's group threw.
 */
export function groupLeaves(
  { append }: GroupLeavesDeps,
  limits: GroupLimits = GROUP_LIMITS,
): (bytes: Uint8Array) => Promise<number> {
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let underWay = 0;

  const commitNext = async (): Promise<void> => {
    const group = waiting.slice(0, limits.batchLeaves);
    waiting = waiting.slice(limits.batchLeaves);
    waitingBytes -= sizeOf(group);
    underWay += 1;
    try {
      const indices = await append(group.map(({ bytes }) => bytes));
      for (const [i, { resolve }] of group.entries()) resolve(indices[i] ?? Number.NaN);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
    underWay -= 1;
    startNext();
  };

  const startNext = (): void => {
    const isWorth = underWay === 0 ? waiting.length > 0 : waiting.length >= limits.batchLeaves;
    if (isWorth && underWay < limits.batches) void commitNext();
  };

  return (bytes) => {
    const isFull =
      waiting.length >= limits.waitingLeaves || waitingBytes + bytes.length > limits.waitingBytes;
    if (isFull)
      return Promise.reject(new BeaconError("LOG_BUSY", "Too many leaves wait for the log."));
    return new Promise((resolve, reject) => {
      waiting.push({ bytes, resolve, reject });
      waitingBytes += bytes.length;
      // Later in this turn of the event loop: what arrives together goes together.
      if (waiting.length === 1 || waiting.length === limits.batchLeaves) setImmediate(startNext);
    });
  };
}

const sizeOf = (group: readonly Waiting[]): number =>
  group.reduce((sum, { bytes }) => sum + bytes.length, 0);
