import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { createExitDoor, EXIT_DOOR_PORT } from "@/server/adapters/golem/loopback/exit-door";
import { ProviderHost } from "@/server/adapters/golem/loopback/provider-host";
import { LOOPBACK_PROVIDERS } from "@/server/adapters/golem/loopback/providers";
import type { VpnStream } from "@/server/adapters/golem/loopback/vpn-stream";
import { type DoorOptions, type DoorUnderTest, exitDoorContract } from "./exit-door-contract";

const open = async ({ allowed }: DoorOptions): Promise<DoorUnderTest> => {
  const [first] = LOOPBACK_PROVIDERS;
  if (first === undefined) throw new Error("the loopback network has no provider");
  const host = new ProviderHost({
    provider: { ...first, address: "127.0.0.1" },
    onMidRun: () => {},
  });
  const conduct = host.conductTowards(null, () => []);
  const reach = async (name: string, port: number) =>
    allowed.includes(`${name}:${port}`) ? ["127.0.0.1"] : null;
  const door = createExitDoor({ host, echoes: new Set(), slowMs: 0 });
  host.serve(EXIT_DOOR_PORT, door);
  const listener = createServer({ allowHalfOpen: true }, (socket) =>
    host.accept(EXIT_DOOR_PORT, socket as unknown as VpnStream, { conduct, reach }),
  ).listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    close: async () => void listener.close(),
  };
};

exitDoorContract("the loopback network's door", open, { isStrict: false });
