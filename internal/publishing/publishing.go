// Package publishing is what a partnership publishes: its pages, its manual and
// its contacts as they stand at each moment, and the acts of those who write
// them. It is the only writer of texts.
//
// The files that ship in the partnership's folder are the beginning. Every
// change of a file is kept for ever with who wrote it, who let it through and
// from when it holds; nothing is overwritten. What is in force at an instant
// follows from those rows alone, so a publication for a later day needs no job,
// and the text of any day that is past can be read.
package publishing

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/contact"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/partnership"
	"frontdoor/internal/pathway"
	"frontdoor/internal/store"
	"frontdoor/internal/upload"
)

// The powers of those who work on texts, as roles in agencies.yaml have them.
const (
	PowerWrite   = "texts"         // write, and ask for review
	PowerPublish = "texts_publish" // review, publish, release an edition
)

// Program is the author of what came with the program.
const Program = "program"

// Names of files, as in a partnership's folder.
const (
	guidanceFolder = "guidance/"
	contactsFile   = "contacts.yaml"
	manualFolder   = guidanceFolder + "manual/"
	manualFile     = manualFolder + "manual.yaml"
)

// Texts are the texts of one partnership. It is safe for use by many at once.
type Texts struct {
	// Scanner looks for malware in documents; nil where there is none.
	Scanner *upload.Scanner
	// Mail queues a neutral mail in a transaction; nil where none is sent.
	Mail func(tx *store.Tx, now time.Time, to, template string) error

	db    *store.DB
	place *partnership.Partnership
	also  []func(*guidance.Library, *contact.Directory) pathway.Faults

	leads   func(path string) bool
	shipped func() (map[string][]byte, error) // the files of the folder

	mu    sync.Mutex // while the ledger is read anew
	known atomic.Pointer[ledger]
	fresh atomic.Bool

	libraries shelf
}

// New gives the texts of a partnership. They are read when first asked for.
func New(db *store.DB, place *partnership.Partnership) *Texts {
	return &Texts{db: db, place: place, shipped: sync.OnceValues(func() (map[string][]byte, error) { return folderFiles(place.Folder) })}
}

// LeadTo says how to tell whether there is something at an address of the
// program. Without it any will do. It is called before the texts are first read.
func (t *Texts) LeadTo(leads func(path string) bool) { t.leads = leads }

// AlsoCheck adds a reader of files that are not pages, such as services.yaml.
// What it finds wrong stops a publication too. It is called before the texts are
// first read.
func (t *Texts) AlsoCheck(fn func(*guidance.Library, *contact.Directory) pathway.Faults) {
	t.also = append(t.also, fn)
}

// By is who acts, when and on which route.
type By struct {
	Worker agency.Worker
	Now    time.Time
	Route  string // the route's pattern, for the audit log
}

// may gives the refusal for someone whose roles lack a power.
func (t *Texts) may(by By, power string) error {
	for _, id := range by.Worker.Roles(by.Now) {
		if role, ok := t.place.Register.Role(id); ok && slices.Contains(role.May, power) {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "Your role does not let you do this. Ask the partnership’s business team if it should.")
}

// folderFiles reads the files of a partnership's folder that are texts.
func folderFiles(folder fs.FS) (map[string][]byte, error) {
	if folder == nil {
		return nil, errors.New("the partnership has no folder")
	}
	files := map[string][]byte{}
	data, err := fs.ReadFile(folder, contactsFile)
	if err != nil {
		return nil, err
	}
	files[contactsFile] = data
	root := guidanceFolder[:len(guidanceFolder)-1]
	err = fs.WalkDir(folder, root, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == root {
			return nil // a partnership that has written nothing yet
		}
		if err != nil || d.IsDir() || d.Name()[0] == '.' {
			return err
		}
		files[name], err = fs.ReadFile(folder, name)
		return err
	})
	return files, err
}

// At is everything as it stands at an instant. It does not change: for the same
// files it is the same library.
func (t *Texts) At(ctx context.Context, at time.Time) (*guidance.Library, error) {
	c, err := t.compiledAt(ctx, at)
	if err != nil {
		return nil, err
	}
	return c.lib, nil
}

// Contacts is the directory of services that answer, as it stands at an instant.
func (t *Texts) Contacts(ctx context.Context, at time.Time) (*contact.Directory, error) {
	c, err := t.compiledAt(ctx, at)
	if err != nil {
		return nil, err
	}
	return c.contacts, nil
}

// Directory is Contacts for those who must always have one: when the texts cannot
// be read, it is what ships with the program.
func (t *Texts) Directory(at time.Time) *contact.Directory {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	d, err := t.Contacts(ctx, at)
	if err != nil {
		return t.place.Contacts
	}
	return d
}

// Redirect gives the address now of a page that had another.
func (t *Texts) Redirect(ctx context.Context, at time.Time, path string) (string, bool, error) {
	lib, err := t.At(ctx, at)
	if err != nil {
		return "", false, err
	}
	to, ok := lib.Redirect(path)
	return to, ok, nil
}

// File is one file in force.
type File struct {
	Name   string
	Hash   string
	Change string // the change that put it there; empty before anything was kept
	Author string // a worker's id, or Program
	Since  time.Time
}

// Files are the files in force at an instant, by name.
func (t *Texts) Files(ctx context.Context, at time.Time) ([]File, error) {
	l, err := t.ledger(ctx)
	if err != nil {
		return nil, err
	}
	tr := l.treeAt(at)
	out := make([]File, 0, len(tr.files))
	for _, name := range tr.names() {
		out = append(out, tr.files[name].file(name))
	}
	return out, nil
}

// File is one file in force at an instant.
func (t *Texts) File(ctx context.Context, at time.Time, name string) (File, bool, error) {
	l, err := t.ledger(ctx)
	if err != nil {
		return File{}, false, err
	}
	n, ok := l.treeAt(at).files[name]
	return n.file(name), ok, nil
}

func (n node) file(name string) File {
	return File{Name: name, Hash: n.hash, Change: n.change, Author: n.author, Since: n.since}
}

// Begin is what whoever opens a file to write begins from: its newest text, also
// one that is approved or comes into force later.
func (t *Texts) Begin(ctx context.Context, name string) (File, bool, error) {
	l, err := t.ledger(ctx)
	if err != nil {
		return File{}, false, err
	}
	n, ok := l.newest(name)
	return n.file(name), ok, nil
}

// errNoText is what is said of a hash that nothing is kept under.
var errNoText = fault.New(fault.NotFound, "There is no such text, picture or document.")

// Content gives bytes by their hash, also those that are not published: for those
// who work on texts.
func (t *Texts) Content(ctx context.Context, hash string) ([]byte, error) {
	var b []byte
	err := t.db.Read(ctx, func(tx *store.Tx) (err error) {
		b, err = tx.TextContent(hash)
		return err
	})
	if !errors.Is(err, store.ErrNone) {
		return b, err
	}
	files, err := t.shipped()
	if err != nil {
		return nil, err
	}
	for _, data := range files {
		if store.TextHash(data) == hash {
			return data, nil
		}
	}
	return nil, errNoText
}

// Served gives a picture or a document, with its media type, to anyone: one that
// is in force at an instant or was before.
func (t *Texts) Served(ctx context.Context, at time.Time, hash string) ([]byte, string, error) {
	l, err := t.ledger(ctx)
	if err != nil {
		return nil, "", err
	}
	name := l.servedAs(at, hash)
	if name == "" {
		return nil, "", errNoText
	}
	b, err := t.Content(ctx, hash)
	return b, mediaTypes[extension(name)], err
}
