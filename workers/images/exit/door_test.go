package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"
)

// aDoor opens a door on loopback for one target, "up.example:443", whose pinned addresses are given.
func aDoor(t *testing.T, change func(*door), addresses ...netip.AddrPort) string {
	t.Helper()
	short := standardLimits
	short.drain = 200 * time.Millisecond
	d := newDoor([]string{"up.example:443"}, map[string][]netip.AddrPort{"up.example:443": addresses}, short)
	if change != nil {
		change(d)
	}
	listener := listen(t)
	go d.serve(listener)
	return listener.Addr().String()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

// anUpstream answers every connection with handle.
func anUpstream(t *testing.T, handle func(*net.TCPConn)) netip.AddrPort {
	t.Helper()
	listener := listen(t)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				handle(conn.(*net.TCPConn))
			}()
		}
	}()
	return netip.MustParseAddrPort(listener.Addr().String())
}

func echo(conn *net.TCPConn) { io.Copy(conn, conn) }

func connectTo(t *testing.T, door string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp4", door)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn.(*net.TCPConn)
}

// say sends a request and answers the status of what comes back, 0 when nothing does.
func say(t *testing.T, door, request string) (int, string) {
	t.Helper()
	conn := connectTo(t, door)
	defer conn.Close()
	io.WriteString(conn, request)
	asked, _, _ := strings.Cut(request, " ")
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: asked})
	if err != nil {
		return 0, ""
	}
	if response.StatusCode == 200 && asked == http.MethodConnect {
		return response.StatusCode, "" // what follows is the tunnel
	}
	body, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(body)
}

const toUpstream = "CONNECT up.example:443 HTTP/1.1\r\nhost: up.example:443\r\n\r\n"

// through opens a tunnel and reads away its 200.
func through(t *testing.T, door, early string) *net.TCPConn {
	t.Helper()
	conn := connectTo(t, door)
	io.WriteString(conn, toUpstream+early)
	want := "HTTP/1.1 200 Connection established\r\n\r\n"
	got := make([]byte, len(want))
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != want {
		t.Fatalf("%q, %v", got, err)
	}
	return conn
}

func TestStatuses(t *testing.T) {
	closed := listen(t)
	nobody := netip.MustParseAddrPort(closed.Addr().String())
	closed.Close()
	door := aDoor(t, nil, nobody)
	for request, status := range map[string]int{
		toUpstream: 502,
		"CONNECT UP.example:443 HTTP/1.1\r\nhost: x\r\n\r\n":                               502,
		"CONNECT up.example:80 HTTP/1.1\r\nhost: x\r\n\r\n":                                403,
		"CONNECT other.example:443 HTTP/1.1\r\nhost: up.example:443\r\n\r\n":               403,
		"CONNECT up.example.:443 HTTP/1.1\r\nhost: x\r\n\r\n":                              403,
		"CONNECT 127.0.0.1:443 HTTP/1.1\r\nhost: x\r\n\r\n":                                403,
		"CONNECT [::1]:443 HTTP/1.1\r\nhost: x\r\n\r\n":                                    403,
		"CONNECT up.example HTTP/1.1\r\nhost: x\r\n\r\n":                                   400,
		"CONNECT up.example:0443 HTTP/1.1\r\nhost: x\r\n\r\n":                              400,
		"CONNECT :443 HTTP/1.1\r\nhost: x\r\n\r\n":                                         400,
		"CONNECT up.example:443\r\n\r\n":                                                   400,
		"CONNECT up.example:443 HTTP/1.1\r\nno colon\r\n\r\n":                              400,
		"CONNECT up.example:443 HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc":       400,
		"CONNECT up.example:443 HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n": 400,
		"\x16\x03\x01\x00\r\n\r\n":                                                         400,
		"GET / HTTP/1.1\r\nhost: x\r\n\r\n":                                                405,
		"GET http://up.example:443/ HTTP/1.1\r\nhost: x\r\n\r\n":                           405,
		"POST /healthz HTTP/1.1\r\nhost: x\r\n\r\n":                                        405,
		"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n":                                         200,
	} {
		if got, _ := say(t, door, request); got != status {
			t.Errorf("%q: %d, not %d", request, got, status)
		}
	}
}

