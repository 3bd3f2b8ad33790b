package publishing

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/audit"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
)

const (
	shippedWhy  = "It came with the program."
	shippedNew  = "It came with the new version of the program."
	shippedGone = "The new version of the program no longer has it."
	shippedSame = "The partnership’s own text says the same already."
	shippedOver = "A newer text came with the program."
)

// Ship keeps the files of the partnership's folder that are not those that came
// last, so that the text of any day can be read for ever. A file that nobody here
// has changed follows the folder from now; one that the partnership has changed
// keeps its own text, and the new one waits for review. So does all of the manual
// once the partnership has changed any of it, because it changes by editions.
func (t *Texts) Ship(ctx context.Context, now time.Time) error {
	files, err := t.shipped()
	if err != nil {
		return err
	}
	for range 5 {
		t.fresh.Store(false)
		l, err := t.ledger(ctx)
		if err != nil {
			return err
		}
		p := shipping(l, files, now)
		if len(p.acts) == 0 {
			return nil
		}
		again, err := t.write(ctx, l.version, &p)
		if err != nil || !again {
			return err
		}
	}
	return fault.New(fault.Unavailable, "The texts could not be kept because others changed them at the same moment. Start again.")
}

func shipping(l *ledger, files map[string][]byte, now time.Time) plan {
	first := l.version == 0
	last, own := map[string]*entry{}, map[string]bool{}
	manual := false
	for _, e := range l.order {
		if e.Author == Program {
			last[e.Name] = e
		}
	}
	if !first {
		for _, e := range l.line {
			for _, name := range []string{e.entry.Name, e.entry.NewName} {
				own[name] = e.entry.Author != Program
			}
			manual = manual || isManual(e.entry.Name) && e.entry.Author != Program
		}
	}
	var p plan
	act := func(c store.TextChange, act, why string, from time.Time) {
		p.acts = append(p.acts, store.TextAct{Change: c.ID, Act: act, Actor: Program, Why: why, From: from, At: now})
	}
	ship := func(c store.TextChange) {
		c.ID, c.Author, c.At = store.NewID(now), Program, now
		if e, ok := head(l.line, c.Name); ok {
			c.Base = e.entry.ID
		}
		p.changes = append(p.changes, c)
		if old := last[c.Name]; old != nil && old.state(now, l).open() {
			act(old.TextChange, actWithdrawn, shippedOver, time.Time{})
		}
		current, there := l.newest(c.Name)
		switch {
		case first:
			act(c, actPublished, "", time.Time{})
		case own[c.Name] && there && current.hash == c.Content, own[c.Name] && !there && c.Content == "":
			act(c, actAsked, "", time.Time{})
			act(c, actWithdrawn, shippedSame, time.Time{})
		case own[c.Name] || manual && isManual(c.Name):
			act(c, actAsked, "", time.Time{})
		default:
			act(c, actPublished, "", now)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		hash := store.TextHash(files[name])
		if had := last[name]; had != nil && had.Content == hash {
			continue
		}
		p.contents = append(p.contents, files[name])
		why := shippedNew
		if first {
			why = shippedWhy
		}
		ship(store.TextChange{Kind: string(Write), Name: name, Content: hash, Why: why})
	}
	for _, name := range slices.Sorted(maps.Keys(last)) {
		if _, still := files[name]; !still && Kind(last[name].Kind) != Remove {
			ship(store.TextChange{Kind: string(Remove), Name: name, Why: shippedGone})
		}
	}
	if len(p.acts) > 0 {
		p.events = append(p.events, audit.Event{At: now, Actor: audit.ActorSystem, Act: "text-shipped", Detail: map[string]string{"files": strconv.Itoa(len(p.changes))}})
	}
	return p
}

// Export writes what is in force at an instant into an empty folder, in the form
// of a partnership's folder: one that the program can be started with.
func (t *Texts) Export(ctx context.Context, at time.Time, dir string) (files int, err error) {
	entries, err := os.ReadDir(dir)
	switch {
	case err == nil && len(entries) > 0:
		return 0, fault.New(fault.Conflict, "The folder to write to is not empty, and nothing in it is overwritten. Name a new one.")
	case err != nil && !os.IsNotExist(err):
		return 0, fault.Wrap(err, fault.Invalid, "The folder to write to cannot be read. Name another.")
	}
	put := func(name string, data []byte) error {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fault.Wrap(err, fault.Unavailable, "The folder to write to cannot be made.")
		}
		files++
		return fault.Wrap(os.WriteFile(path, data, 0o644), fault.Unavailable, "A file could not be written. Check that there is room.")
	}
	list, err := t.Files(ctx, at)
	if err != nil {
		return 0, err
	}
	for _, f := range list {
		data, err := t.Content(ctx, f.Hash)
		if err != nil {
			return files, err
		}
		if !filepath.IsLocal(filepath.FromSlash(f.Name)) {
			continue
		}
		if err := put(f.Name, data); err != nil {
			return files, err
		}
	}
	// What is not edited here goes along, so that the folder is whole.
	return files, fs.WalkDir(t.place.Folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == contactsFile || strings.HasPrefix(name, guidanceFolder) {
			return err
		}
		data, err := fs.ReadFile(t.place.Folder, name)
		if err != nil {
			return err
		}
		return put(name, data)
	})
}
