package upload

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// eicar is the standard harmless test virus, put together here so that a
// scanner does not take this file for one.
func eicar() []byte {
	return []byte(strings.Join([]string{`X5O!P%@AP[4\PZX54(P^)7CC)7}$`, `EICAR-STANDARD-`, `ANTIVIRUS-TEST-FILE!$H+H*`}, ""))
}

// clamd answers zPING and zINSTREAM as ClamAV does.
func clamd(t *testing.T, network, addr string, limit uint32) string {
	t.Helper()
	l, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				fmt.Fprintf(c, "%s\x00", answer(c, limit))
				_, _ = io.Copy(io.Discard, c)
			}()
		}
	}()
	return l.Addr().String()
}

func answer(c io.Reader, limit uint32) string {
	var command []byte
	one := make([]byte, 1)
	for {
		if _, err := io.ReadFull(c, one); err != nil {
			return "ERROR"
		}
		if one[0] == 0 {
			break
		}
		command = append(command, one[0])
	}
	switch string(command) {
	case "zPING":
		return "PONG"
	case "zINSTREAM":
	default:
		return "UNKNOWN COMMAND"
	}
	var got bytes.Buffer
	for {
		var n uint32
		if err := binary.Read(c, binary.BigEndian, &n); err != nil {
			return "stream: ERROR"
		}
		if n == 0 {
			break
		}
		if uint32(got.Len())+n > limit {
			return "INSTREAM size limit exceeded. ERROR"
		}
		if _, err := io.CopyN(&got, c, int64(n)); err != nil {
			return "stream: ERROR"
		}
	}
	if bytes.Contains(got.Bytes(), eicar()) {
		return "stream: Eicar-Test-Signature FOUND"
	}
	return "stream: OK"
}

func TestScan(t *testing.T) {
	t.Parallel()
	tcp := Scanner{Addr: clamd(t, "tcp", "127.0.0.1:0", 1<<30)}
	socket := filepath.Join(t.TempDir(), "s")
	clamd(t, "unix", socket, 1<<30)
	unix := Scanner{Addr: "unix:" + socket}
	large := append(bytes.Repeat([]byte("a"), 3<<20), eicar()...)
	for _, s := range []Scanner{tcp, unix} {
		if err := s.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if r := s.Scan(t.Context(), []byte("harmless")); r.State != Clean {
			t.Errorf("%+v", r)
		}
		for _, b := range [][]byte{eicar(), large} {
			if r := s.Scan(t.Context(), b); r.State != Infected || r.Signature != "Eicar-Test-Signature" {
				t.Errorf("%+v", r)
			}
		}
	}
	if _, err := Check("a.txt", eicar()); err != nil {
		t.Errorf("the test virus is plain text and only the scanner can tell: %v", err)
	}
}

func TestScanNeverSaysCleanWhenItDoesNotKnow(t *testing.T) {
	t.Parallel()
	small := Scanner{Addr: clamd(t, "tcp", "127.0.0.1:0", 1000)}
	if r := small.Scan(t.Context(), make([]byte, 5000)); r.State != Unscanned || r.Err == nil {
		t.Errorf("over the scanner's limit: %+v", r)
	}
	if r := (Scanner{}).Scan(t.Context(), []byte("x")); r.State != Unscanned || r.Err != nil {
		t.Errorf("no scanner: %+v", r)
	}
	if (Scanner{}).Ping(t.Context()) == nil {
		t.Error("no scanner answers")
	}
	gone := Scanner{Addr: "unix:" + filepath.Join(t.TempDir(), "none")}
	if r := gone.Scan(t.Context(), []byte("x")); r.State != Unscanned || r.Err == nil {
		t.Errorf("nobody there: %+v", r)
	}

	for _, reply := range []string{"", "stream: OK", "OK\x00", "stream: \x00", "stream:  FOUND\x00", "stream: Something ERROR\x00"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			if c, err := l.Accept(); err == nil {
				_, _ = io.WriteString(c, reply)
				_ = c.(*net.TCPConn).CloseWrite()
				_, _ = io.Copy(io.Discard, c)
				c.Close()
			}
		}()
		if r := (Scanner{Addr: l.Addr().String()}).Scan(t.Context(), []byte("x")); r.State != Unscanned || r.Err == nil {
			t.Errorf("answer %q: %+v", reply, r)
		}
		l.Close()
	}
}

func TestScanGivesUp(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // nobody ever answers
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := (Scanner{Addr: l.Addr().String()}).Scan(ctx, []byte("x")); r.State != Unscanned || r.Err == nil {
		t.Errorf("%+v", r)
	}
	if r := (Scanner{Addr: l.Addr().String(), Timeout: time.Millisecond}).Scan(t.Context(), []byte("x")); r.State != Unscanned || r.Err == nil {
		t.Errorf("%+v", r)
	}
}
