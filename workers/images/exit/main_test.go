package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The test program is the door itself when it is asked to be.
const beTheDoor = "BEACON_TEST_BE_THE_DOOR"

func TestMain(m *testing.M) {
	if os.Getenv(beTheDoor) != "" {
		main()
	}
	os.Exit(m.Run())
}

func runDoor(args ...string) (code int, out, problems string) {
	var o, p bytes.Buffer
	command := exec.Command(os.Args[0], args...)
	command.Env = append(os.Environ(), beTheDoor+"=1")
	command.Stdout, command.Stderr = &o, &p
	command.Run()
	return command.ProcessState.ExitCode(), o.String(), p.String()
}

func TestInTheBackgroundItReturnsOnceItStands(t *testing.T) {
	up := anUpstream(t, echo)
	code, out, problems := runDoor("-background", "-allow-private", "-allow", "localhost:"+strconv.Itoa(int(up.Port())),
		"-listen", "127.0.0.1:0", "-total-limit", "20s", "-idle-limit", "20s")
	if code != 0 || problems != "" {
		t.Fatalf("%d: %s", code, problems)
	}
	var stands readiness
	if err := json.Unmarshal([]byte(out), &stands); err != nil || stands.Hosts != 1 || stands.Addresses != 1 || stands.Unresolved != 0 {
		t.Fatalf("%q, %v", out, err)
	}
	t.Cleanup(func() { endListenerOn(t, stands.Listen) })
	conn := connectTo(t, stands.Listen)
	io.WriteString(conn, "CONNECT localhost:"+strconv.Itoa(int(up.Port()))+" HTTP/1.1\r\nhost: x\r\n\r\n")
	line := make([]byte, 12)
	if _, err := io.ReadFull(conn, line); err != nil || string(line) != "HTTP/1.1 200" {
		t.Errorf("%q, %v", line, err)
	}
}

// endListenerOn ends the background process that this test started, which it finds by its listening port.
func endListenerOn(t *testing.T, address string) {
	_, port, _ := net.SplitHostPort(address)
	number, _ := strconv.Atoi(port)
	inode := ""
	table, _ := os.ReadFile("/proc/net/tcp")
	for _, line := range strings.Split(string(table), "\n") {
		fields := strings.Fields(line)
		if len(fields) > 9 && strings.HasSuffix(fields[1], ":"+strings.ToUpper(hex4(number))) && fields[3] == "0A" {
			inode = "socket:[" + fields[9] + "]"
		}
	}
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && inode != "" && to == inode {
			pid, _ := strconv.Atoi(strings.Split(link, "/")[2])
			process, _ := os.FindProcess(pid)
			process.Kill()
			return
		}
	}
	t.Error("the background process was not found")
}

func hex4(n int) string {
	text := strconv.FormatInt(int64(n), 16)
	return strings.Repeat("0", 4-len(text)) + text
}

func TestWhatCannotStandSaysWhyAndEnds(t *testing.T) {
	taken := listen(t)
	list := filepath.Join(t.TempDir(), "allowed")
	os.WriteFile(list, []byte("# nothing\n\n"), 0o600)
	for _, c := range []struct {
		code int
		args []string
	}{
		{exitUsage, nil},
		{exitUsage, []string{"-allow", "127.0.0.1:443"}},
		{exitUsage, []string{"-allow", "a.example"}},
		{exitUsage, []string{"-allow", "a.example:443", "more"}},
		{exitUsage, []string{"-allow", "a.example:443", "-dial-limit", "0s"}},
		{exitUsage, []string{"-allow-file", list}},
		{exitUsage, []string{"-allow-file", list + ".missing"}},
		{exitUsage, []string{"-background"}},
		{exitFailed, []string{"-allow", "localhost:443", "-listen", "127.0.0.1:0"}},
		{exitFailed, []string{"-background", "-allow", "localhost:443", "-listen", "127.0.0.1:0"}},
		{exitFailed, []string{"-allow-private", "-allow", "localhost:443", "-listen", taken.Addr().String()}},
		{exitFailed, []string{"-background", "-allow-private", "-allow", "localhost:443", "-listen", taken.Addr().String()}},
	} {
		began := time.Now()
		code, out, problems := runDoor(c.args...)
		if code != c.code || out != "" || problems == "" {
			t.Errorf("%v: %d, %q, %q after %v", c.args, code, out, problems, time.Since(began))
		}
	}
}

func TestTheListMayComeFromAFile(t *testing.T) {
	list := filepath.Join(t.TempDir(), "allowed")
	os.WriteFile(list, []byte("# two\nlocalhost:443\n\n localhost:80 \n"), 0o600)
	asked, err := parseArguments([]string{"-allow-file", list, "-allow", "localhost:443"}, io.Discard)
	if err != nil || strings.Join(asked.targets, " ") != "localhost:443 localhost:80" {
		t.Errorf("%v, %v", asked.targets, err)
	}
}
