package store_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdoor/internal/fault"
	"frontdoor/internal/store"
)

func TestLoadOrCreateKey(t *testing.T) {
	t.Parallel()
	data, path := t.TempDir(), filepath.Join(t.TempDir(), "deep", "a.key")
	made, err := store.LoadOrCreateKey(path, data)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	again, err := store.LoadOrCreateKey(path, data)
	if err != nil || again.ID() != made.ID() {
		t.Errorf("read back another key: %v", err)
	}
	if other, err := store.LoadOrCreateKey(filepath.Join(t.TempDir(), "b.key"), data); err != nil || other.ID() == made.ID() {
		t.Errorf("a second key is the first: %v", err)
	}

	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := store.LoadOrCreateKey(path, data); fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.SafeText(err), "chmod") {
		t.Errorf("readable by others: got %v", err)
	}
}

func TestKeyRefusals(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(data, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(data, "a.key"), filepath.Join(data, "deep", "a.key"), filepath.Join(link, "a.key"), data} {
		if _, err := store.LoadOrCreateKey(path, data); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: got %v", path, err)
		}
	}
	if left, err := os.ReadDir(data); err != nil || len(left) > 0 {
		t.Errorf("left behind %v, %v", left, err)
	}
	// A neighbour whose name starts the same is not inside.
	if _, err := store.LoadOrCreateKey(data+".key", data); err != nil {
		t.Error(err)
	}

	missing := filepath.Join(t.TempDir(), "lost.key")
	if err := os.WriteFile(filepath.Join(data, "frontdoor.db"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.LoadOrCreateKey(missing, data); fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.SafeText(err), missing) {
		t.Errorf("database without its key: got %v", err)
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("a new key was made for an old database")
	}

	for _, content := range []string{"", "abc", strings.Repeat("zz", 32), strings.Repeat("00", 31)} {
		bad := filepath.Join(t.TempDir(), "bad.key")
		if err := os.WriteFile(bad, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.LoadOrCreateKey(bad, data); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: got %v", content, err)
		}
	}
}

func TestKeyStaysSecret(t *testing.T) {
	t.Parallel()
	secret := bytes.Repeat([]byte{0xab}, 32)
	key, err := store.NewKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", key, "in", struct{ K store.Key }{key})
	said := log.String() + fmt.Sprintf("%v %+v %#v %s %x %d %q %v", key, key, key, key, key, key, key, struct{ k store.Key }{key})
	for _, leak := range []string{"abab", "171", `\xab`} {
		if strings.Contains(said, leak) {
			t.Errorf("the key shows: %s", said)
		}
	}
	if _, err := json.Marshal(key); err == nil {
		t.Error("the key was written as JSON")
	}
	if bytes.Equal(key.Derive("seal"), key.Derive("session")) || bytes.Equal(key.Derive("seal"), secret) || len(key.Derive("seal")) != 32 {
		t.Error("derived keys are not apart")
	}
	if !bytes.Equal(key.Derive("seal"), key.Derive("seal")) {
		t.Error("a derived key changes")
	}
}
