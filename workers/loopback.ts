import { openLoopbackNetwork } from "@/server/golem";
import { runProcess } from "@/server/lifecycle";

/** The loopback Golem network, in a process of its own: to the rest it looks like a Golem node. */
await runProcess("loopback", async () => {
  const network = await openLoopbackNetwork();
  return () => network.stop();
});
