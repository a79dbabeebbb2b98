package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync/atomic"
	"time"
)

// limits bound what strangers can make the door hold or wait for.
type limits struct {
	head, dial, idle, drain, total time.Duration
	connections                    int
}

// standardLimits: a model may think for minutes without a byte, so idle is long; a session of questions
// keeps connections for as long as an agreement lasts, so total is longer. Golem's tunnel knows no
// half-open connections: what is still on its way once one end has closed gets drain, and no longer.
var standardLimits = limits{
	head:        10 * time.Second,
	dial:        10 * time.Second,
	idle:        15 * time.Minute,
	drain:       5 * time.Second,
	total:       6 * time.Hour,
	connections: 256,
}

func (l limits) areSound() bool {
	return l.head > 0 && l.dial > 0 && l.idle > 0 && l.drain > 0 && l.total > 0 && l.connections > 0
}

const (
	// maxHead is the longest request head, its blank line included.
	maxHead = 8 << 10
	// overflow is how many connections beside the tunnels may be asking or being refused.
	overflow = 64
	// farewell bounds what is still read from a client that was answered, so that closing does not
	// reset the connection under the answer.
	farewellTime  = time.Second
	farewellBytes = 64 << 10
)

var (
	errHeadTooLarge = errors.New("the request head is too large")
	errMalformed    = errors.New("malformed request")
)

// dialAddress connects to one pinned address.
type dialAddress func(ctx context.Context, to netip.AddrPort) (*net.TCPConn, error)

type door struct {
	allowed map[string]bool
	pinned  map[string][]netip.AddrPort
	limits  limits
	dial    dialAddress
	// Connections that stand in whatever state, and those of them that hold a tunnel or are dialling.
	open, tunnels atomic.Int64
	// What /healthz tells.
	hosts, addresses int
}

func newDoor(targets []string, pinned map[string][]netip.AddrPort, limits limits) *door {
	d := &door{allowed: map[string]bool{}, pinned: pinned, limits: limits, dial: dialTCP}
	for _, target := range targets {
		d.allowed[target] = true
		d.addresses += len(pinned[target])
	}
	d.hosts = len(targets)
	return d
}

// serve answers connections until the listener is closed.
func (d *door) serve(listener net.Listener) error {
	for {
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			// Out of descriptors, or reset before it was accepted: the next one may come through.
			time.Sleep(10 * time.Millisecond)
			continue
		}
		if int(d.open.Add(1)) > d.limits.connections+overflow {
			d.open.Add(-1)
			conn.Close()
			continue
		}
		go func() {
			defer d.open.Add(-1)
			defer conn.Close()
			d.answer(conn.(*net.TCPConn))
		}()
	}
}

func (d *door) answer(client *net.TCPConn) {
	client.SetDeadline(time.Now().Add(d.limits.head))
	head, rest, err := readHead(client)
	if errors.Is(err, errHeadTooLarge) {
		refuse(client, http.StatusBadRequest)
		return
	}
	if err != nil {
		return // gone, or too slow: there is nobody to answer
	}
	method, target, err := parseHead(head)
	switch {
	case err != nil:
		refuse(client, http.StatusBadRequest)
	case method == http.MethodGet && target == "/healthz":
		d.tellHealth(client)
	case method != http.MethodConnect:
		refuse(client, http.StatusMethodNotAllowed)
	default:
		d.connect(client, target, rest)
	}
}

func (d *door) connect(client *net.TCPConn, asked string, early []byte) {
	host, port, err := splitTarget(asked)
	if err != nil {
		refuse(client, http.StatusBadRequest)
		return
	}
	target := fmt.Sprintf("%s:%d", host, port)
	if !d.allowed[target] {
		refuse(client, http.StatusForbidden)
		return
	}
	defer d.tunnels.Add(-1)
	if int(d.tunnels.Add(1)) > d.limits.connections {
		refuse(client, http.StatusServiceUnavailable)
		return
	}
	upstream, err := d.dialFirst(d.pinned[target])
	if err != nil {
		refuse(client, statusOfDial(err))
		return
	}
	defer upstream.Close()
	client.SetDeadline(time.Time{})
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	carry(client, upstream, early, d.limits)
}

var errNoAddress = errors.New("no pinned address")

// dialFirst tries the pinned addresses in their order and gives each a fair part of the time.
func (d *door) dialFirst(addresses []netip.AddrPort) (*net.TCPConn, error) {
	deadline := time.Now().Add(d.limits.dial)
	last := errNoAddress
	for i, address := range addresses {
		left := time.Until(deadline)
		if left <= 0 {
			break
		}
		ctx, cancel := context.WithTimeout(context.Background(), left/time.Duration(len(addresses)-i))
		conn, err := d.dial(ctx, address)
		cancel()
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, last
}

func dialTCP(ctx context.Context, to netip.AddrPort) (*net.TCPConn, error) {
	dialer := net.Dialer{KeepAlive: 30 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp4", to.String())
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}

func statusOfDial(err error) int {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return http.StatusGatewayTimeout
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return http.StatusGatewayTimeout
	}
	return http.StatusBadGateway
}

// readHead reads up to the blank line. rest is what came behind it already.
func readHead(client io.Reader) (head, rest []byte, err error) {
	buffer := make([]byte, 0, maxHead)
	for {
		n, err := client.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if end := bytes.Index(buffer, []byte("\r\n\r\n")); end >= 0 {
			return buffer[:end+4], buffer[end+4:], nil
		}
		if len(buffer) == cap(buffer) {
			return nil, nil, errHeadTooLarge
		}
		if err != nil {
			return nil, nil, err
		}
	}
}

func parseHead(head []byte) (method, target string, err error) {
	request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
	if err != nil {
		return "", "", errMalformed
	}
	if request.ContentLength != 0 || len(request.TransferEncoding) > 0 {
		return "", "", errMalformed // a body, whose end nobody would look for
	}
	return request.Method, request.RequestURI, nil
}

func (d *door) tellHealth(client *net.TCPConn) {
	body := fmt.Sprintf("ok %s hosts=%d addresses=%d\n", version, d.hosts, d.addresses)
	fmt.Fprintf(client, "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s", len(body), body)
	takeLeave(client)
}

func refuse(client *net.TCPConn, status int) {
	client.SetWriteDeadline(time.Now().Add(farewellTime))
	allow := ""
	if status == http.StatusMethodNotAllowed {
		allow = "allow: CONNECT\r\n"
	}
	fmt.Fprintf(client, "HTTP/1.1 %d %s\r\n%scontent-length: 0\r\nconnection: close\r\n\r\n", status, http.StatusText(status), allow)
	takeLeave(client)
}

func takeLeave(client *net.TCPConn) {
	client.CloseWrite()
	client.SetReadDeadline(time.Now().Add(farewellTime))
	io.CopyN(io.Discard, client, farewellBytes)
}
