package bulletin

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/post"
	"frontdoor/internal/prose"
	"frontdoor/internal/publishing"
	"frontdoor/internal/store"
)

const (
	mostTitle = 120
	mostIntro = 5000
	mostPicks = 30
)

// Draft is an issue as it was typed. Picks are keys of pages, chapters and news.
type Draft struct {
	ID           string // empty for a new one
	Revision     int    // what it was typed over
	Title, Intro string
	Picks        []string
	For          store.Choices
}

// SaveIssue keeps what was written of an issue. Somebody else's change in the
// meantime is a fault of kind Conflict.
func (d *Desk) SaveIssue(ctx context.Context, by casework.By, in Draft) (store.NewsletterIssue, error) {
	var i store.NewsletterIssue
	if !d.may(by, publishing.PowerWrite) {
		return i, errRole
	}
	lib, err := d.Texts.At(ctx, by.Now)
	if err != nil {
		return i, err
	}
	in.Title, in.Intro = strings.TrimSpace(in.Title), strings.TrimSpace(in.Intro)
	var wrong fault.Fields
	switch {
	case in.Title == "":
		wrong.Add("title", "Give the issue a title")
	case len([]rune(in.Title)) > mostTitle:
		wrong.Add("title", "Keep the title to %d characters", mostTitle)
	}
	if len([]rune(in.Intro)) > mostIntro {
		wrong.Add("intro", "Keep the introduction to %d characters", mostIntro)
	}
	if _, faults := prose.Read(in.Intro, place(lib)); len(faults) > 0 {
		wrong.Add("intro", "%s", fmt.Sprintf("Line %d: %s", faults[0].Line, faults[0].Text))
	}
	if len(in.Picks) > mostPicks {
		wrong.Add("pick", "Choose %d pages or fewer", mostPicks)
	}
	var picks []store.Pick
	for _, key := range in.Picks {
		p, ok := lib.Find(key)
		if !ok {
			wrong.Add("pick", "%s", "There is no page "+key)
			continue
		}
		if !slices.ContainsFunc(picks, func(x store.Pick) bool { return x.Key == key }) {
			picks = append(picks, store.Pick{Key: key, Title: p.Title, About: p.Summary})
		}
	}
	if err := wrong.Err(); err != nil {
		return i, err
	}
	want := store.Choices{Audiences: chosen(in.For.Audiences, Audiences), Topics: chosen(in.For.Topics, Topics)}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		i = store.NewsletterIssue{ID: store.NewID(by.Now), MadeAt: by.Now}
		if in.ID != "" {
			var err error
			if i, err = d.draft(tx, in.ID, in.Revision); err != nil {
				return err
			}
		}
		i.Title, i.Intro, i.Picks, i.Choices = in.Title, in.Intro, picks, want
		i.Revision, i.ChangedBy, i.ChangedAt = i.Revision+1, by.Worker(), by.Now
		if err := tx.PutIssue(i); err != nil {
			return stale(err)
		}
		return d.log(tx, by, "newsletter-save", i.ID, map[string]string{"revision": fmt.Sprint(i.Revision)})
	})
	return i, err
}

var errStale = fault.New(fault.Conflict, "Somebody else changed this since you opened it. Copy what you typed, open it again and add it.")

func stale(err error) error {
	if errors.Is(err, store.ErrStale) {
		return errStale
	}
	return err
}

// draft reads an issue that can still be changed, as someone has it before them.
func (d *Desk) draft(tx *store.Tx, id string, revision int) (store.NewsletterIssue, error) {
	i, err := tx.Issue(id)
	switch {
	case errors.Is(err, store.ErrNone):
		return i, errNone
	case err != nil:
		return i, err
	case !i.SentAt.IsZero():
		return i, fault.New(fault.Conflict, "This issue has been sent. It cannot be changed any more.")
	case !i.DroppedAt.IsZero():
		return i, errNone
	case i.Revision != revision:
		return i, errStale
	}
	return i, nil
}

