package casework

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/store"
)

// Why a block is weighed by itself.
const (
	aloneRecord  = "The record is restricted or locked"
	aloneOther   = "It is about somebody else, or names them"
	aloneSender  = "It says who told us"
	aloneWriter  = "It is in somebody’s own words to us"
	aloneGuarded = "It was kept for the decision alone"
	aloneFile    = "Only its name is here: look into the file"
	aloneHidden  = "Words of it are hidden in another block"
	aloneChanged = "It has changed since it was decided"
)

// weighAlone says of the blocks of a record which must be weighed by themselves:
// what the program can tell is about others, or was told in trust. It cannot tell of
// everyone, so whoever gives the rest together reads it first.
func (d *Desk) weighAlone(tx *store.Tx, l, other loaded, rows []store.Redaction, blocks []Block) error {
	subjects, err := d.subjects(tx, l)
	if err != nil {
		return err
	}
	var own, others []mark
	theirs := map[string]bool{} // "group/row" of the people of the request
	for _, rp := range other.people {
		marks, err := d.personMarks(tx, rp.Person)
		if err != nil {
			return err
		}
		if _, is := subjects[rp.Person.ID]; is {
			theirs[rp.Group+"/"+rp.Row] = true
			own = append(own, marks...)
		} else {
			others = append(others, marks...)
		}
	}
	// What a child shares with a parent, such as a last name or the house, tells nothing of the parent.
	others = slices.DeleteFunc(others, func(m mark) bool {
		return slices.ContainsFunc(own, func(o mark) bool { return slices.Equal(o.words, m.words) && o.digits == m.digits })
	})
	hides, err := d.hiddenWords(rows)
	if err != nil {
		return err
	}
	shut := len(other.p.Restricted) > 0 || slices.ContainsFunc(other.rows.restrictions, func(r access.Restriction) bool { return r.LiftedAt.IsZero() })
	for i := range blocks {
		b := &blocks[i]
		said := strings.ToLower(b.Text)
		switch {
		case b.Alone != "":
		case shut:
			b.Alone = aloneRecord
		case aboutOther(other.p, b.Key, theirs) || len(toldIn(b.Title+"\n"+b.Text, others)) > 0:
			b.Alone = aloneOther
		case slices.ContainsFunc(hides, func(h string) bool { return strings.Contains(said, h) }):
			b.Alone = aloneHidden
		case b.Changed:
			b.Alone = aloneChanged
		}
	}
	return nil
}

// aboutOther tells whether a block is an answer about a person of the record who is
// none of those in theirs.
func aboutOther(p *pathway.Pathway, key string, theirs map[string]bool) bool {
	at, is := strings.CutPrefix(key, "answer:")
	group, row, _ := answer.Key(at).Split()
	g, _ := p.Group(group)
	return is && g != nil && g.Person != nil && !theirs[group+"/"+row]
}

// hiddenWords are the words that were ever hidden for a request, in small letters.
func (d *Desk) hiddenWords(rows []store.Redaction) ([]string, error) {
	var out []string
	for _, r := range rows {
		if r.Decision != pathway.BlockRedact {
			continue
		}
		text, err := d.openText("redaction", r.ID, r.Words)
		if err != nil {
			return nil, err
		}
		var said BlockDecision
		if err := json.Unmarshal([]byte(text), &said); err != nil {
			return nil, err
		}
		for _, h := range said.Hide {
			out = append(out, strings.ToLower(h))
		}
	}
	return out, nil
}

// Rest are the blocks that nothing was decided of and that can be given together,
// how many others are open, and what the first are known by: exactly these, as they
// are now.
func (s *RequestSheet) Rest() (give []Block, alone int, seen string) {
	var all strings.Builder
	for _, b := range s.Blocks {
		switch {
		case b.Decided != nil && !b.Changed:
		case b.Shut != "" || b.Flag != "" || b.Alone != "":
			alone++
		default:
			give = append(give, b)
			all.WriteString(b.Key + "\x00" + b.Hash + "\x00")
		}
	}
	return give, alone, sum([]byte(all.String()))
}

// GiveRest gives all blocks of a record that are still open and need not be weighed
// by themselves. Seen is what Rest gave to whoever has read them.
func (d *Desk) GiveRest(ctx context.Context, by By, id, source, seen string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.requestFor(tx, by, id, true)
		if err != nil {
			return err
		}
		sheet, err := d.requestSheet(tx, by, l, source)
		if err != nil {
			return err
		}
		give, _, now := sheet.Rest()
		switch {
		case len(give) == 0:
			return fault.New(fault.Conflict, "Nothing is left that can be given together.")
		case now != seen:
			return fault.New(fault.Conflict, "What is left has changed since you looked. Look at it again.")
		}
		for _, b := range give {
			if err := d.keepRedaction(tx, by, store.Redaction{Record: id, Source: source, Block: b.Key, Hash: b.Hash, Decision: pathway.BlockGive}, BlockDecision{}); err != nil {
				return err
			}
		}
		return d.log(tx, by, actGiveRest, id, map[string]string{"record": source, "blocks": itoa(len(give))})
	})
}
