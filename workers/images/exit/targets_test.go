package main

import (
	"context"
	"errors"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestTheListIsSortedAndUnique(t *testing.T) {
	got, err := parseTargets([]string{"b.example:443", "A.example:443", "b.example:443", "a.example:80"}, false)
	want := []string{"a.example:443", "a.example:80", "b.example:443"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v, %v", got, err)
	}
}

func TestTheListRefusesWhatIsNoName(t *testing.T) {
	bad := []string{
		"", "a.example", "a.example:", ":443", "a.example:0", "a.example:65536", "a.example:0443", "a.example:+443",
		"a.example:443 ", " a.example:443", "a_b.example:443", "-a.example:443", "a-.example:443", "a..example:443",
		"a.example.:443", "https://a.example:443", "user@a.example:443", "a.example/x:443", "ä.example:443",
		"1.2.3.4:443", "127.1:443", "2130706433:443", "0x7f.1:443", "[::1]:443", "::1:443", "a.example:443:443",
		strings.Repeat("a", 64) + ".example:443", strings.Repeat("a.", 130) + "example:443",
	}
	for _, text := range bad {
		if got, err := parseTargets([]string{text}, false); err == nil {
			t.Errorf("%q became %v", text, got)
		}
	}
	if _, err := parseTargets(nil, false); err == nil {
		t.Error("an empty list was taken")
	}
	if _, err := parseTargets([]string{"[::1]:443"}, true); err == nil {
		t.Error("an IPv6 literal was taken")
	}
	many := make([]string, maxTargets+1)
	for i := range many {
		many[i] = "a" + strings.Repeat("b", i%60) + strings.Repeat("c", i/60) + ".example:443"
	}
	if _, err := parseTargets(many, false); err == nil {
		t.Error("a list without end was taken")
	}
}

func TestOnlyPublicAddressesAreUsed(t *testing.T) {
	for text, public := range map[string]bool{
		"8.8.8.8": true, "104.18.6.192": true, "100.63.255.255": true, "172.32.0.1": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.64.0.1": false, "0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false,
		"::1": false, "2606:4700::1": false, "::ffff:127.0.0.1": false,
	} {
		if isPublic(netip.MustParseAddr(text)) != public {
			t.Errorf("%s: public should be %v", text, public)
		}
	}
}

func TestEveryHostIsAskedForOnce(t *testing.T) {
	asked := make(chan string, 10)
	ask := func(_ context.Context, host string) ([]netip.Addr, error) {
		asked <- host
		switch host {
		case "two.example":
			return []netip.Addr{netip.MustParseAddr("::ffff:8.8.4.4"), netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("8.8.8.8")}, nil
		case "inside.example":
			return []netip.Addr{netip.MustParseAddr("192.168.0.1")}, nil
		}
		return nil, errors.New("no such host")
	}
	targets := []string{"gone.example:443", "inside.example:443", "two.example:443", "two.example:80"}
	pinned, unresolved := pinAll(t.Context(), targets, ask, isPublic)
	close(asked)
	var names []string
	for name := range asked {
		names = append(names, name)
	}
	slices.Sort(names)
	if want := []string{"gone.example", "inside.example", "two.example"}; !reflect.DeepEqual(names, want) {
		t.Errorf("asked for %v", names)
	}
	want := map[string][]netip.AddrPort{
		"two.example:443": {netip.MustParseAddrPort("8.8.4.4:443"), netip.MustParseAddrPort("8.8.8.8:443")},
		"two.example:80":  {netip.MustParseAddrPort("8.8.4.4:80"), netip.MustParseAddrPort("8.8.8.8:80")},
	}
	if !reflect.DeepEqual(pinned, want) || unresolved != 2 {
		t.Errorf("pinned %v, %d unresolved", pinned, unresolved)
	}
}

func TestAtMost16AddressesOfAHostAreKept(t *testing.T) {
	var found []netip.Addr
	for i := range 40 {
		found = append(found, netip.AddrFrom4([4]byte{8, 8, 8, byte(i)}))
	}
	if got := len(keep(found, isPublic)); got != maxAddresses {
		t.Errorf("kept %d", got)
	}
}
