package store

import (
	"time"

	"frontdoor/internal/calendar"
)

// Choices are what of the newsletter somebody wants, or an issue is for.
type Choices struct {
	Audiences []string `json:"audiences"`
	Topics    []string `json:"topics"`
}

// NewsletterAsk is somebody who asked for the newsletter and has not confirmed
// that the address is theirs.
type NewsletterAsk struct {
	ID        string
	EmailKey  string // keyed hash of the address
	Sealed    string
	Choices   Choices
	TokenHash string
	AskedAt   time.Time
	Until     time.Time // the link in the mail works until then
}

// AddNewsletterAsk keeps a request, unless as many as most were made for its
// address on that London day: then it says no.
func (tx *Tx) AddNewsletterAsk(a NewsletterAsk, most int) (bool, error) {
	day := calendar.DateOf(a.AskedAt)
	n, err := queryOne(tx, scanValue[int], `select count(*) from newsletter_ask where email_key = $1 and asked_date = $2`, a.EmailKey, day)
	if err != nil || n >= most {
		return false, err
	}
	// Of several at once for one address, one gets each number.
	added, err := tx.Exec(`insert into newsletter_ask (id, email_key, sealed, choices, token_hash, asked_date, nth, asked_at, until_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (email_key, asked_date, nth) do nothing`,
		a.ID, a.EmailKey, a.Sealed, JSON[Choices]{a.Choices}, a.TokenHash, day, n, a.AskedAt, a.Until)
	return added == 1, err
}

// NewsletterAskByHash reads and locks the request whose link has not run out.
func (tx *Tx) NewsletterAskByHash(hash string, now time.Time) (NewsletterAsk, error) {
	return queryOne(tx, func(row row) (NewsletterAsk, error) {
		var a NewsletterAsk
		var c JSON[Choices]
		err := row.Scan(&a.ID, &a.EmailKey, &a.Sealed, &c, &a.TokenHash, &a.AskedAt, &a.Until)
		a.Choices = c.V
		return a, err
	}, `select id, email_key, sealed, choices, token_hash, asked_at, until_at from newsletter_ask
		where token_hash = $1 and until_at > $2`+tx.lockRow(), hash, now)
}

// DropNewsletterAsks forgets every request for an address.
func (tx *Tx) DropNewsletterAsks(emailKeys []string) error {
	_, err := tx.Exec(`delete from newsletter_ask where `+tx.inList("email_key", 1), emailKeys)
	return err
}

// PruneNewsletterAsks forgets requests whose link has run out.
func (tx *Tx) PruneNewsletterAsks(now time.Time) error {
	_, err := tx.Exec(`delete from newsletter_ask where until_at <= $1`, now)
	return err
}

// Subscriber is somebody who gets the newsletter.
type Subscriber struct {
	ID          string
	EmailKey    string
	Sealed      string // the address and the token of the link that leaves
	LeaveHash   string
	Choices     Choices
	ConfirmedAt time.Time
	ChangedAt   time.Time
}

const subscriberColumns = `id, email_key, sealed, leave_hash, choices, confirmed_at, changed_at`

func scanSubscriber(row row) (Subscriber, error) {
	var s Subscriber
	var c JSON[Choices]
	err := row.Scan(&s.ID, &s.EmailKey, &s.Sealed, &s.LeaveHash, &c, &s.ConfirmedAt, &s.ChangedAt)
	s.Choices = c.V
	return s, err
}

// PutSubscriber keeps a subscriber, new or with other choices.
func (tx *Tx) PutSubscriber(s Subscriber) error {
	_, err := tx.Exec(`insert into newsletter_subscriber (`+subscriberColumns+`) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (id) do update set email_key = excluded.email_key, choices = excluded.choices, changed_at = excluded.changed_at`,
		s.ID, s.EmailKey, s.Sealed, s.LeaveHash, JSON[Choices]{s.Choices}, s.ConfirmedAt, s.ChangedAt)
	return err
}

// SubscriberByEmail reads and locks the subscriber with one of some keyed hashes
// of an address.
func (tx *Tx) SubscriberByEmail(keys []string) (Subscriber, error) {
	return queryOne(tx, scanSubscriber, `select `+subscriberColumns+` from newsletter_subscriber where `+tx.inList("email_key", 1)+tx.lockRow(), keys)
}

// SubscriberByLeave reads the subscriber whose link that leaves this is.
func (tx *Tx) SubscriberByLeave(hash string) (Subscriber, error) {
	return queryOne(tx, scanSubscriber, `select `+subscriberColumns+` from newsletter_subscriber where leave_hash = $1`, hash)
}

// Subscriber reads a subscriber.
func (tx *Tx) Subscriber(id string) (Subscriber, error) {
	return queryOne(tx, scanSubscriber, `select `+subscriberColumns+` from newsletter_subscriber where id = $1`, id)
}

// Subscribers gives all subscribers.
func (tx *Tx) Subscribers() ([]Subscriber, error) {
	return queryAll(tx, scanSubscriber, `select `+subscriberColumns+` from newsletter_subscriber order by id`)
}

// DropSubscriber forgets a subscriber wholly.
func (tx *Tx) DropSubscriber(id string) error {
	_, err := tx.Exec(`delete from newsletter_subscriber where id = $1`, id)
	return err
}

