package casework

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/calendar"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// MailJob is the kind of the job that sends one mail.
const MailJob = "mail"

// Mail is the payload of a MailJob. The address is sealed; the words are named,
// never given, so that no mail can carry anything from a record.
type Mail struct {
	ID       string            `json:"id"`
	Sealed   string            `json:"to"`
	Template string            `json:"template"`
	Vars     map[string]string `json:"vars,omitempty"` // tokens and ids only, of mails queued by older programs
	// Secret is Vars sealed: a token in it opens something.
	Secret string `json:"secret,omitempty"`
}

// QueueMail queues one mail in the same transaction as the act that causes it.
func (d *Desk) QueueMail(tx *store.Tx, by By, to, template string, vars map[string]string) error {
	id := store.NewID(by.Now)
	sealed, err := d.sealText("mail", id, to)
	if err != nil {
		return err
	}
	m := Mail{ID: id, Sealed: sealed, Template: template}
	if len(vars) > 0 {
		b, err := json.Marshal(vars)
		if err != nil {
			return err
		}
		if m.Secret, err = d.sealText("mail vars", id, string(b)); err != nil {
			return err
		}
	}
	return tx.Enqueue(by.Now, store.Job{Kind: MailJob, Payload: m, RunAt: by.Now})
}

// MailTo opens the address of a queued mail.
func (d *Desk) MailTo(m Mail) (string, error) { return d.openText("mail", m.ID, m.Sealed) }

// MailVars opens what the text of a queued mail is given.
func (d *Desk) MailVars(m Mail) (map[string]string, error) {
	if m.Secret == "" {
		return m.Vars, nil
	}
	text, err := d.openText("mail vars", m.ID, m.Secret)
	if err != nil {
		return nil, err
	}
	var vars map[string]string
	return vars, json.Unmarshal([]byte(text), &vars)
}

// notify sends a step's notices. Ended are the workers whose grants it ended, by key.
func (d *Desk) notify(tx *store.Tx, by By, l loaded, notices []pathway.MadeNotice, ended map[string][]access.Principal) error {
	for _, n := range notices {
		if kind, key, _ := cut(n.To, ":"); kind == "ended" {
			for _, pr := range ended[key] {
				if err := d.noticeTo(tx, by, l.rec, pr, n.Message); err != nil {
					return err
				}
			}
			continue
		}
		if n.To == "author" {
			if err := d.noticeAuthor(tx, by, l, n.Message); err != nil {
				return err
			}
			continue
		}
		if pr := noticePrincipal(n.To, l.rec); pr != "" {
			if err := d.noticeTo(tx, by, l.rec, pr, n.Message); err != nil {
				return err
			}
		}
	}
	return nil
}

func noticePrincipal(to string, rec record.Record) access.Principal {
	kind, name, _ := strings.Cut(to, ":")
	switch {
	case kind == "role":
		return access.ToRole(name, rec.Authority)
	case kind == "team" && name != "":
		return access.ToTeam(name)
	case kind == "worker" && name != "":
		return access.ToWorker(name)
	case (kind == "team" || kind == "own_team") && rec.Team != "":
		return access.ToTeam(rec.Team)
	case kind == "allocated" && rec.Allocated != "":
		return access.ToWorker(rec.Allocated)
	}
	return ""
}

// noticeTo tells someone inside that there is something to see. It holds the
// record's id and the name of a neutral sentence, nothing else.
func (d *Desk) noticeTo(tx *store.Tx, by By, rec record.Record, to access.Principal, message string) error {
	if to == by.Principal {
		return nil
	}
	return tx.AddNotice(store.Notice{ID: store.NewID(by.Now), To: to, Record: rec.ID, Message: message, At: by.Now})
}

// noticeInward tells those who work on a record: the worker who has it, or
// everyone who may act on it.
func (d *Desk) noticeInward(tx *store.Tx, by By, l loaded, message string) error {
	if l.rec.Allocated != "" {
		return d.noticeTo(tx, by, l.rec, access.ToWorker(l.rec.Allocated), message)
	}
	grants, err := tx.Grants(l.rec.ID)
	if err != nil {
		return err
	}
	told := map[access.Principal]bool{}
	for _, g := range grants {
		if !g.Live(by.Now) || told[g.To] {
			continue
		}
		for _, r := range g.May {
			if r == access.Act && !told[g.To] {
				told[g.To] = true
				if err := d.noticeTo(tx, by, l.rec, g.To, message); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// noticeAuthor tells the sender that there is news: inside when they have an
// account, by a neutral mail when they gave an address that is safe to use.
func (d *Desk) noticeAuthor(tx *store.Tx, by By, l loaded, message string) error {
	author := access.Principal(l.rec.Author)
	if _, ok := author.Worker(); ok || IsSource(l.rec.Author) {
		return d.noticeTo(tx, by, l.rec, author, message)
	}
	if l.p.Roles.SenderEmail == "" {
		return nil
	}
	to, err := d.senderAddress(l)
	if err != nil || to == "" {
		return err
	}
	return d.mailFamily(tx, by, l.rec.ID, to, "news", nil) // it may be the family's address
}

// Notices lists what someone inside has been told and not yet read.
func (d *Desk) Notices(ctx context.Context, by By, limit int) ([]store.Notice, error) {
	var out []store.Notice
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		if out, err = tx.NoticesFor(by.Viewer.Principals, by.Worker(), by.Now, limit); err != nil {
			return err
		}
		as, ids, err := d.asSources(tx, by, "")
		if err != nil || len(ids) == 0 {
			return err
		}
		own, err := tx.SourceNotices(as.Viewer.Principals[len(by.Viewer.Principals):], by.Worker(), by.Now, limit)
		out = append(out, own...)
		slices.SortStableFunc(out, func(a, b store.Notice) int { return b.At.Compare(a.At) })
		if limit > 0 {
			out = out[:min(len(out), limit)]
		}
		return err
	})
	return out, err
}

// ReadNotice marks a notice as read by this worker.
func (d *Desk) ReadNotice(ctx context.Context, by By, id string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		as, ids, err := d.asSources(tx, by, "")
		if err != nil {
			return err
		}
		if len(ids) > 0 {
			if own, err := tx.ReadAsSource(id, as.Viewer.Principals[len(by.Viewer.Principals):], by.Now); err != nil || own {
				return err
			}
		}
		return tx.MarkNoticeRead(id, by.Worker(), by.Now)
	})
}

