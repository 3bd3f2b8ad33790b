package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
	"frontdoor/internal/seal"
	"frontdoor/internal/store"
	"frontdoor/internal/upload"
)

func itoa(n int) string { return strconv.Itoa(n) }

func cut(s, sep string) (before, after string, found bool) { return strings.Cut(s, sep) }

// maxMessage is the longest message or entry in bytes: about 4,000 words.
const maxMessage = 24_000

// AddEntry adds something dated to a record: a call, a visit, a note. Back-dating
// by more than a day needs a reason, given at the head of the text.
func (d *Desk) AddEntry(ctx context.Context, by By, e record.Entry, lateReason string) error {
	var faults fault.Fields
	if strings.TrimSpace(e.Text) == "" {
		faults.Add("text", "Write what happened")
	}
	if len(e.Text) > maxMessage {
		faults.Add("text", "This is too long. Add the rest as a second entry")
	}
	if e.HappenedAt.After(by.Now.Add(5 * time.Minute)) {
		faults.Add("happened", "When it happened must be in the past")
	}
	late := by.Now.Sub(e.HappenedAt) > 24*time.Hour
	if late && strings.TrimSpace(lateReason) == "" {
		faults.Add("late_reason", "This was more than a day ago. Say why it is being written now")
	}
	if err := faults.Err(); err != nil {
		return err
	}
	if late {
		e.Text += "\n\nWritten later because: " + lateReason
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, e.Record, by.Once != "")
		if err != nil {
			return err
		}
		if !l.dec.May(access.Act) {
			return errForbidden
		}
		return d.addEntry(tx, by, e)
	})
}

func (d *Desk) addEntry(tx *store.Tx, by By, e record.Entry) error {
	e.ID, e.RecordedAt, e.By = by.newID(e.Record, e.Kind, e.Text), by.Now, string(by.Principal)
	if by.Once != "" {
		have, err := tx.Entries(e.Record)
		if err != nil || slices.ContainsFunc(have, func(h record.Entry) bool { return h.ID == e.ID }) {
			return err
		}
	}
	if e.HappenedAt.IsZero() {
		e.HappenedAt = by.Now
	}
	var err error
	if e.Text, err = d.sealText("entry", e.ID, e.Text); err != nil {
		return err
	}
	if err := d.log(tx, by, "add-entry", e.Record, map[string]string{"kind": e.Kind}); err != nil {
		return err
	}
	return tx.AddEntry(e)
}

func (d *Desk) entries(tx *store.Tx, rec string) ([]record.Entry, error) {
	es, err := tx.Entries(rec)
	if err != nil {
		return nil, err
	}
	return es, d.openEntries(es)
}

func (d *Desk) openEntries(es []record.Entry) error {
	for i := range es {
		text, err := d.openText("entry", es[i].ID, es[i].Text)
		if err != nil {
			return err
		}
		es[i].Text = text
	}
	return nil
}

// SendMessage sends words between the sender of a record and those who work on
// it.
func (d *Desk) SendMessage(ctx context.Context, by By, rec, text string) error {
	if strings.TrimSpace(text) == "" {
		return fault.Fields{{Key: "message", Text: "Write your message"}}
	}
	if len(text) > maxMessage {
		return fault.Fields{{Key: "message", Text: "This message is too long. Send it in two parts"}}
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, rec, by.Once != "")
		if err != nil {
			return err
		}
		inward := l.source || l.rec.Author == string(by.Principal)
		if !inward && !l.dec.May(access.Act) || inward && !l.dec.May(access.Status) {
			return errForbidden
		}
		m := record.Message{ID: by.newID(rec, text), Record: rec, At: by.Now, By: string(l.as(by).Principal), Inward: inward}
		if by.Once != "" {
			have, err := tx.Messages(rec)
			if err != nil || slices.ContainsFunc(have, func(h record.Message) bool { return h.ID == m.ID }) {
				return err
			}
		}
		if m.Text, err = d.sealText("message", m.ID, text); err != nil {
			return err
		}
		if err := tx.AddMessage(m); err != nil {
			return err
		}
		if err := d.log(tx, by, "send-message", rec, nil); err != nil {
			return err
		}
		if inward {
			return d.noticeInward(tx, by, l, "message_in")
		}
		return d.noticeAuthor(tx, by, l, "message_out")
	})
}

// ReadMessages marks what the sender wrote as read by those who work on it.
func (d *Desk) ReadMessages(ctx context.Context, by By, rec string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, rec, false)
		if err != nil {
			return err
		}
		if !l.dec.May(access.Act) {
			return nil
		}
		return tx.MarkMessagesRead(rec, true, by.Now)
	})
}

func (d *Desk) messages(tx *store.Tx, rec string) ([]record.Message, error) {
	ms, err := tx.Messages(rec)
	if err != nil {
		return nil, err
	}
	return d.openMessages(ms)
}

func (d *Desk) openMessages(sealed []record.Message) ([]record.Message, error) {
	ms := slices.Clone(sealed)
	for i := range ms {
		var err error
		if ms[i].Text, err = d.openText("message", ms[i].ID, ms[i].Text); err != nil {
			return nil, err
		}
	}
	return ms, nil
}

