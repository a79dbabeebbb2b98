const link = (href: string, name: string) => (
  <a href={href} className="link" rel="noreferrer">
    {name}
  </a>
);

/** Who made the address databases, as their licences ask for on every page that shows what they say. */
export function DatabaseCredits() {
  return (
    <>
      Address databases of {link("https://github.com/sapics/ip-location-db", "ip-location-db")}.
      Networks: {link("https://www.routeviews.org", "RouteViews")},{" "}
      {link("https://www.nro.net", "NRO")} and{" "}
      {link("https://db-ip.com", "IP Geolocation by DB-IP")}, combined there, under{" "}
      {link("https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0")}. Countries:{" "}
      {link("https://iptoasn.com", "IPtoASN")} (PDDL), and geo-whois-asn-country from geofeeds and
      from the registries’ data of the NRO (CC BY 4.0).
    </>
  );
}