// DropIssue takes away an issue that will not be sent.
func (d *Desk) DropIssue(ctx context.Context, by casework.By, id string, revision int) error {
	if !d.may(by, publishing.PowerWrite) {
		return errRole
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		i, err := d.draft(tx, id, revision)
		if err != nil {
			return err
		}
		i.Revision, i.DroppedAt, i.ChangedBy, i.ChangedAt = i.Revision+1, by.Now, by.Worker(), by.Now
		if err := tx.PutIssue(i); err != nil {
			return stale(err)
		}
		return d.log(tx, by, "newsletter-drop", i.ID, nil)
	})
}

// Issue reads an issue for those who write it, with how its mails stand.
func (d *Desk) Issue(ctx context.Context, by casework.By, id string) (i store.NewsletterIssue, mails map[string]int, err error) {
	if !d.may(by, publishing.PowerWrite) && !d.may(by, publishing.PowerPublish) {
		return i, nil, errRole
	}
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		if i, err = tx.Issue(id); errors.Is(err, store.ErrNone) || err == nil && !i.DroppedAt.IsZero() {
			return errNone
		} else if err != nil {
			return err
		}
		mails, err = tx.Deliveries(id)
		return err
	})
	return i, mails, err
}

// Issues gives the issues that are being written and those that were sent.
func (d *Desk) Issues(ctx context.Context, by casework.By) (drafts, sent []store.NewsletterIssue, subscribers int, err error) {
	if !d.may(by, publishing.PowerWrite) && !d.may(by, publishing.PowerPublish) {
		return nil, nil, 0, errRole
	}
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		if drafts, err = tx.DraftIssues(); err != nil {
			return err
		}
		if sent, err = tx.SentIssues(100); err != nil {
			return err
		}
		list, err := tx.Subscribers()
		subscribers = len(list)
		return err
	})
	return drafts, sent, subscribers, err
}

// Past gives the issues that anybody may read, newest first.
func (d *Desk) Past(ctx context.Context, limit int) (sent []store.NewsletterIssue, err error) {
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		sent, err = tx.SentIssues(limit)
		return err
	})
	return sent, err
}

// PastIssue reads one of them.
func (d *Desk) PastIssue(ctx context.Context, number int) (i store.NewsletterIssue, err error) {
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		i, err = tx.IssueByNumber(number)
		return err
	})
	if errors.Is(err, store.ErrNone) || err == nil && i.SentAt.IsZero() {
		return i, errNone
	}
	return i, err
}

// firstLook is how far back the first issue looks for what is new.
const firstLook = 60 * 24 * time.Hour

