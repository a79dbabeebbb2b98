import { isBeaconError } from "@/server/domain/errors";
import { type Finding, fine, lacking, weak } from "@/server/domain/golem/doctor-finding";
import type { Env } from "@/server/env";

/** How each variable is to be set. */
const HOW = {
  YAGNA_APPKEY:
    "set it to an application key of your yagna, which `yagna app-key create beacon` prints. To examine the loopback network, set BEACON_LOOPBACK_PORT",
  YAGNA_API_URL: "set it to where yagna's REST answers, http://127.0.0.1:7465 unless changed",
  BEACON_PAYMENT:
    "set it to erc20/hoodi on the test network, to erc20/polygon or erc20/mainnet where GLM is paid",
  BEACON_RELAY_URL: "set it to the relay's node list, see docs/golem.md",
  BEACON_ECHO_URLS:
    "set it to two or more services of different owners that say which address they see, two of them over https",
  BEACON_IMAGE_EXIT:
    "set it, or BEACON_IMAGE_MODEL, to https://host/file.gvmi#sha3:HASH; docs/images.md says how to make one",
  BEACON_IMAGE_MODEL:
    "set it to https://host/file.gvmi#sha3:HASH; docs/images.md says how to make one",
  BEACON_IMAGE_MODELS: "name the models that the model image serves, or no job can ask them",
} as const;

/** What the variables of the environment say together, one finding for each that matters. */
export function lookAtConfiguration(env: Env): readonly Finding[] {
  const isSimulated = env.YAGNA_APPKEY === undefined && env.BEACON_LOOPBACK_PORT !== undefined;
  if (isSimulated)
    return [
      fine(
        "configuration",
        `BEACON_LOOPBACK_PORT=${env.BEACON_LOOPBACK_PORT} and no YAGNA_APPKEY: the loopback network is examined, which is simulated.`,
      ),
    ];
  return [keyOf(env), paymentOf(env), relayOf(env), echoesOf(env), ...imagesOf(env)];
}

/** What `readEnv` threw, as a finding; null: it was something else. */
export function unreadable(error: unknown): Finding | null {
  if (!isBeaconError(error) || error.code !== "CONFIG_INVALID") return null;
  const name = error.message.slice(0, error.message.indexOf(":"));
  const how = Object.hasOwn(HOW, name) ? HOW[name as keyof typeof HOW] : null;
  const sentence = how === null ? `${error.message}.` : `${name} does not fit: ${how}.`;
  return lacking("configuration", "VARIABLE_INVALID", sentence);
}

const missing = (name: keyof typeof HOW): Finding =>
  lacking("configuration", "VARIABLE_MISSING", `${name} is not set: ${HOW[name]}.`);

const keyOf = ({ YAGNA_APPKEY, YAGNA_API_URL }: Env): Finding =>
  YAGNA_APPKEY === undefined
    ? missing("YAGNA_APPKEY")
    : fine("configuration", `YAGNA_APPKEY is set, for the yagna at ${YAGNA_API_URL}.`);

const paymentOf = ({ BEACON_PAYMENT }: Env): Finding =>
  BEACON_PAYMENT === undefined
    ? missing("BEACON_PAYMENT")
    : fine("configuration", `BEACON_PAYMENT is ${BEACON_PAYMENT}.`);

const relayOf = ({ BEACON_RELAY_URL }: Env): Finding =>
  BEACON_RELAY_URL === undefined
    ? missing("BEACON_RELAY_URL")
    : fine("configuration", `BEACON_RELAY_URL is ${BEACON_RELAY_URL}.`);

function echoesOf({ BEACON_ECHO_URLS: urls }: Env): Finding {
  if (urls.length === 0) return missing("BEACON_ECHO_URLS");
  const hosts = new Set(urls.map((url) => new URL(url).host));
  return hosts.size < 2
    ? weak(
        "configuration",
        "ECHOES_TOO_FEW",
        "BEACON_ECHO_URLS names one host: no exit counts as verified with fewer than two.",
      )
    : fine("configuration", `BEACON_ECHO_URLS names ${hosts.size} hosts.`);
}

/** The images, and the models that one of them serves. */
function imagesOf(env: Env): readonly Finding[] {
  const { BEACON_IMAGE_EXIT: exit, BEACON_IMAGE_MODEL: model, BEACON_IMAGE_MODELS: models } = env;
  if (model === undefined)
    return [
      exit === undefined
        ? missing("BEACON_IMAGE_EXIT")
        : fine("configuration", "BEACON_IMAGE_EXIT is set; models in machines cannot be asked."),
    ];
  return [
    exit === undefined
      ? fine("configuration", "BEACON_IMAGE_MODEL is set, and serves as the exit image too.")
      : fine("configuration", "BEACON_IMAGE_EXIT and BEACON_IMAGE_MODEL are set."),
    models.length > 0
      ? fine("configuration", `BEACON_IMAGE_MODELS: ${models.join(", ")}.`)
      : weak(
          "configuration",
          "VARIABLE_MISSING",
          `BEACON_IMAGE_MODELS is not set: ${HOW.BEACON_IMAGE_MODELS}.`,
        ),
  ];
}
