package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// hostName is a name of the DNS in lower case (RFC 1123, section 2.1), whose last label is no number, so
// that no spelling of an IPv4 address passes for a name.
var hostName = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$`)

const maxHostLength = 253

// splitTarget takes "host:port" apart; the host in lower case and not yet judged. A well-formed target
// has exactly one spelling of its port.
func splitTarget(text string) (host string, port uint16, err error) {
	at := strings.LastIndexByte(text, ':')
	if at < 1 || at > maxHostLength {
		return "", 0, errors.New("not host:port")
	}
	number, err := strconv.ParseUint(text[at+1:], 10, 16)
	if err != nil || number == 0 || strconv.FormatUint(number, 10) != text[at+1:] {
		return "", 0, errors.New("no port")
	}
	host = strings.ToLower(text[:at])
	if strings.ContainsAny(host, "/@?# \t\\") {
		return "", 0, errors.New("not a host")
	}
	return host, uint16(number), nil
}

// parseTargets reads the allow-list: sorted, each entry once.
func parseTargets(listed []string, literals bool) ([]string, error) {
	var targets []string
	for _, text := range listed {
		host, port, err := splitTarget(text)
		if err != nil {
			return nil, fmt.Errorf("%q is not host:port", text)
		}
		if address, err := netip.ParseAddr(host); err == nil {
			if !literals || !address.Is4() {
				return nil, fmt.Errorf("%q is an address and no name", text)
			}
		} else if !hostName.MatchString(host) {
			return nil, fmt.Errorf("%q does not name a host", text)
		}
		targets = append(targets, net.JoinHostPort(host, strconv.Itoa(int(port))))
	}
	slices.Sort(targets)
	targets = slices.Compact(targets)
	switch {
	case len(targets) == 0:
		return nil, errors.New("nothing is allowed: name at least one -allow host:port")
	case len(targets) > maxTargets:
		return nil, fmt.Errorf("more than %d hosts and ports", maxTargets)
	}
	return targets, nil
}

// lookUpHost asks for a host's IPv4 addresses.
type lookUpHost func(ctx context.Context, host string) ([]netip.Addr, error)

// lookUp asks the machine's resolver, whose hosts file comes first.
func lookUp(ctx context.Context, host string) ([]netip.Addr, error) {
	if address, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{address}, nil
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip4", host)
}

// maxAddresses is how many addresses of one host are kept.
const maxAddresses = 16

// pinAll resolves every host once. What has no usable address is left out and counted.
func pinAll(ctx context.Context, targets []string, ask lookUpHost, usable func(netip.Addr) bool) (map[string][]netip.AddrPort, int) {
	var (
		group  sync.WaitGroup
		lock   sync.Mutex
		byHost = map[string][]netip.Addr{}
	)
	for _, target := range targets {
		host, _, _ := splitTarget(target)
		lock.Lock()
		_, asked := byHost[host]
		if !asked {
			byHost[host] = nil
		}
		lock.Unlock()
		if asked {
			continue
		}
		group.Add(1)
		go func() {
			defer group.Done()
			found, err := ask(ctx, host)
			if err != nil {
				return
			}
			lock.Lock()
			defer lock.Unlock()
			byHost[host] = keep(found, usable)
		}()
	}
	group.Wait()

	pinned := map[string][]netip.AddrPort{}
	unresolved := 0
	for _, target := range targets {
		host, port, _ := splitTarget(target)
		for _, address := range byHost[host] {
			pinned[target] = append(pinned[target], netip.AddrPortFrom(address, port))
		}
		if len(pinned[target]) == 0 {
			unresolved++
		}
	}
	return pinned, unresolved
}

func keep(found []netip.Addr, usable func(netip.Addr) bool) []netip.Addr {
	var kept []netip.Addr
	for _, address := range found {
		address = address.Unmap()
		if usable(address) && !slices.Contains(kept, address) && len(kept) < maxAddresses {
			kept = append(kept, address)
		}
	}
	return kept
}

// notPublic lists the IPv4 blocks of the IANA special-purpose address registry that are not globally
// reachable, with multicast and the relays that were withdrawn.
var notPublic = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)

func prefixes(texts ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

// isPublic keeps the door from being a way into the provider's own network.
func isPublic(address netip.Addr) bool {
	return address.Is4() && !slices.ContainsFunc(notPublic, func(block netip.Prefix) bool {
		return block.Contains(address)
	})
}
