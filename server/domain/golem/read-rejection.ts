/**
 * What a provider's rejection of a proposal says. Providers whose rules do not let a manifest's hosts
 * out begin their reason with "Outbound rejected because" (yagna's provider agent, `rules/outbound.rs`);
 * an offer never tells beforehand.
 */
export const readRejection = (reason: string): "outbound-refused" | "rejected-proposal" =>
  /\boutbound rejected\b/i.test(reason) ? "outbound-refused" : "rejected-proposal";
