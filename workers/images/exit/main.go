// Command exit-door is a CONNECT proxy for the inside of a rented machine. It connects to the hosts that it
// was started with and to no others, under the addresses that they had then, and passes bytes on
// without reading them. It writes down nothing about who went where.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"
)

// version is told by /healthz and in the line at the start. It changes with what the door does.
const version = "1.0.0"

const (
	exitFailed = 1
	exitUsage  = 2
	// maxTargets bounds the list; a job names at most 20 services.
	maxTargets   = 64
	maxFileBytes = 64 << 10
)

type settings struct {
	targets      []string
	listen       string
	allowPrivate bool
	background   bool
	readyFd      int
	resolveLimit time.Duration
	limits       limits
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run answers the exit code; it returns only when the door cannot open, or stands in the background.
func run(args []string, out, problems io.Writer) int {
	asked, err := parseArguments(args, problems)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(problems, "exit-door:", err)
		return exitUsage
	}
	if asked.background {
		return leaveForeground(args, out, problems)
	}
	told := teller{out: out, problems: problems}
	if asked.readyFd != 0 {
		told = tellerOnPipe(asked.readyFd)
	}
	opened, ready, err := open(asked)
	if err != nil {
		told.problem(err)
		return exitFailed
	}
	told.ready(ready)
	if err := opened.door.serve(opened.listener); err != nil {
		return exitFailed
	}
	return 0
}

// readiness is the one line that is printed once the door stands. Counts only.
type readiness struct {
	Version    string `json:"version"`
	Listen     string `json:"listen"`
	Hosts      int    `json:"hosts"`
	Addresses  int    `json:"addresses"`
	Unresolved int    `json:"unresolved"`
}

type openDoor struct {
	door     *door
	listener net.Listener
}

func open(asked settings) (openDoor, readiness, error) {
	ctx, cancel := context.WithTimeout(context.Background(), asked.resolveLimit)
	defer cancel()
	usable := isPublic
	if asked.allowPrivate {
		usable = netip.Addr.Is4
	}
	pinned, unresolved := pinAll(ctx, asked.targets, lookUp, usable)
	if len(pinned) == 0 {
		return openDoor{}, readiness{}, errors.New("none of the hosts has a usable address")
	}
	listener, err := net.Listen("tcp4", asked.listen)
	if err != nil {
		return openDoor{}, readiness{}, err
	}
	door := newDoor(asked.targets, pinned, asked.limits)
	return openDoor{door, listener}, readiness{
		Version:    version,
		Listen:     listener.Addr().String(),
		Hosts:      door.hosts,
		Addresses:  door.addresses,
		Unresolved: unresolved,
	}, nil
}

func parseArguments(args []string, problems io.Writer) (settings, error) {
	asked := settings{limits: standardLimits}
	var listed []string
	flags := flag.NewFlagSet("exit-door", flag.ContinueOnError)
	flags.SetOutput(problems)
	flags.Func("allow", "`host:port` that may be connected to; repeat it", func(text string) error {
		listed = append(listed, text)
		return nil
	})
	flags.Func("allow-file", "`file` with one host:port a line; lines that begin with # are left out", func(path string) error {
		lines, err := linesOf(path)
		listed = append(listed, lines...)
		return err
	})
	flags.StringVar(&asked.listen, "listen", "0.0.0.0:8080", "where to listen")
	flags.BoolVar(&asked.background, "background", false, "return once the door stands, and go on in the background")
	flags.BoolVar(&asked.allowPrivate, "allow-private", false, "also private and loopback addresses, and IPv4 literals: for tests")
	flags.DurationVar(&asked.resolveLimit, "resolve-limit", 20*time.Second, "how long the hosts may take to resolve")
	flags.DurationVar(&asked.limits.head, "head-limit", asked.limits.head, "how long a request head may take")
	flags.DurationVar(&asked.limits.dial, "dial-limit", asked.limits.dial, "how long a connection may take to stand")
	flags.DurationVar(&asked.limits.idle, "idle-limit", asked.limits.idle, "how long nothing may pass in either direction")
	flags.DurationVar(&asked.limits.total, "total-limit", asked.limits.total, "how long one connection may last")
	flags.IntVar(&asked.limits.connections, "max-connections", asked.limits.connections, "connections at once")
	flags.IntVar(&asked.readyFd, "ready-fd", 0, "used by -background")
	if err := flags.Parse(args); err != nil {
		return settings{}, err
	}
	if flags.NArg() > 0 {
		return settings{}, fmt.Errorf("what is %q?", flags.Arg(0))
	}
	if !asked.limits.areSound() || asked.resolveLimit <= 0 {
		return settings{}, errors.New("every limit is above zero")
	}
	targets, err := parseTargets(listed, asked.allowPrivate)
	asked.targets = targets
	return asked, err
}

func linesOf(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var lines []string
	scanner := bufio.NewScanner(io.LimitReader(file, maxFileBytes))
	for scanner.Scan() {
		line := strings.TrimSpace(scanner.Text())
		if line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines, scanner.Err()
}

// teller says whether the door stands: in the foreground to the terminal, in the background to the
// process that waits for it.
type teller struct{ out, problems io.Writer }

func (t teller) ready(r readiness) {
	line, _ := json.Marshal(r) // a struct of numbers and two strings
	fmt.Fprintf(t.out, "%s\n", line)
	closeIfPipe(t.out)
}

func (t teller) problem(err error) {
	fmt.Fprintln(t.problems, "exit-door:", err)
	closeIfPipe(t.problems)
}

func closeIfPipe(w io.Writer) {
	if pipe, ok := w.(*readyPipe); ok {
		pipe.file.Close()
	}
}
