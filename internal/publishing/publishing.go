// Package publishing is what a partnership publishes: its pages and its manual,
// as they stand at each moment, and the acts of those who write them. It is the
// only writer of texts.
package publishing

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"time"

	"frontdoor/internal/guidance"
	"frontdoor/internal/partnership"
	"frontdoor/internal/pathway"
	"frontdoor/internal/store"
)

// guidanceFolder is where the texts are in a partnership's folder.
const guidanceFolder = "guidance"

// Texts are the texts of one partnership.
type Texts struct {
	db    *store.DB
	place *partnership.Partnership

	mu      sync.Mutex
	routes  []string
	shipped *guidance.Library
	faults  pathway.Faults
}

// New gives the texts of a partnership. They are read when first asked for.
func New(db *store.DB, place *partnership.Partnership) *Texts {
	return &Texts{db: db, place: place}
}

// LeadTo says which addresses of the program a text may lead to. Without it, any.
func (t *Texts) LeadTo(routes []string) { t.routes = routes }

// At is everything as it stands at an instant. It does not change, and is read
// once for all who ask.
func (t *Texts) At(_ context.Context, _ time.Time) (*guidance.Library, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shipped != nil {
		return t.shipped, nil
	}
	if t.place.Folder == nil {
		return nil, errors.New("the partnership has no folder")
	}
	texts, err := fs.Sub(t.place.Folder, guidanceFolder)
	if err != nil {
		return nil, err
	}
	t.shipped, t.faults = guidance.Load(texts, guidance.Place{Contacts: t.place.Contacts, Routes: t.routes})
	return t.shipped, nil
}
