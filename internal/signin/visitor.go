package signin

import (
	"context"
	"errors"
	"time"

	"frontdoor/internal/audit"
	"frontdoor/internal/fault"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
)

// NewVisitor begins a visit for someone without an account who starts to write:
// a code to come back with, its keyed hash, and the token for the browser.
func (g *Gate) NewVisitor(ctx context.Context, src Source, now time.Time) (code, id, token string, err error) {
	if code, err = secret.NewReceiptCode(); err != nil {
		return "", "", "", err
	}
	id = secret.ReceiptHash(g.Sealer.LookupHash, code)
	sealed, err := g.sealCode(id, code)
	if err != nil {
		return "", "", "", err
	}
	token, err = g.visit(ctx, map[string]string{"visitor": id, "code": sealed}, src, now)
	return code, id, token, err
}

func (g *Gate) visit(ctx context.Context, data map[string]string, src Source, now time.Time) (string, error) {
	token, hash := secret.NewToken()
	s := store.Session{ID: hash, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(24 * time.Hour), Device: src.Device, Data: data}
	return token, g.DB.Write(ctx, func(tx *store.Tx) error { return tx.PutSession(s) })
}

func (g *Gate) visitor(ctx context.Context, token string, now time.Time) (Session, error) {
	var s Session
	if token == "" {
		return s, errComeBack
	}
	err := g.DB.Look(ctx, func(tx *store.Tx) error {
		var err error
		s, err = live(tx, token, VisitorIdle, now)
		return err
	})
	if fault.KindOf(err) == fault.SignIn {
		return s, errComeBack
	}
	if err != nil {
		return s, err
	}
	return s, g.Seen(ctx, s, now)
}

var errComeBack = fault.New(fault.SignIn, "Type your 16-digit code to carry on. What you typed is kept.")

// Visitor is the id of whoever writes in this browser without an account.
func (g *Gate) Visitor(ctx context.Context, token string, now time.Time) (string, error) {
	s, err := g.visitor(ctx, token, now)
	if err == nil && s.Data["visitor"] == "" {
		err = errComeBack
	}
	return s.Data["visitor"], err
}

// VisitorCode is the code itself, to show again on the receipt and on "save and
// come back", to the browser it was made for only.
func (g *Gate) VisitorCode(ctx context.Context, token string, now time.Time) (string, error) {
	s, err := g.visitor(ctx, token, now)
	if err != nil || s.Data["code"] == "" {
		return "", err
	}
	return g.openCode(s.Data["visitor"], s.Data["code"])
}

// Receipt is the record that the code of this browser's visit opens: the one that was
// sent under it, from the moment it was.
func (g *Gate) Receipt(ctx context.Context, token string, now time.Time) (string, error) {
	id, err := g.Visitor(ctx, token, now)
	if err != nil {
		return "", err
	}
	rec := ""
	err = g.DB.Look(ctx, func(tx *store.Tx) error {
		rec, err = tx.CodeHolder(id)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		err = errComeBack
	}
	return rec, err
}

// ComeBack opens a visit for whoever types a code: to what they were writing,
// or with its reference to what they sent. Every wrong code is counted and
// logged; the answer is the same for a code that never was and a reference that
// does not belong to it.
func (g *Gate) ComeBack(ctx context.Context, typed, reference string, src Source, now time.Time) (token, rec string, err error) {
	code, err := secret.ParseReceiptCode(typed)
	if err != nil {
		return "", "", err
	}
	ref := ""
	if reference != "" {
		if ref, err = secret.ParseReference(reference); err != nil {
			return "", "", err
		}
	}
	id := secret.ReceiptHash(g.Sealer.LookupHash, code)
	done, err := g.turn(ctx, receipts, src)
	if err != nil {
		return "", "", err
	}
	defer done()
	found := false
	err = g.DB.Write(ctx, func(tx *store.Tx) error {
		found, rec = false, ""
		p, k, err := g.past(tx, receipts, src, now)
		if err != nil {
			return err
		}
		verdict := secret.Receipt(p, now)
		if err := verdict.Err(); err != nil {
			return err
		}
		if found, rec, err = g.holds(tx, id, ref); err != nil || found {
			return err
		}
		if err := tx.AddAttempt(store.Attempt{Kind: receipts, Key: k.source, At: now}); err != nil {
			return err
		}
		// While somebody guesses, each guess is counted where it came from and no
		// more, or a million of them would fill the log that people rely on.
		if verdict.Pressure {
			return nil
		}
		if err := tx.AddAttempt(store.Attempt{Kind: "account", Key: k.account, At: now}); err != nil {
			return err
		}
		detail := map[string]string{}
		if secret.UnderPressure(len(p.Global) + 1) {
			detail["pressure"] = "yes"
		}
		return g.log(tx, now, audit.ActorPublic, "code-refused", "", detail)
	})
	if err != nil {
		return "", "", err
	}
	if !found {
		return "", "", fault.Fields{{Key: "code", Text: "We cannot find anything with that reference and code. Check both against your receipt."}}
	}
	data := map[string]string{"visitor": id}
	if data["code"], err = g.sealCode(id, code); err != nil {
		return "", "", err
	}
	token, err = g.visit(ctx, data, src, now)
	return token, rec, err
}

// holds tells whether a code opens the record with a reference, or without one
// whether something is being written under it.
func (g *Gate) holds(tx *store.Tx, id, ref string) (bool, string, error) {
	holder, err := tx.CodeHolder(id)
	if err != nil && !errors.Is(err, store.ErrNone) {
		return false, "", err
	}
	if err == nil {
		r, err := tx.Record(holder)
		if err != nil {
			return false, "", err
		}
		return ref != "" && r.Reference == ref, r.ID, nil
	}
	drafts, err := tx.DraftsOf("visitor:" + id)
	return ref == "" && len(drafts) > 0, "", err
}

// Leave ends a visit in this browser: "exit this page" and "I have finished".
func (g *Gate) Leave(ctx context.Context, token string, now time.Time) error {
	return g.DB.Write(ctx, func(tx *store.Tx) error { return tx.EndSession(secret.HashToken(token), now) })
}

func (g *Gate) sealCode(id, code string) (string, error) {
	return g.Sealer.SealText(code, codeBinding(id))
}

func (g *Gate) openCode(id, sealed string) (string, error) {
	return g.Sealer.OpenText(sealed, codeBinding(id))
}
