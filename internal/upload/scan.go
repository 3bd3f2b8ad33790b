package upload

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// State is what the virus scanner says of a file.
type State string

const (
	Clean    State = "clean"
	Infected State = "infected"
	// Unscanned means nobody knows: no scanner is set up, or it did not answer.
	// The file is kept and scanned again later; it is not given out as clean.
	Unscanned State = "unscanned"
)

// Text is the sentence to show beside the file.
func (s State) Text() string {
	switch s {
	case Clean:
		return "Checked for viruses. None found."
	case Infected:
		return "This file holds a virus. It is kept sealed and cannot be opened here."
	}
	return "This file has not been checked for viruses yet."
}

// Result is what a scan found.
type Result struct {
	State     State
	Signature string // name of what was found, when infected
	Err       error  // why it is unscanned, for the log; nil when no scanner is set up
}

// Scanner asks a ClamAV daemon over the network or a socket, with its INSTREAM
// command. The daemon's StreamMaxLength must be MaxFile or more, as it is by default.
type Scanner struct {
	Addr    string        // "host:port" or "unix:/path"; empty for no scanner
	Timeout time.Duration // for one whole scan; 0 means 30 seconds
}

// Scan sends the bytes to the scanner. It never fails: what cannot be scanned
// is Unscanned.
func (s Scanner) Scan(ctx context.Context, b []byte) Result {
	if s.Addr == "" {
		return Result{State: Unscanned}
	}
	var msg bytes.Buffer
	msg.WriteString("zINSTREAM\x00")
	const chunk = 1 << 16
	for rest := b; len(rest) > 0; {
		n := min(chunk, len(rest))
		msg.Write(binary.BigEndian.AppendUint32(nil, uint32(n)))
		msg.Write(rest[:n])
		rest = rest[n:]
	}
	msg.Write([]byte{0, 0, 0, 0})
	reply, err := s.ask(ctx, msg.Bytes())
	if err != nil {
		return Result{State: Unscanned, Err: err}
	}
	what, ok := strings.CutPrefix(reply, "stream: ")
	if name, found := strings.CutSuffix(what, " FOUND"); ok && found && name != "" {
		return Result{State: Infected, Signature: name}
	}
	if ok && what == "OK" {
		return Result{State: Clean}
	}
	return Result{State: Unscanned, Err: fmt.Errorf("upload: the scanner answered %q", reply)}
}

// Ping is nil when the scanner answers.
func (s Scanner) Ping(ctx context.Context) error {
	if s.Addr == "" {
		return errors.New("upload: no scanner is set up")
	}
	reply, err := s.ask(ctx, []byte("zPING\x00"))
	if err == nil && reply != "PONG" {
		err = fmt.Errorf("upload: the scanner answered %q", reply)
	}
	return err
}

func (s Scanner) ask(ctx context.Context, msg []byte) (string, error) {
	timeout := s.Timeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	network, addr := "tcp", s.Addr
	if p, ok := strings.CutPrefix(addr, "unix:"); ok {
		network, addr = "unix", p
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err != nil {
		return "", fmt.Errorf("upload: reaching the scanner: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	_, werr := conn.Write(msg)
	// The scanner may stop reading and say why, so its answer is read even then.
	reply, rerr := bufio.NewReader(io.LimitReader(conn, 4096)).ReadString(0)
	switch {
	case rerr == nil:
		return strings.TrimSuffix(reply, "\x00"), nil
	case ctx.Err() != nil:
		return "", fmt.Errorf("upload: the scanner did not answer in time: %w", ctx.Err())
	}
	return "", fmt.Errorf("upload: talking to the scanner: %w", errors.Join(werr, rerr))
}