// AddFile checks a stranger's bytes, has them scanned where a scanner is
// configured, seals and keeps them on a draft or a record. A file that is there
// already under the same mark is given as it is, see [By.Once].
func (d *Desk) AddFile(ctx context.Context, by By, draft, rec, name string, content []byte, guarded bool) (record.File, error) {
	verdict, err := upload.Check(name, content)
	if err != nil {
		return record.File{}, err
	}
	scan := upload.Unscanned
	if d.Scanner != nil {
		scan = d.Scanner.Scan(ctx, content).State
		if scan == upload.Infected {
			return record.File{}, fault.Fields{{Key: "files", Text: "This file has a virus and was not kept. Send it from another device, or ring and describe it"}}
		}
	}
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:])
	f := record.File{
		ID:     by.newID("file", draft, rec, verdict.GivenName, hash, strconv.FormatBool(guarded)),
		Record: rec, Draft: draft, Type: verdict.Type, Size: int64(len(content)),
		SHA256: hash, Scan: string(scan), Flags: flags(verdict.Flags), AddedAt: by.Now, By: string(by.Principal), Guarded: guarded,
	}
	sealed, err := d.Sealer.Seal(content, fileBinding(f.ID))
	if err != nil {
		return f, err
	}
	if f.Name, err = d.sealText("file name", f.ID, verdict.GivenName); err != nil {
		return f, err
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		var have []record.File
		if draft != "" {
			if _, err := d.ownDraft(tx, by, draft, tx.LockDraft); err != nil {
				return err
			}
			if have, err = tx.FilesOfDraft(draft); err != nil {
				return err
			}
		} else {
			l, err := d.load(tx, by, rec, true)
			if err != nil {
				return err
			}
			if !l.dec.May(access.Act) && l.rec.Author != string(by.Principal) || l.source {
				return errForbidden // a file’s name and hidden properties can tell who sent it
			}
			if have, err = tx.FilesOf(rec); err != nil {
				return err
			}
		}
		if slices.ContainsFunc(have, func(h record.File) bool { return h.ID == f.ID }) {
			return nil
		}
		if err := fits(have, f); err != nil {
			return err
		}
		if err := d.log(tx, by, "add-file", f.ID, map[string]string{"type": f.Type, "scan": f.Scan}); err != nil {
			return err
		}
		return tx.AddFile(f, sealed)
	})
	f.Name = verdict.GivenName
	return f, err
}

func fits(have []record.File, f record.File) error {
	sizes := []int64{f.Size}
	for _, h := range have {
		sizes = append(sizes, h.Size)
	}
	return upload.Fits(sizes)
}

func flags(list []upload.Flag) []string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = string(f)
	}
	return out
}

// RemoveDraftFile takes back a file that has not been sent.
func (d *Desk) RemoveDraftFile(ctx context.Context, by By, draft, id string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := d.ownDraft(tx, by, draft, tx.Draft); err != nil {
			return err
		}
		f, err := tx.File(id)
		if err != nil || f.Draft != draft {
			return errNotThere
		}
		return tx.RemoveDraftFile(id)
	})
}

// DraftFiles lists the files of a draft.
func (d *Desk) DraftFiles(ctx context.Context, by By, draft string) ([]record.File, error) {
	var out []record.File
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		if _, err := d.ownDraft(tx, by, draft, tx.Draft); err != nil {
			return err
		}
		var err error
		if out, err = tx.FilesOfDraft(draft); err != nil {
			return err
		}
		return d.openNames(out)
	})
	return out, err
}

func (d *Desk) files(tx *store.Tx, rec string) ([]record.File, error) {
	out, err := tx.FilesOf(rec)
	if err != nil {
		return nil, err
	}
	return out, d.openNames(out)
}

func (d *Desk) openNames(fs []record.File) error {
	for i := range fs {
		name, err := d.openText("file name", fs[i].ID, fs[i].Name)
		if err != nil {
			return err
		}
		fs[i].Name = name
	}
	return nil
}

// OpenFile gives a file to someone who may view its record, and logs that.
func (d *Desk) OpenFile(ctx context.Context, by By, id string) (record.File, []byte, error) {
	var f record.File
	var content []byte
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		if f, err = tx.File(id); err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		// A file that has not been sent is its writer's alone. To everyone else it is
		// not there, as one that was never added.
		if f.Draft == "" || f.By != string(by.Principal) {
			l, err := d.load(tx, by, f.Record, false)
			if err != nil {
				return err
			}
			if !l.dec.May(access.View) {
				return errNotThere
			}
		}
		sealed, err := tx.FileContent(id)
		if err != nil {
			return err
		}
		if content, err = d.Sealer.Open(sealed, fileBinding(id)); err != nil {
			return fault.Wrap(err, fault.Internal, "This file could not be read back.")
		}
		one := []record.File{f}
		if err := d.openNames(one); err != nil {
			return err
		}
		f = one[0]
		return nil
	})
	if err != nil {
		return record.File{}, nil, err
	}
	if err := d.logOnly(ctx, by, actFile, id, map[string]string{"record": f.Record}); err != nil {
		return record.File{}, nil, err
	}
	return f, content, nil
}

func fileBinding(id string) seal.Binding { return seal.Binding{Kind: "file", ID: id} }