// TellClocks warns the owners of clocks that are about to run out or have, each
// once. A clock that runs at night is also told to the emergency duty team when
// the front door is shut. It gives how many were told.
func (d *Desk) TellClocks(ctx context.Context, now time.Time) (int, error) {
	told := 0
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		clocks, err := tx.ClocksToTell(now, 200)
		if err != nil {
			return err
		}
		for _, c := range clocks {
			rec, err := tx.Record(c.Record)
			if err != nil {
				return err
			}
			p, err := d.pathway(tx, rec.Hash)
			if err != nil {
				return err
			}
			what := "warn"
			if !now.Before(c.ActAt) {
				what = "overdue"
			}
			def, ok := p.Clock(c.Clock)
			if ok {
				by := BySystem(now)
				var chair []access.Principal
				if what == "overdue" {
					if chair, err = d.tellChair(tx, by, rec, p, def); err != nil {
						return err
					}
				}
				if err := d.tellOwners(tx, by, rec, def.Owner, p.AnswerFor(def, rec.Answers, c.Row()), "clock_"+what, chair); err != nil {
					return err
				}
				if err := d.mailOwners(tx, by, rec, p, def, c.Row()); err != nil {
					return err
				}
				if def.Nights && !d.calendarFor(rec.Authority).IsOpen(now) {
					if err := d.tellNight(tx, by, rec, "clock_"+what); err != nil {
						return err
					}
				}
			}
			if err := tx.MarkTold(c.ID, what, now); err != nil {
				return err
			}
			told++
		}
		return nil
	})
	return told, err
}

// tellOwners tells of a clock: the worker who has the record, those whom its
// answers name to see to it, and its owners, but for those told already.
func (d *Desk) tellOwners(tx *store.Tx, by By, rec record.Record, owners, named []string, message string, told []access.Principal) error {
	tell := func(to access.Principal) error {
		if slices.Contains(told, to) {
			return nil
		}
		told = append(told, to)
		return d.noticeTo(tx, by, rec, to, message)
	}
	if rec.Allocated != "" {
		named = append([]string{rec.Allocated}, named...)
	}
	for _, id := range named {
		if err := tell(access.ToWorker(id)); err != nil {
			return err
		}
	}
	for _, owner := range owners {
		to := access.ToRole(owner, rec.Authority)
		switch author := access.Principal(rec.Author); {
		case owner == "allocated", strings.Contains(owner, ":"):
			continue // told above, or by mail
		case owner == "author":
			if _, is := author.Worker(); !is && !IsSource(rec.Author) {
				continue
			}
			to = author
		case owner == "team" && rec.Team != "":
			to = access.ToTeam(rec.Team)
		}
		if err := tell(to); err != nil {
			return err
		}
	}
	return nil
}

// tellNight tells the teams that are there day and night for the authority, those
// of them to whom the record was given or one of whose roles it was.
func (d *Desk) tellNight(tx *store.Tx, by By, rec record.Record, message string) error {
	grants, err := tx.Grants(rec.ID)
	if err != nil {
		return err
	}
	for _, t := range d.Place.Register.Teams {
		if t.Hours != "always" || !slices.Contains(t.Authorities, rec.Authority) {
			continue
		}
		if slices.ContainsFunc(grants, func(g access.Grant) bool {
			return g.Live(by.Now) && (g.To == access.ToTeam(t.ID) || slices.ContainsFunc(t.Roles, func(role string) bool { return g.To == access.ToRole(role, rec.Authority) }))
		}) {
			if err := d.noticeTo(tx, by, rec, access.ToTeam(t.ID), message); err != nil {
				return err
			}
		}
	}
	return nil
}

// today is the London date of an instant.
func today(now time.Time) calendar.Date { return calendar.DateOf(now) }