// Pick is a text that an issue leads to, as it was called when it was picked.
type Pick struct {
	Key   string `json:"key"`
	Title string `json:"title"`
	About string `json:"about"`
}

// NewsletterIssue is one issue of the newsletter.
type NewsletterIssue struct {
	ID        string
	Number    int // from 1, in the order they were sent; 0 before
	Title     string
	Intro     string // Markdown
	Picks     []Pick
	Choices   Choices // whom it is for and what is in it
	Revision  int
	MadeAt    time.Time
	ChangedBy string // worker's id
	ChangedAt time.Time
	SentBy    string
	SentAt    time.Time
	DroppedAt time.Time
}

const issueColumns = `id, coalesce(number, 0), title, intro, picks, choices, revision, made_at, changed_by, changed_at, sent_by, sent_at, dropped_at`

func scanIssue(row row) (NewsletterIssue, error) {
	var i NewsletterIssue
	var picks JSON[[]Pick]
	var choices JSON[Choices]
	err := row.Scan(&i.ID, &i.Number, &i.Title, &i.Intro, &picks, &choices, &i.Revision, &i.MadeAt, &i.ChangedBy, &i.ChangedAt, &i.SentBy, &i.SentAt, &i.DroppedAt)
	i.Picks, i.Choices = picks.V, choices.V
	return i, err
}

// PutIssue keeps an issue: the first with revision 1, each later one with the
// next. ErrStale when somebody else changed or sent it first.
func (tx *Tx) PutIssue(i NewsletterIssue) error {
	tx.keep("newsletter_issue", i.ID)
	var number any
	if i.Number > 0 {
		number = i.Number
	}
	n, err := tx.Exec(`insert into newsletter_issue (id, number, title, intro, picks, choices, revision, made_at, changed_by, changed_at, sent_by, sent_at, dropped_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		on conflict (id) do update set number = excluded.number, title = excluded.title, intro = excluded.intro, picks = excluded.picks,
			choices = excluded.choices, revision = excluded.revision, changed_by = excluded.changed_by, changed_at = excluded.changed_at,
			sent_by = excluded.sent_by, sent_at = excluded.sent_at, dropped_at = excluded.dropped_at
		where newsletter_issue.revision = excluded.revision - 1 and newsletter_issue.sent_at is null and newsletter_issue.dropped_at is null`,
		i.ID, number, i.Title, i.Intro, JSON[[]Pick]{orEmpty(i.Picks)}, JSON[Choices]{i.Choices}, i.Revision, i.MadeAt, i.ChangedBy, i.ChangedAt, i.SentBy, i.SentAt, i.DroppedAt)
	if err == nil && n == 0 {
		err = ErrStale
	}
	return err
}

// Issue reads an issue.
func (tx *Tx) Issue(id string) (NewsletterIssue, error) {
	return queryOne(tx, scanIssue, `select `+issueColumns+` from newsletter_issue where id = $1`, id)
}

// IssueByNumber reads an issue that was sent.
func (tx *Tx) IssueByNumber(n int) (NewsletterIssue, error) {
	return queryOne(tx, scanIssue, `select `+issueColumns+` from newsletter_issue where number = $1`, n)
}

// SentIssues gives the issues that were sent, newest first.
func (tx *Tx) SentIssues(limit int) ([]NewsletterIssue, error) {
	return queryAll(tx, scanIssue, `select `+issueColumns+` from newsletter_issue where sent_at is not null order by number desc limit $1`, orLimit(limit))
}

// DraftIssues gives the issues that are being written, last changed first.
func (tx *Tx) DraftIssues() ([]NewsletterIssue, error) {
	return queryAll(tx, scanIssue, `select `+issueColumns+` from newsletter_issue where sent_at is null and dropped_at is null order by changed_at desc, id`)
}

// The states of a delivery.
const (
	DeliveryWaiting = "waiting"
	DeliveryTaken   = "taken"   // about to be sent; when it stays so, nobody knows whether it went
	DeliverySent    = "sent"    // the mail server took it
	DeliveryRefused = "refused" // the mail server refused the address
	DeliveryLeft    = "left"    // they left before it was their turn
)

// AddDelivery makes one mail of an issue wait.
func (tx *Tx) AddDelivery(issue, subscriber string, batch int) error {
	_, err := tx.Exec(`insert into newsletter_delivery (issue, subscriber, batch, state) values ($1, $2, $3, $4)`, issue, subscriber, batch, DeliveryWaiting)
	return err
}

// WaitingDeliveries gives the subscribers of a batch to whom nothing was sent.
func (tx *Tx) WaitingDeliveries(issue string, batch int) ([]string, error) {
	return queryAll(tx, scanValue[string], `select subscriber from newsletter_delivery where issue = $1 and batch = $2 and state = $3 order by subscriber`, issue, batch, DeliveryWaiting)
}

// MoveDelivery changes the state of a delivery, and says whether it was in the
// one it is moved from.
func (tx *Tx) MoveDelivery(issue, subscriber, from, to string) (bool, error) {
	n, err := tx.Exec(`update newsletter_delivery set state = $4 where issue = $1 and subscriber = $2 and state = $3`, issue, subscriber, from, to)
	return n == 1, err
}

// Deliveries counts the mails of an issue by state.
func (tx *Tx) Deliveries(issue string) (map[string]int, error) {
	return tx.counts(`select state, count(*) from newsletter_delivery where issue = $1 group by state`, issue)
}