// Offer gives what changed since the last issue was sent: news, and pages and
// chapters that are new or whose words are others. Newest news first, then the
// manual, then pages.
func (d *Desk) Offer(ctx context.Context, now time.Time) ([]store.Pick, error) {
	since := now.Add(-firstLook)
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		last, err := tx.SentIssues(1)
		if len(last) > 0 {
			since = last[0].SentAt
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	then, err := d.Texts.At(ctx, since)
	if err != nil {
		return nil, err
	}
	lib, err := d.Texts.At(ctx, now)
	if err != nil || lib == then {
		return nil, err
	}
	var out []store.Pick
	for _, p := range slices.Concat(lib.News, lib.Chapters, lib.Pages) {
		before, had := then.Find(p.Key)
		if !had || before.Body != p.Body || before.Title != p.Title {
			out = append(out, store.Pick{Key: p.Key, Title: p.Title, About: p.Summary})
		}
	}
	return out, nil
}

// place is what an introduction may speak of: addresses of texts and of this
// site, and whole addresses elsewhere.
func place(lib *guidance.Library) prose.Place {
	return prose.Place{Link: func(target string) (string, bool, string) {
		if _, href, ok := lib.Linked(target); ok {
			return href, false, ""
		}
		switch {
		case strings.HasPrefix(target, "https://"):
			return target, true, ""
		case strings.HasPrefix(target, "/") && !strings.HasPrefix(target, "//"):
			return target, false, ""
		}
		return "", false, "This link leads nowhere that is known: " + target + ". Write page:parents/alcohol, manual:neglect, an address of this site such as /refer, or a whole address that begins with https://."
	}}
}

// Intro draws the introduction of an issue.
func Intro(lib *guidance.Library, i store.NewsletterIssue) template.HTML {
	text, _ := prose.Read(i.Intro, place(lib))
	return text.HTML()
}

// Address is where a pick is read now; false when there is no such page any more.
func Address(lib *guidance.Library, p store.Pick) (string, bool) {
	page, ok := lib.Find(p.Key)
	if !ok {
		return "", false
	}
	return page.Path(), true
}

var (
	mailLink   = regexp.MustCompile(`\[([^\]]+)\]\(([^)\s]+)\)`)
	mailMarks  = regexp.MustCompile(`(\*\*|__|` + "`" + `)`)
	mailHeader = regexp.MustCompile(`(?m)^#{1,6}\s+(.*?)(\s*\{#[^}]*\})?$`)
)

// MailText is an issue as a mail of plain text. Its subject says nothing of what
// is in it: somebody else may see it.
func (d *Desk) MailText(lib *guidance.Library, i store.NewsletterIssue, leave string) (subject, text string) {
	when := i.SentAt
	if when.IsZero() {
		when = i.ChangedAt
	}
	subject = "Newsletter, " + monthOf(when)
	var b strings.Builder
	b.WriteString(i.Title + "\n" + strings.Repeat("=", min(len([]rune(i.Title)), 70)) + "\n\n")
	intro := mailLink.ReplaceAllStringFunc(i.Intro, func(m string) string {
		part := mailLink.FindStringSubmatch(m)
		href, _, wrong := place(lib).Link(part[2])
		if wrong != "" {
			return part[1]
		}
		if strings.HasPrefix(href, "/") {
			href = d.Site + href
		}
		return part[1] + " (" + href + ")"
	})
	intro = mailHeader.ReplaceAllString(mailMarks.ReplaceAllString(intro, ""), "$1")
	if intro != "" {
		b.WriteString(intro + "\n\n")
	}
	for _, p := range i.Picks {
		b.WriteString("* " + p.Title + "\n")
		if p.About != "" {
			b.WriteString("  " + p.About + "\n")
		}
		if href, ok := Address(lib, p); ok {
			b.WriteString("  " + d.Site + href + "\n")
		}
		b.WriteString("\n")
	}
	b.WriteString("--\nYou get this because you asked for it at this address. To change what\nyou get, or to leave, open:\n" + d.Site + "/newsletter/leave/" + leave + "\n\nWe do not record whether you open it. Nobody reads replies to this message.\n")
	return subject, b.String()
}

// BatchJob is the kind of the job that sends one batch of an issue's mails.
const BatchJob = "newsletter.batch"

const batchSize = 50

type batch struct {
	Issue string `json:"issue"`
	Batch int    `json:"batch"`
}

// SendIssue sends an issue to everyone who wants what is in it. Whoever sends it
// has not written it: somebody else changed it last.
func (d *Desk) SendIssue(ctx context.Context, by casework.By, id string, revision int) (store.NewsletterIssue, error) {
	var i store.NewsletterIssue
	if !d.may(by, publishing.PowerPublish) {
		return i, errRole
	}
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		if i, err = d.draft(tx, id, revision); err != nil {
			return err
		}
		if i.ChangedBy == by.Worker() {
			return fault.New(fault.Forbidden, "You changed this issue last, so a second person must read it and send it.")
		}
		_, wrong := choices(i.Choices)
		if i.Intro == "" && len(i.Picks) == 0 {
			wrong.Add("intro", "Write an introduction, or choose what to tell people about")
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		last, err := tx.SentIssues(1)
		if err != nil {
			return err
		}
		i.Number = 1
		if len(last) > 0 {
			i.Number = last[0].Number + 1
		}
		i.Revision, i.SentBy, i.SentAt = i.Revision+1, by.Worker(), by.Now
		if err := tx.PutIssue(i); err != nil {
			return stale(err)
		}
		list, err := tx.Subscribers()
		if err != nil {
			return err
		}
		n := 0
		for _, s := range list {
			if !overlap(s.Choices.Audiences, i.Choices.Audiences) || !overlap(s.Choices.Topics, i.Choices.Topics) {
				continue
			}
			if err := tx.AddDelivery(i.ID, s.ID, n/batchSize); err != nil {
				return err
			}
			n++
		}
		for b := range (n + batchSize - 1) / batchSize {
			if err := tx.Enqueue(by.Now, store.Job{Kind: BatchJob, Payload: batch{i.ID, b}}); err != nil {
				return err
			}
		}
		return d.log(tx, by, "newsletter-send", i.ID, map[string]string{"number": fmt.Sprint(i.Number), "mails": fmt.Sprint(n)})
	})
	if errors.Is(err, store.ErrExists) { // another issue took the number at the same moment
		err = errStale
	}
	return i, err
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// Batches sends mails of issues. Before each mail goes it is noted, for good,
// that it goes: when the program dies between that and the mail server's yes,
// nobody knows whether it went, and it is not sent again. So nobody gets an issue
// twice, and how many were lost like this is shown.
func (d *Desk) Batches(send func(context.Context, post.Mail) error, now func() time.Time) store.Handler {
	return store.Handler{Lease: 10 * time.Minute, Do: func(ctx context.Context, w store.Work) error {
		var b batch
		if err := w.Payload(&b); err != nil {
			return err
		}
		var i store.NewsletterIssue
		var waiting []string
		err := d.DB.Read(ctx, func(tx *store.Tx) error {
			var err error
			if i, err = tx.Issue(b.Issue); err != nil {
				return err
			}
			waiting, err = tx.WaitingDeliveries(b.Issue, b.Batch)
			return err
		})
		if err != nil {
			return err
		}
		lib, err := d.Texts.At(ctx, i.SentAt)
		if err != nil {
			return err
		}
		for _, id := range waiting {
			if err := d.deliver(ctx, lib, i, id, send, now()); err != nil {
				return err
			}
		}
		return nil
	}}
}

// deliver sends one mail, if nobody has begun to.
func (d *Desk) deliver(ctx context.Context, lib *guidance.Library, i store.NewsletterIssue, id string, send func(context.Context, post.Mail) error, now time.Time) error {
	var s subscriber
	to := store.DeliveryTaken
	mine := false
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		sub, err := tx.Subscriber(id)
		if errors.Is(err, store.ErrNone) {
			to = store.DeliveryLeft
		} else if err != nil {
			return err
		} else if s, err = d.openSubscriber(sub.ID, sub.Sealed); err != nil {
			return err
		}
		mine, err = tx.MoveDelivery(i.ID, id, store.DeliveryWaiting, to)
		return err
	})
	if err != nil || !mine || to == store.DeliveryLeft {
		return err
	}
	m := post.Mail{To: s.Address, At: now, Leave: d.Site + "/newsletter/leave/" + s.Leave}
	m.Subject, m.Text = d.MailText(lib, i, s.Leave)
	sent := send(ctx, m)
	end := store.DeliverySent
	switch {
	case errors.Is(sent, post.ErrRefused):
		end, sent = store.DeliveryRefused, nil
	case sent != nil && ctx.Err() != nil: // broken off: it may have gone
		return sent
	case sent != nil:
		end = store.DeliveryWaiting
	}
	// Noted even while the program is stopping.
	return errors.Join(sent, d.DB.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		_, err := tx.MoveDelivery(i.ID, id, store.DeliveryTaken, end)
		return err
	}))
}
