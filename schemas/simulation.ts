import { z } from "zod";
import { CountryCode } from "@/schemas/country";

/** What a provider of the loopback network can be made to do wrong. */
export const ProviderFault = z.enum([
  "rejects",
  "agreement-timeout",
  "deploy-failure",
  "exec-failure",
  "slow",
  "vanishes",
  "corrupts",
  "truncates",
  "lies-about-country",
  "overprices",
  "never-invoices",
  "floods",
]);
export type ProviderFault = z.infer<typeof ProviderFault>;

/**
 * When a provider's fault begins, within one job. `at-start`: with the first contact. `mid-run`: once
 * it has answered a few questions of the job. `at-end`: when its agreement is ended.
 */
export const FaultMoment = z.enum(["at-start", "mid-run", "at-end"]);
export type FaultMoment = z.infer<typeof FaultMoment>;

/** What the loopback network's yagna can be made to do wrong. */
export const YagnaFault = z.enum(["errors", "down", "restart", "slow"]);
export type YagnaFault = z.infer<typeof YagnaFault>;

/** Scripted faults of one job. Only a portal on the loopback network runs a job that has them. */
export const Simulation = z.strictObject({
  providers: z
    .array(
      z.strictObject({
        fault: ProviderFault,
        moment: FaultMoment,
        /** Empty: in all of the job's countries. */
        countries: z.array(CountryCode).max(50),
        /** How much of each country's providers: rounded up, so that above 0 it is at least one. */
        share: z.number().min(0).max(1),
      }),
    )
    .max(20),
  yagna: z
    .array(
      z.strictObject({
        fault: YagnaFault,
        /** Seconds after the job's first demand, and how long it lasts. */
        after_s: z.number().min(0).max(3_600),
        for_s: z.number().min(0).max(600),
      }),
    )
    .max(10),
});
export type Simulation = z.infer<typeof Simulation>;
