import { DOOR_WORDS } from "@/components/jobs/door-words";
import {
  FAULT_MOMENT_WORDS,
  PROVIDER_FAULT_WORDS,
  YAGNA_FAULT_WORDS,
} from "@/components/jobs/fault-words";
import { Card, CardHead } from "@/components/ui/card";
import { counted, listed } from "@/components/ui/count";
import { placeName } from "@/components/ui/country";
import { Facts } from "@/components/ui/facts";
import { Hash } from "@/components/ui/hash";
import { HOME, type Place } from "@/schemas/country";
import type { ImagePin, JobSpec, ServiceRef } from "@/schemas/job-spec";
import type { Simulation } from "@/schemas/simulation";
import { placesOf } from "@/server/domain/job/places";

/** `3 countries and home`: home is no country, and is not counted as one. */
export function placesInWords(places: readonly Place[]): string {
  const countries = places.filter((place) => place !== HOME).length;
  if (countries === places.length) return counted(countries, "country", "countries");
  return countries === 0 ? "home" : `${counted(countries, "country", "countries")} and home`;
}

function AskedService({ service, spec }: { service: ServiceRef; spec: JobSpec }) {
  return (
    <li>
      <span className="code">{service.id}</span>
      {service.model !== service.id && (
        <>
          {" ("}
          <span className="code">{service.model}</span>
          {service.door !== "model" && (
            <>
              {" at "}
              <span className="code">{new URL(service.api.base_url).host}</span>
            </>
          )}
          {")"}
        </>
      )}
      , {DOOR_WORDS[service.door].way}
      {service.door !== "home" && `: ${listed(placesOf(spec, service).map(placeName))}`}
    </li>
  );
}

function Image({ pin, label }: { pin: ImagePin; label: string }) {
  return (
    <li>
      {label}: <Hash label={`SHA3-224 of the image: ${label}`} value={pin.sha3_224} head={12} />{" "}
      <span className="code text-muted">{pin.url}</span>
    </li>
  );
}

const percent = (share: number) => `${Number((share * 100).toFixed(1))}%`;

/** The faults that a job asked for, so that nobody takes them for what happened by itself. */
function MadeOnPurpose({ simulation }: { simulation: Simulation }) {
  return (
    <div role="note" className="mt-5 border-s-4 border-beacon ps-4 text-[13.5px]">
      <p className="font-semibold text-beacon">Faults were made on purpose in this job.</p>
      <ul className="mt-1 grid gap-1">
        {simulation.providers.map(({ fault, moment, countries, share }, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a spec never changes, and two lines may be alike
          <li key={n}>
            {percent(share)} of the providers in{" "}
            {countries.length === 0 ? "each country" : listed(countries.map(placeName))}:{" "}
            {PROVIDER_FAULT_WORDS[fault].name}, {FAULT_MOMENT_WORDS[moment]}.
          </li>
        ))}
        {simulation.yagna.map(({ fault, after_s, for_s }, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a spec never changes, and two lines may be alike
          <li key={n}>
            The way to the network: {YAGNA_FAULT_WORDS[fault].name}, {after_s} s after the first
            search for a provider, for {for_s} s.
          </li>
        ))}
      </ul>
    </div>
  );
}

/** By which way each service of a job is asked, from where, in what, and what was made to go wrong. */
export function HowAsked({ spec }: { spec: JobSpec }) {
  const { model, exit } = spec.images ?? {};
  return (
    <Card>
      <CardHead title="How it is asked" id="how">
        As the specification says, which was signed and logged before anything ran.
      </CardHead>
      <Facts
        rows={[
          [
            "Services",
            <ul key="services" className="grid gap-1">
              {spec.services.map((service) => (
                <AskedService key={service.id} service={service} spec={spec} />
              ))}
            </ul>,
          ],
          ...(spec.services.some((service) => placesOf(spec, service).includes(HOME))
            ? [["Home", "The machine that Beacon runs on. It stands for no country."] as const]
            : []),
          ...(model === undefined && exit === undefined
            ? []
            : [
                [
                  "Images",
                  <ul key="images" className="grid gap-1">
                    {model !== undefined && <Image pin={model} label="machines with a model" />}
                    {exit !== undefined && <Image pin={exit} label="machines with an exit" />}
                  </ul>,
                ] as const,
              ]),
        ]}
      />
      {spec.simulation !== undefined && <MadeOnPurpose simulation={spec.simulation} />}
    </Card>
  );
}
