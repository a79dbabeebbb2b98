/** The PostgreSQL channel that says that entries wait for the log. Notified inside the transaction that files them. */
export const PENDING_ENTRIES = "beacon_pending";

/** The PostgreSQL channel of live events; the payload is the event as JSON. */
export const LIVE_EVENTS = "beacon_live";
