package main

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// bufferBytes a direction is all that the door holds back: it reads on when the other end has taken them.
const bufferBytes = 32 << 10

// carry passes bytes in both directions until both have ended, and closes nothing that is still wanted:
// what an end had sent before it closed is delivered first.
func carry(client, upstream *net.TCPConn, early []byte, limits limits) {
	var lastMove atomic.Int64
	lastMove.Store(time.Now().UnixNano())
	closeBoth := func() {
		client.Close()
		upstream.Close()
	}
	tooLong := time.AfterFunc(limits.total, closeBoth)
	defer tooLong.Stop()

	a := &watched{client, &lastMove, limits.idle}
	b := &watched{upstream, &lastMove, limits.idle}
	if _, err := b.Write(early); err != nil {
		return
	}
	ended := make(chan error, 2)
	go func() { ended <- passOn(a, b) }()
	go func() { ended <- passOn(b, a) }()
	if err := <-ended; err == nil {
		drained := time.AfterFunc(limits.drain, closeBoth)
		<-ended
		drained.Stop()
		return
	}
	closeBoth()
	<-ended
}

// passOn copies until from ends, and then tells to that no more will come.
func passOn(from, to *watched) error {
	// Hidden behind plain interfaces: io.Copy would otherwise bypass the limits.
	_, err := io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, make([]byte, bufferBytes))
	if err == nil {
		err = to.CloseWrite()
	}
	return err
}

// watched ends when nothing has passed in either direction for as long as idle.
type watched struct {
	*net.TCPConn
	lastMove *atomic.Int64
	idle     time.Duration
}

func (w *watched) Read(into []byte) (int, error) {
	for {
		w.SetReadDeadline(time.Now().Add(w.idle))
		n, err := w.TCPConn.Read(into)
		if n > 0 {
			w.lastMove.Store(time.Now().UnixNano())
			return n, err
		}
		if errors.Is(err, os.ErrDeadlineExceeded) && w.hasMoved() {
			continue // the other direction is at work
		}
		return n, err
	}
}

func (w *watched) Write(from []byte) (int, error) {
	w.SetWriteDeadline(time.Now().Add(w.idle))
	n, err := w.TCPConn.Write(from)
	if n > 0 {
		w.lastMove.Store(time.Now().UnixNano())
	}
	return n, err
}

func (w *watched) hasMoved() bool {
	return time.Since(time.Unix(0, w.lastMove.Load())) < w.idle
}
