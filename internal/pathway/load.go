package pathway

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"frontdoor/internal/calendar"
)

// Place is what a pathway is loaded into: the partnership's own roles, lists
// and settings.
type Place struct {
	Roles    []string                      // nil when roles are not to be checked
	Lists    map[string][]Code             // for codes: partnership:<list>
	Settings map[string]map[string]Setting // pathway → name → value in Default, with Confirmed, Source, Checked
	Now      time.Time                     // for law entries that nobody has checked for 12 months
	Calendar *calendar.Calendar            // for working_days() in rules; the built-in one when nil
	Clauses  []string                      // every section of the manual, as neglect#signs; nil when clauses are not to be checked
	Shared   map[string]string             // files of the folder _shared; LoadAll reads them itself
}

// Library is every pathway the program knows, by name in its current version
// and by hash in every version that a record is pinned to.
type Library struct {
	byName map[string]*Pathway
	mu     sync.RWMutex
	byHash map[string]*Pathway
}

// Get gives the current version of a pathway.
func (l *Library) Get(name string) (*Pathway, bool) {
	p, ok := l.byName[name]
	return p, ok
}

// All gives the current versions, by name.
func (l *Library) All() []*Pathway {
	out := make([]*Pathway, 0, len(l.byName))
	for _, n := range slices.Sorted(maps.Keys(l.byName)) {
		out = append(out, l.byName[n])
	}
	return out
}

// Pin keeps an earlier version, so that At finds it. Safe to call while others
// read.
func (l *Library) Pin(p *Pathway) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.byHash[p.Hash] = p
}

// At gives the version with a content hash.
func (l *Library) At(hash string) (*Pathway, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	p, ok := l.byHash[hash]
	return p, ok
}

// Load reads and checks one pathway folder, whose files are at the root of
// fsys. The pathway is nil when any fault is more than a warning.
func Load(fsys fs.FS, place Place) (*Pathway, Faults) {
	files, err := readFiles(fsys)
	if err != nil {
		return nil, Faults{{File: "pathway.yaml", Text: err.Error(), Do: "Check the folder"}}
	}
	p, faults := load(files, place, false)
	if faults.Err() != nil {
		return nil, faults
	}
	return p, faults
}

// FromFiles rebuilds a pathway from the text that a record is pinned to. What
// has changed around it since, such as a role that no longer exists, is only a
// warning: an old record must still be readable.
func FromFiles(files map[string]string, place Place) (*Pathway, Faults) {
	p, faults := load(maps.Clone(files), place, true)
	if faults.Err() != nil {
		return nil, faults
	}
	return p, faults
}

// LoadAll reads every folder under fsys as a pathway and checks what each
// starts of another. The library is nil when any fault is more than a warning.
func LoadAll(fsys fs.FS, place Place) (*Library, Faults) {
	dirs, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, Faults{{File: ".", Text: err.Error(), Do: "Check the folder of pathways"}}
	}
	var names []string
	for _, d := range dirs {
		if d.IsDir() && !strings.HasPrefix(d.Name(), ".") && !strings.HasPrefix(d.Name(), "_") {
			if _, err := fs.Stat(fsys, d.Name()+"/pathway.yaml"); err == nil {
				names = append(names, d.Name())
			}
		}
	}
	if place.Shared, err = readShared(fsys); err != nil {
		return nil, Faults{{File: "_shared", Text: err.Error(), Do: "Check the folder"}}
	}
	loaded, found := make([]*Pathway, len(names)), make([]Faults, len(names))
	var wg sync.WaitGroup
	for i, n := range names {
		wg.Go(func() {
			sub, err := fs.Sub(fsys, n)
			if err != nil {
				found[i] = Faults{{File: n, Text: err.Error()}}
				return
			}
			loaded[i], found[i] = Load(sub, place)
			for j := range found[i] {
				found[i][j].File = n + "/" + found[i][j].File
			}
			if p := loaded[i]; p != nil && p.Name != n {
				found[i] = append(found[i], Fault{
					File: n + "/pathway.yaml", Line: p.lines[&p.Name],
					Text: fmt.Sprintf("the folder is “%s” and the pathway in it “%s”", n, p.Name), Do: "Give both the same name",
				})
			}
		})
	}
	wg.Wait()
	l := &Library{byName: map[string]*Pathway{}, byHash: map[string]*Pathway{}}
	faults := Faults(slices.Concat(found...))
	whole := faults.Err() == nil // a folder with faults would be reported again by each that starts it
	for _, p := range loaded {
		if p != nil {
			l.byName[p.Name] = p
			l.byHash[p.Hash] = p
		}
	}
	for _, p := range l.All() {
		faults = append(faults, l.crossCheck(p, whole)...)
	}
	for _, p := range l.All() {
		p.lines = nil
	}
	faults = faults.sorted()
	if faults.Err() != nil {
		return nil, faults
	}
	return l, faults
}

// readShared reads the folder of what several pathways use, when there is one.
func readShared(fsys fs.FS) (map[string]string, error) {
	if _, err := fs.Stat(fsys, "_shared"); err != nil {
		return nil, nil
	}
	sub, err := fs.Sub(fsys, "_shared")
	if err != nil {
		return nil, err
	}
	return readFiles(sub)
}

// readFiles reads every file of a folder; names that begin with a dot or an
// underscore are not part of it.
func readFiles(fsys fs.FS) (map[string]string, error) {
	files, total := map[string]string{}, 0
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name != "." && strings.ContainsAny(d.Name()[:1], "._") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if total += int(info.Size()); info.Size() > maxFile || total > 8*maxFile || len(files) > 500 {
			return errors.New("the folder is too large: a file may be 1 MB and the folder 8 MB")
		}
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		files[name] = string(b)
		return nil
	})
	return files, err
}

// hashOf names a pathway by the content of all its files.
func hashOf(files map[string]string) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%d:%s%d:%s", len(name), name, len(files[name]), files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// load reads a folder's files. pinned says that they are a kept text.
func load(files map[string]string, place Place, pinned bool) (*Pathway, Faults) {
	var faults Faults
	text, ok := files["pathway.yaml"]
	if !ok {
		return nil, Faults{{File: "pathway.yaml", Text: "the folder has no pathway.yaml", Do: "Write one"}}
	}
	if place.Calendar == nil {
		place.Calendar = calendar.Default()
	}
	p := &Pathway{Files: files, Codes: map[string][]Code{}, Messages: map[string]string{}}
	d := newDecoder("pathway.yaml", &faults)
	p.lines = d.lines
	k := &checker{compiler: compiler{p: p, d: d, place: &place, cache: map[string]*rule{}}, pinned: pinned}
	doc, ok := d.document(text)
	if !ok {
		return nil, faults.sorted()
	}
	k.splice(doc)
	if d.decode(doc, reflect.ValueOf(p).Elem(), "the file", 0); len(faults) > 0 {
		return nil, faults.sorted()
	}
	for name, text := range files {
		if dir, file := path.Split(name); dir == "messages/" && strings.HasSuffix(file, ".md") {
			p.Messages[strings.TrimSuffix(file, ".md")] = text
		}
	}
	k.check()
	p.Hash = hashOf(p.Files)
	return p, faults.sorted()
}
