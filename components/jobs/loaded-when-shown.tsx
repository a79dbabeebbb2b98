"use client";
import { type ComponentProps, lazy } from "react";
import type { FollowSessions as Follow } from "@/components/jobs/follow-sessions";
import type { LiveJob as Live } from "@/components/jobs/live-job";
import type { WithdrawButton as Withdraw } from "@/components/jobs/withdraw-button";

/*
 * What a job's page needs only while the job goes on. The client of the API and of its events weighs some
 * 70 kB gzipped: a reader of a published comparison does without. No Suspense around them, so that the
 * server still sends them whole, for those who read without scripts.
 */
const LazyLiveJob = lazy(async () => ({
  default: (await import("@/components/jobs/live-job")).LiveJob,
}));
const LazyFollowSessions = lazy(async () => ({
  default: (await import("@/components/jobs/follow-sessions")).FollowSessions,
}));
const LazyWithdrawButton = lazy(async () => ({
  default: (await import("@/components/jobs/withdraw-button")).WithdrawButton,
}));

/** `LiveJob`, fetched by the browser when it is on the page. */
export const LiveJob = (props: ComponentProps<typeof Live>) => <LazyLiveJob {...props} />;

/** `FollowSessions`, fetched by the browser when it is on the page. */
export const FollowSessions = (props: ComponentProps<typeof Follow>) => (
  <LazyFollowSessions {...props} />
);

/** `WithdrawButton`, fetched by the browser when it is on the page. */
export const WithdrawButton = (props: ComponentProps<typeof Withdraw>) => (
  <LazyWithdrawButton {...props} />
);