func TestHealthTellsCountsAndNoAddress(t *testing.T) {
	door := aDoor(t, nil, netip.MustParseAddrPort("8.8.8.8:443"), netip.MustParseAddrPort("8.8.4.4:443"))
	_, body := say(t, door, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
	if body != "ok "+version+" hosts=1 addresses=2\n" {
		t.Errorf("%q", body)
	}
}

func TestAHeadMayHave8KiB(t *testing.T) {
	door := aDoor(t, nil, anUpstream(t, echo))
	frame := "CONNECT up.example:443 HTTP/1.1\r\nx: \r\n\r\n"
	exact := strings.Replace(frame, "x: ", "x: "+strings.Repeat("a", maxHead-len(frame)), 1)
	if got, _ := say(t, door, exact); got != 200 {
		t.Errorf("8 KiB: %d", got)
	}
	if got, _ := say(t, door, strings.Replace(exact, "x: ", "x: a", 1)); got != 400 {
		t.Errorf("a byte more: %d", got)
	}
}

func TestAHeadThatDripsIsGivenUp(t *testing.T) {
	door := aDoor(t, func(d *door) { d.limits.head = 50 * time.Millisecond }, anUpstream(t, echo))
	conn := connectTo(t, door)
	io.WriteString(conn, "CONNECT up.ex")
	if left, err := io.ReadAll(conn); len(left) > 0 || err != nil {
		t.Errorf("%q, %v", left, err)
	}
}

func TestADialThatTakesTooLongIsA504(t *testing.T) {
	silent := func(ctx context.Context, _ netip.AddrPort) (*net.TCPConn, error) {
		<-ctx.Done()
		return nil, fmt.Errorf("dial: %w", ctx.Err())
	}
	door := aDoor(t, func(d *door) { d.dial, d.limits.dial = silent, 50*time.Millisecond }, netip.MustParseAddrPort("8.8.8.8:443"))
	if got, _ := say(t, door, toUpstream); got != 504 {
		t.Errorf("%d", got)
	}
}

func TestTheNextPinnedAddressIsTried(t *testing.T) {
	up := anUpstream(t, echo)
	var dialled []string
	first := func(ctx context.Context, to netip.AddrPort) (*net.TCPConn, error) {
		dialled = append(dialled, to.String())
		if to.Addr().String() == "8.8.8.8" {
			return nil, errors.New("refused")
		}
		return dialTCP(ctx, up)
	}
	door := aDoor(t, func(d *door) { d.dial = first }, netip.MustParseAddrPort("8.8.8.8:443"), netip.MustParseAddrPort("8.8.4.4:443"))
	if got, _ := say(t, door, toUpstream); got != 200 || len(dialled) != 2 {
		t.Errorf("%d after %v", got, dialled)
	}
}

func TestASilentAddressLeavesTimeForTheNext(t *testing.T) {
	up := anUpstream(t, echo)
	silentFirst := func(ctx context.Context, to netip.AddrPort) (*net.TCPConn, error) {
		if to.Addr().String() == "8.8.8.8" {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return dialTCP(ctx, up)
	}
	change := func(d *door) { d.dial, d.limits.dial = silentFirst, 2*time.Second }
	door := aDoor(t, change, netip.MustParseAddrPort("8.8.8.8:443"), netip.MustParseAddrPort("8.8.4.4:443"))
	if got, _ := say(t, door, toUpstream); got != 200 {
		t.Errorf("%d", got)
	}
}

func TestAHostWithoutAnAddressIsA502(t *testing.T) {
	if got, _ := say(t, aDoor(t, nil), toUpstream); got != 502 {
		t.Errorf("%d", got)
	}
}

func TestMegabytesPassUnchanged(t *testing.T) {
	conn := through(t, aDoor(t, nil, anUpstream(t, echo)), "")
	sent := make([]byte, 8<<20)
	rand.Read(sent)
	go conn.Write(sent)
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(conn, got); err != nil || !bytes.Equal(got, sent) {
		t.Fatalf("changed: %v", err)
	}
}

func TestWhatComesBehindTheHeadIsPassedOn(t *testing.T) {
	conn := through(t, aDoor(t, nil, anUpstream(t, echo)), "early")
	got := make([]byte, 5)
	if io.ReadFull(conn, got); string(got) != "early" {
		t.Errorf("%q", got)
	}
}

func TestWhatTheServiceSentBeforeItClosedArrives(t *testing.T) {
	sent := make([]byte, 1<<20)
	up := anUpstream(t, func(conn *net.TCPConn) { conn.Write(sent) })
	got, err := io.ReadAll(through(t, aDoor(t, nil, up), ""))
	if err != nil || len(got) != len(sent) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestWhatTheClientSentBeforeItClosedArrives(t *testing.T) {
	arrived := make(chan int, 1)
	up := anUpstream(t, func(conn *net.TCPConn) {
		all, _ := io.ReadAll(conn)
		arrived <- len(all)
		io.WriteString(conn, "thanks")
	})
	conn := through(t, aDoor(t, nil, up), "")
	conn.Write(make([]byte, 1<<20))
	conn.CloseWrite()
	if got := <-arrived; got != 1<<20 {
		t.Errorf("%d bytes", got)
	}
	if last, err := io.ReadAll(conn); string(last) != "thanks" || err != nil {
		t.Errorf("%q, %v", last, err)
	}
}

func TestAHalfOpenTunnelIsClosed(t *testing.T) {
	gone := make(chan struct{})
	up := anUpstream(t, func(conn *net.TCPConn) {
		for {
			if _, err := conn.Write([]byte("still here ")); err != nil {
				close(gone)
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
	conn := through(t, aDoor(t, nil, up), "")
	conn.CloseWrite()
	io.Copy(io.Discard, conn)
	<-gone
}

func TestAReaderThatStopsHoldsTheSenderBack(t *testing.T) {
	stalled := make(chan int, 1)
	up := anUpstream(t, func(conn *net.TCPConn) {
		sent := 0
		conn.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
		for {
			n, err := conn.Write(make([]byte, 64<<10))
			sent += n
			if err != nil {
				stalled <- sent
				return
			}
		}
	})
	through(t, aDoor(t, nil, up), "")
	// What fits is what the system's own buffers and one of ours hold; a door without back-pressure
	// would take gigabytes.
	if sent := <-stalled; sent > 64<<20 {
		t.Errorf("%d bytes were taken for a reader that reads none", sent)
	}
}

func TestASilentTunnelIsClosedAndABusyOneIsNot(t *testing.T) {
	idle := 300 * time.Millisecond
	up := anUpstream(t, func(conn *net.TCPConn) {
		for range 10 {
			conn.Write([]byte("."))
			time.Sleep(idle / 4)
		}
		io.Copy(io.Discard, conn)
	})
	conn := through(t, aDoor(t, func(d *door) { d.limits.idle = idle }, up), "")
	got, err := io.ReadAll(conn)
	if string(got) != ".........." || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNoTunnelLastsForEver(t *testing.T) {
	up := anUpstream(t, func(conn *net.TCPConn) {
		for {
			if _, err := conn.Write([]byte(".")); err != nil {
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
	conn := through(t, aDoor(t, func(d *door) { d.limits.total = 100 * time.Millisecond }, up), "")
	if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("it did")
	}
}

func TestConnectionsAreCounted(t *testing.T) {
	door := aDoor(t, func(d *door) { d.limits.connections = 1 }, anUpstream(t, echo))
	first := through(t, door, "")
	if got, _ := say(t, door, toUpstream); got != 503 {
		t.Errorf("the second: %d", got)
	}
	first.Close()
	for range 1000 {
		if got, _ := say(t, door, toUpstream); got == 200 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("the place did not become free")
}
