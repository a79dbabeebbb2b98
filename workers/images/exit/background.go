package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// What a run command of Golem's ExeScript starts has to end before the script goes on, so a daemon
// leaves the foreground by itself; there is no shell in the image to do it.

// The two first letters that the background process sends through the pipe.
const (
	markReady   = "+"
	markProblem = "-"
)

// leaveForeground starts the same program in a session of its own, and ends when the door stands there or cannot.
func leaveForeground(args []string, out, problems io.Writer) int {
	fail := func(err error) int {
		fmt.Fprintln(problems, "exit-door:", err)
		return exitFailed
	}
	// Not os.Args[0]: the exe-unit puts the program's bare name there.
	self, err := os.Executable()
	if err != nil {
		return fail(err)
	}
	ready, pipe, err := os.Pipe()
	if err != nil {
		return fail(err)
	}
	// The last of two flags of one name is taken.
	child := exec.Command(self, append(append([]string{}, args...), "-background=false", "-ready-fd="+strconv.Itoa(readyFd))...)
	child.ExtraFiles = []*os.File{pipe}
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		return fail(err)
	}
	pipe.Close()
	line, _ := bufio.NewReader(io.LimitReader(ready, 4<<10)).ReadString('\n')
	if strings.HasPrefix(line, markReady) {
		fmt.Fprint(out, line[len(markReady):])
		return 0
	}
	child.Wait()
	if strings.HasPrefix(line, markProblem) {
		fmt.Fprint(problems, line[len(markProblem):])
	} else {
		fmt.Fprintln(problems, "exit-door: it ended before it stood")
	}
	return exitFailed
}

// readyFd is the first descriptor behind the standard three.
const readyFd = 3

// readyPipe marks what it writes as good or bad news.
type readyPipe struct {
	file *os.File
	mark string
}

func (p *readyPipe) Write(line []byte) (int, error) {
	if _, err := p.file.Write(append([]byte(p.mark), line...)); err != nil {
		return 0, err
	}
	return len(line), nil
}

func tellerOnPipe(fd int) teller {
	file := os.NewFile(uintptr(fd), "ready")
	return teller{out: &readyPipe{file, markReady}, problems: &readyPipe{file, markProblem}}
}
