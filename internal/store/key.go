package store

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"frontdoor/internal/fault"
)

const keySize = 32

// Key is the secret everything else is encrypted with. It prints as "[key]",
// or as an address inside another value, wherever it ends up by mistake.
type Key struct{ secret *[keySize]byte }

// NewKey makes a key from 32 bytes.
func NewKey(secret []byte) (Key, error) {
	if len(secret) != keySize {
		return Key{}, fault.New(fault.Invalid, "A key is 32 bytes: 64 hexadecimal digits.")
	}
	k := Key{new([keySize]byte)}
	copy(k.secret[:], secret)
	return k, nil
}

// Derive gives 32 bytes for one purpose ("database", "seal", "session").
// Knowing one tells nothing of another or of the key.
func (k Key) Derive(purpose string) []byte {
	if k.secret == nil {
		panic("store: a key that was never set")
	}
	b, err := hkdf.Key(sha256.New, k.secret[:], nil, "frontdoor/"+purpose, keySize)
	if err != nil {
		panic(err) // only for lengths that are not ours
	}
	return b
}

// ID names the key without telling anything of it, so that a backup can say
// which key it needs.
func (k Key) ID() string { return hex.EncodeToString(k.Derive("id")[:6]) }

// Format keeps the secret out of everything that is printed.
func (Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[key]")) }

// LogValue keeps the secret out of logs.
func (Key) LogValue() slog.Value { return slog.StringValue("[key]") }

// MarshalText refuses: a key is never part of anything written out.
func (Key) MarshalText() ([]byte, error) { return nil, errors.New("store: a key is not written out") }

// DefaultKeyPath is where the key of a data folder is kept when no other
// place is named: among the account's own settings, never beside the data.
func DefaultKeyPath(dataDir string) (string, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return "", fault.Wrap(err, fault.Invalid, "This account has no folder for settings. Name the key file when you start the program.")
	}
	dir, err := realPath(dataDir)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(config, "frontdoor", hex.EncodeToString(sum[:8])+".key"), nil
}

// LoadOrCreateKey reads the key file, or makes one with a new random key when
// the data folder is still empty. An empty path means DefaultKeyPath.
//
// It refuses with fault.Invalid: a key file inside the data folder (who copies
// the folder would have both), one that others can read, and a missing one
// when the folder already holds a database that only the old key opens.
func LoadOrCreateKey(path, dataDir string) (Key, error) {
	if path == "" {
		var err error
		if path, err = DefaultKeyPath(dataDir); err != nil {
			return Key{}, err
		}
	}
	real, err := realPath(path)
	if err != nil {
		return Key{}, err
	}
	dir, err := realPath(dataDir)
	if err != nil {
		return Key{}, err
	}
	if inside, err := filepath.Rel(dir, real); err == nil && inside != ".." && !strings.HasPrefix(inside, ".."+string(filepath.Separator)) {
		return Key{}, fault.New(fault.Invalid, "The key file is inside the data folder. Keep it somewhere else: whoever copies the folder must not get the key with it.")
	}
	key, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if info, err := os.Stat(filepath.Join(dir, databaseFile)); err == nil && info.Size() > 0 {
		return Key{}, fault.New(fault.Invalid, "The data folder holds a database, but its key file "+path+" is missing. Put the key file back: without it nobody can read the database.")
	}
	return createKey(path)
}

func readKey(path string) (Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Key{}, fault.Wrap(err, fault.Invalid, "The key file "+path+" cannot be read.")
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return Key{}, fault.New(fault.Invalid, "Others can read the key file "+path+". Run: chmod 600 "+path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return Key{}, fault.Wrap(err, fault.Invalid, "The key file "+path+" cannot be read.")
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil {
		// The cause would repeat a digit of the key.
		return Key{}, fault.New(fault.Invalid, "The key file "+path+" does not hold a key: 64 hexadecimal digits.")
	}
	return NewKey(secret)
}

func createKey(path string) (key Key, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return key, fault.Wrap(err, fault.Invalid, "The folder for the key file "+path+" cannot be made.")
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return key, fault.Wrap(err, fault.Invalid, "The key file "+path+" cannot be made.")
	}
	key.secret = new([keySize]byte)
	_, _ = rand.Read(key.secret[:]) // never fails
	_, err = fmt.Fprintf(f, "%x\n", key.secret[:])
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		// Half a key must not be found at the next start.
		return Key{}, fault.Wrap(errors.Join(err, os.Remove(path)), fault.Invalid, "The key file "+path+" cannot be written.")
	}
	return key, nil
}

// realPath is the absolute path with symbolic links followed as far as the
// path exists.
func realPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	for rest, dir := "", path; ; {
		real, err := filepath.EvalSymlinks(dir)
		if err == nil {
			return filepath.Join(real, rest), nil
		}
		parent := filepath.Dir(dir)
		if !errors.Is(err, fs.ErrNotExist) || parent == dir {
			return "", fault.Wrap(err, fault.Invalid, "The path "+path+" cannot be followed.")
		}
		rest, dir = filepath.Join(filepath.Base(dir), rest), parent
	}
}
