package bulletin

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
)

// Audiences and Topics are what of the newsletter can be chosen.
var (
	Audiences = []Option{{"professionals", "People who work with children and families"}, {"parents", "Parents and carers"}}
	Topics    = []Option{{"news", "News and campaigns"}, {"training", "Training and events"}, {"manual", "Changes to the procedures manual"}}
)

// ConfirmLasts is how long the link that confirms an address works. What was
// asked and not confirmed is forgotten when it has run out.
const ConfirmLasts = 7 * 24 * time.Hour

// The limits that keep anybody from filling a stranger's mailbox.
const (
	asksFromSource = 10 // requests an hour; a school may be behind one address
	asksOfAddress  = 3  // mails a day to one address, whoever asks
)

const newsletterKind = "newsletter"

// subscriber is what is sealed of one.
type subscriber struct {
	Address string `json:"address"`
	Leave   string `json:"leave"` // the token of the link that leaves
}

func (d *Desk) emailKeys(address string) []string {
	return d.Sealer.LookupHashes(strings.ToLower(address), newsletterKind)
}

func choices(sent store.Choices) (store.Choices, fault.Fields) {
	c := store.Choices{Audiences: chosen(sent.Audiences, Audiences), Topics: chosen(sent.Topics, Topics)}
	var wrong fault.Fields
	if len(c.Audiences) == 0 {
		wrong.Add("audience", "Choose who the newsletter is for")
	}
	if len(c.Topics) == 0 {
		wrong.Add("topic", "Choose what you want to hear about")
	}
	return c, wrong
}

// AskNewsletter sends a link to an address, to confirm that it wants the
// newsletter. What happens is the same for an address that gets it already: the
// link then gives it the new choices. Once an address was sent as many mails as a
// day allows, nothing more is sent, and nothing says so.
func (d *Desk) AskNewsletter(ctx context.Context, by casework.By, typed string, want store.Choices, source string) error {
	want, faults := choices(want)
	to, ok := address(typed)
	if !ok {
		faults = append(fault.Fields{{Key: "email", Text: "Enter an email address, such as name@example.org"}}, faults...)
	}
	if err := faults.Err(); err != nil {
		return err
	}
	id := store.NewID(by.Now)
	sealed, err := d.sealSubscriber(id, subscriber{Address: to})
	if err != nil {
		return err
	}
	token, hash := secret.NewToken()
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := d.limit(tx, newsletterKind, source, asksFromSource, by.Now); err != nil {
			return err
		}
		added, err := tx.AddNewsletterAsk(store.NewsletterAsk{
			ID: id, EmailKey: d.emailKeys(to)[0], Sealed: sealed, Choices: want, TokenHash: hash, AskedAt: by.Now, Until: by.Now.Add(ConfirmLasts),
		}, asksOfAddress)
		if err != nil || !added {
			return err
		}
		return d.QueueMail(tx, by, to, "newsletter_confirm", map[string]string{"token": token})
	})
}

func (d *Desk) sealSubscriber(id string, s subscriber) (string, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	return d.seal(newsletterKind, id, "address", string(b))
}

func (d *Desk) openSubscriber(id, sealed string) (subscriber, error) {
	var s subscriber
	text, err := d.open(newsletterKind, id, "address", sealed)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(text), &s)
}

var errLink = fault.New(fault.NotFound, "This link has been used, or it is older than 7 days. If you want the newsletter, ask for it again.")

// ConfirmNewsletter confirms an address with the token of the link sent to it,
// which works once. It gives the token of the link that changes what they get
// and leaves.
func (d *Desk) ConfirmNewsletter(ctx context.Context, by casework.By, token string) (leave string, err error) {
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		ask, err := tx.NewsletterAskByHash(secret.HashToken(token), by.Now)
		if errors.Is(err, store.ErrNone) {
			return errLink
		}
		if err != nil {
			return err
		}
		s, err := d.openSubscriber(ask.ID, ask.Sealed)
		if err != nil {
			return err
		}
		keys := d.emailKeys(s.Address)
		sub, err := tx.SubscriberByEmail(keys)
		switch {
		case errors.Is(err, store.ErrNone):
			var hash string
			leave, hash = secret.NewToken()
			s.Leave = leave
			sub = store.Subscriber{ID: ask.ID, LeaveHash: hash, ConfirmedAt: by.Now}
			if sub.Sealed, err = d.sealSubscriber(sub.ID, s); err != nil {
				return err
			}
		case err != nil:
			return err
		default:
			have, err := d.openSubscriber(sub.ID, sub.Sealed)
			if err != nil {
				return err
			}
			leave = have.Leave
		}
		sub.EmailKey, sub.Choices, sub.ChangedAt = keys[0], ask.Choices, by.Now
		if err := tx.PutSubscriber(sub); err != nil {
			return err
		}
		if err := tx.DropNewsletterAsks(keys); err != nil {
			return err
		}
		return d.log(tx, by, "newsletter-confirm", sub.ID, nil)
	})
	return leave, err
}

// NewsletterChoices is what whoever holds a link that leaves gets now; false when
// they get nothing.
func (d *Desk) NewsletterChoices(ctx context.Context, token string) (store.Choices, bool, error) {
	var c store.Choices
	found := false
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		sub, err := tx.SubscriberByLeave(secret.HashToken(token))
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		c, found = sub.Choices, err == nil
		return err
	})
	return c, found, err
}

// ChangeNewsletter gives whoever holds the link that leaves other choices.
func (d *Desk) ChangeNewsletter(ctx context.Context, by casework.By, token string, want store.Choices) error {
	want, wrong := choices(want)
	if err := wrong.Err(); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		sub, err := tx.SubscriberByLeave(secret.HashToken(token))
		if errors.Is(err, store.ErrNone) {
			return errNone
		}
		if err != nil {
			return err
		}
		sub.Choices, sub.ChangedAt = want, by.Now
		if err := tx.PutSubscriber(sub); err != nil {
			return err
		}
		return d.log(tx, by, "newsletter-change", sub.ID, nil)
	})
}

// LeaveNewsletter forgets whoever holds the link, wholly. It says the same when
// they have left before.
func (d *Desk) LeaveNewsletter(ctx context.Context, by casework.By, token string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		sub, err := tx.SubscriberByLeave(secret.HashToken(token))
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		if err != nil {
			return err
		}
		s, err := d.openSubscriber(sub.ID, sub.Sealed)
		if err != nil {
			return err
		}
		if err := tx.DropNewsletterAsks(d.emailKeys(s.Address)); err != nil {
			return err
		}
		if err := tx.DropSubscriber(sub.ID); err != nil {
			return err
		}
		return d.log(tx, by, "newsletter-leave", sub.ID, nil)
	})
}

// DropUnconfirmed forgets who asked for the newsletter and never confirmed.
func (d *Desk) DropUnconfirmed(ctx context.Context, now time.Time) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error { return tx.PruneNewsletterAsks(now) })
}
