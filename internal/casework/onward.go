package casework

import (
	"slices"
	"strings"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// MayBegin tells whether someone may begin a record of a pathway by themselves:
// people may, and its first step is for them.
func (d *Desk) MayBegin(by By, p *pathway.Pathway) bool {
	return p.Offered != "" && p.ForBeginner(beginner(by))
}

// beginner is who begins a record, as rules see them.
func beginner(by By) pathway.Actor {
	a := pathway.Actor{ID: by.Worker(), Kind: by.Kind, Author: true, Roles: append([]string{"author"}, by.Viewer.Worker.Roles(by.Now)...)}
	if by.Kind == "public" {
		a.Roles = append(a.Roles, "public")
	}
	return a
}

// Onward are the pathways into which the one who acts may carry a record on.
func (d *Desk) Onward(by By, v *View) []*pathway.Pathway {
	var out []*pathway.Pathway
	for _, p := range d.Pathways.All() {
		if v.Decision.May(access.Act) && slices.Contains(p.Follows, v.Record.Pathway) && p.ForBeginner(beginner(by)) {
			out = append(out, p)
		}
	}
	return out
}

// mayFollow tells whether a record may be carried on into one of a pathway.
func mayFollow(by By, p *pathway.Pathway, l loaded) bool {
	return l.dec.May(access.Act) && slices.Contains(p.Follows, l.rec.Pathway) && p.ForBeginner(beginner(by))
}

// carry picks the answers that a record of a pathway starts with out of those
// of the record it follows.
func carry(p *pathway.Pathway, from answer.Set) answer.Set {
	out := answer.Set{}
	for k, a := range from {
		if carried(p, k) {
			out[k] = a
		}
	}
	return out
}

// known is what a record of a pathway starts with out of the record it follows,
// opened.
func (d *Desk) known(p *pathway.Pathway, l loaded) (answer.Set, error) {
	out := carry(p, l.rec.Answers)
	if err := d.openAll(l.p, l.rec.ID, out); err != nil {
		return nil, err
	}
	fillParent(p, l.rec.Answers, out)
	return out, nil
}

// fillParent answers the questions that say which of the parent's fills them.
// What is sealed there never fills another: the check of the folders sees to it.
func fillParent(p *pathway.Pathway, from, into answer.Set) {
	for _, q := range p.Filled() {
		id := strings.TrimPrefix(q.Fill, "parent.")
		for k, a := range from {
			group, row, was := k.Split()
			to := p.Key(q.ID, row)
			if g, _, _ := to.Split(); was == id && g == group && into[to].Empty() {
				into[to] = a
			}
		}
	}
}

// renameFiles gives the files that a record carries over from its parent the ids
// that their copies will have, and gives the copies by those of the originals.
// Files that were just added to it stay as they are.
func renameFiles(tx *store.Tx, by By, p *pathway.Pathway, parent string, answers answer.Set) (map[string]string, error) {
	copies := map[string]string{}
	if parent == "" {
		return copies, nil
	}
	files, err := tx.FilesOf(parent)
	if err != nil || len(files) == 0 {
		return copies, err
	}
	for k, a := range answers {
		_, _, id := k.Split()
		q, ok := p.Question(id)
		if !ok || q.Type != "files" {
			continue
		}
		a.List = slices.Clone(a.List)
		for i, old := range a.List {
			if !slices.ContainsFunc(files, func(f record.File) bool { return f.ID == old }) {
				continue
			}
			if copies[old] == "" {
				copies[old] = store.NewID(by.Now)
			}
			a.List[i] = copies[old]
		}
		answers[k] = a
	}
	return copies, nil
}

// copyFiles copies files of one record to another: each record keeps its own, so
// that who may open them, and for how long they are kept, follows the record.
func (d *Desk) copyFiles(tx *store.Tx, by By, from, to string, copies map[string]string) error {
	for old, id := range copies {
		f, err := tx.File(old)
		if err != nil {
			return err
		}
		sealed, err := tx.FileContent(old)
		if err != nil {
			return err
		}
		content, err := d.Sealer.Open(sealed, fileBinding(old))
		if err != nil {
			return fault.Wrap(err, fault.Internal, "A file could not be carried over.")
		}
		name, err := d.openText("file name", old, f.Name)
		if err != nil {
			return err
		}
		f.ID, f.Record, f.Draft = id, to, ""
		if f.Name, err = d.sealText("file name", id, name); err != nil {
			return err
		}
		if sealed, err = d.Sealer.Seal(content, fileBinding(id)); err != nil {
			return err
		}
		if err := tx.AddFile(f, sealed); err != nil {
			return err
		}
		if err := d.log(tx, by, "carry-file", id, map[string]string{"from": from}); err != nil {
			return err
		}
	}
	return nil
}
