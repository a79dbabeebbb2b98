import type { ControlEvent } from "@/server/domain/control/event";
import { ASTELINE_FERRY } from "@/server/domain/control/events/asteline-ferry";
import { LANRO_FEVER } from "@/server/domain/control/events/lanro-fever";
import { MARROWEN_RECOUNT } from "@/server/domain/control/events/marrowen-recount";
import { NINE_LAMPS } from "@/server/domain/control/events/nine-lamps";
import { OSSEL_RIVER } from "@/server/domain/control/events/ossel-river";
import { VELL_DAM } from "@/server/domain/control/events/vell-dam";

/** Everything that a control model knows: invented events, so that the truth about them is ours. */
export const CONTROL_EVENTS: readonly ControlEvent[] = [
  VELL_DAM,
  ASTELINE_FERRY,
  LANRO_FEVER,
  MARROWEN_RECOUNT,
  OSSEL_RIVER,
  NINE_LAMPS,
];
