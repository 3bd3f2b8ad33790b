// Package demo fills an empty database with a made-up world: workers of every
// role, families who do not exist and referrals at every stage, so that the
// program can be seen and tried. All of it is played through the real acts of
// casework at the times it is said to have happened, so its history, clocks and
// audit log are as real as any.
package demo

import (
	"context"
	"slices"
	"time"

	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
)

// Options say when the world is and how large.
type Options struct {
	Now time.Time // everything in it happened before
	// Records is how many generated referrals there are besides the story's, and
	// People how many people they are about, roughly. With Records 0 there are
	// none; with People 0 there are two and a half people to a record.
	People, Records int
	// Begin is when the accounts were made; history before Now when zero. Before
	// makes what else there is in the world before its story is played.
	Begin  time.Time
	Before func(context.Context) error
}

// marker is the setting of the database that says it holds the demonstration.
const marker = "demo"

// Fill makes the world and gives the accounts to sign in with. A database that
// holds it already is left as it is. One that holds anything else is refused:
// made-up children must never stand among real ones.
func Fill(ctx context.Context, desk *casework.Desk, gate *signin.Gate, o Options) ([]Account, error) {
	list, err := accounts(&desk.Place.Register)
	if err != nil {
		return nil, err
	}
	state, err := look(ctx, desk)
	if err != nil {
		return nil, err
	}
	switch state {
	case filled:
		return list, nil
	case halfFilled:
		return nil, fault.New(fault.Conflict, "The demonstration was not finished when it was first made. Delete its data folder and start again.")
	case inUse:
		return nil, fault.New(fault.Conflict, "This database already holds records or workers. The demonstration needs an empty one.")
	}
	if err := mark(ctx, desk, halfFilled); err != nil {
		return nil, err
	}
	steady, err := desk.DB.Hasten(ctx)
	if err != nil {
		return nil, err
	}
	begin := o.Begin
	if begin.IsZero() {
		begin = o.Now.Add(-history)
	}
	if err := desk.KeepPathwayTexts(ctx, begin); err != nil {
		return nil, err
	}
	workers, err := addAccounts(ctx, desk, gate, list, begin)
	if err != nil {
		return nil, err
	}
	if err := nominate(ctx, desk, workers, begin); err != nil {
		return nil, err
	}
	if o.Before != nil {
		if err := o.Before(ctx); err != nil {
			return nil, err
		}
	}
	stories, usual, err := readStories()
	if err != nil {
		return nil, err
	}
	events, err := storyEvents(desk, workers, stories, usual, o.Now)
	if err != nil {
		return nil, err
	}
	events = slices.Concat(generated(desk, workers, usual, o), toolEvents(desk, workers, o.Now), retentionEvents(desk, o.Now), events)
	if err := inOrder(ctx, events); err != nil {
		return nil, err
	}
	if err := steady(ctx); err != nil {
		return nil, err
	}
	return list, mark(ctx, desk, filled)
}

// history is how long before now the world begins: the accounts were made then.
// It is longer than the years for which a contact is kept that came to nothing,
// so that some are due to be looked at.
const history = 7 * 365 * 24 * time.Hour

// condition is what a database holds.
type condition string

const (
	empty      condition = ""
	inUse      condition = "in use"
	halfFilled condition = "begun"
	filled     condition = "filled"
)

func look(ctx context.Context, desk *casework.Desk) (condition, error) {
	state := empty
	err := desk.DB.Read(ctx, func(tx *store.Tx) error {
		said, err := tx.GetMeta(marker)
		if err != nil || said != "" {
			state = condition(said)
			return err
		}
		workers, err := tx.Workers(store.WorkerFilter{})
		if err != nil {
			return err
		}
		if len(workers) > 0 {
			state = inUse
		}
		return tx.AllRecordIDs(func(string) error {
			state = inUse
			return nil
		})
	})
	return state, err
}

func mark(ctx context.Context, desk *casework.Desk, c condition) error {
	return desk.DB.Write(ctx, func(tx *store.Tx) error { return tx.SetMeta(marker, string(c)) })
}
