package bulletin

import (
	"context"
	"errors"
	"slices"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
)

// Places are those of a nomination, with their words.
var Places = []Option{{store.PlaceNominated, "Nominated person"}, {store.PlaceStandIn, "Stand-in"}, {store.PlaceLead, "Agency’s lead"}}

// Holders are who holds the places of an agency now: nobody who has left, or who
// works elsewhere by now.
type Holders struct {
	Nominated, StandIn, Lead agency.Worker
	// Gone are the places whose holder left or moved: nobody holds them.
	Gone []string
}

// holders reads who holds which place in every agency.
func holders(tx *store.Tx, now time.Time) (map[string]Holders, error) {
	list, err := tx.Nominations()
	if err != nil {
		return nil, err
	}
	out := map[string]Holders{}
	for _, n := range list {
		w, err := tx.Worker(n.Worker)
		if err != nil {
			return nil, err
		}
		h := out[n.Agency]
		switch {
		case !here(w, now) || w.Agency != n.Agency:
			h.Gone = append(h.Gone, n.Place)
		case n.Place == store.PlaceNominated:
			h.Nominated = w
		case n.Place == store.PlaceStandIn:
			h.StandIn = w
		case n.Place == store.PlaceLead:
			h.Lead = w
		}
		out[n.Agency] = h
	}
	return out, nil
}

// told is who is told of a release first.
func (h Holders) told() agency.Worker {
	if h.Nominated.ID != "" {
		return h.Nominated
	}
	return h.StandIn
}

// Nominate says who holds a place in an agency from now on; nobody when worker is
// empty.
func (d *Desk) Nominate(ctx context.Context, by casework.By, agencyID, place, worker string) error {
	if !d.may(by, Power) {
		return errRole
	}
	if _, ok := d.Place.Register.Agency(agencyID); !ok || !slices.ContainsFunc(Places, func(o Option) bool { return o.Key == place }) {
		return errNone
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if worker != "" {
			w, err := tx.Worker(worker)
			if err != nil && !errors.Is(err, store.ErrNone) {
				return err
			}
			if !here(w, by.Now) || w.Agency != agencyID {
				return fault.Fields{{Key: place, Text: "Choose somebody who works for this agency"}}
			}
		}
		if err := tx.EndNomination(agencyID, place, by.Now, by.Worker()); err != nil {
			return err
		}
		if worker != "" {
			n := store.Nomination{ID: store.NewID(by.Now), Agency: agencyID, Place: place, Worker: worker, From: by.Now, Author: by.Worker()}
			if err := tx.AddNomination(n); err != nil {
				return err
			}
		}
		return d.log(tx, by, "nominate", worker, map[string]string{"agency": agencyID, "place": place})
	})
}

// AgencyHolders is an agency and who holds its places.
type AgencyHolders struct {
	Agency agency.Agency
	Holders
}

// Nominations gives who holds the places of every agency.
func (d *Desk) Nominations(ctx context.Context, by casework.By) ([]AgencyHolders, error) {
	if !d.may(by, Power) {
		return nil, errRole
	}
	var out []AgencyHolders
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		all, err := holders(tx, by.Now)
		for _, a := range d.Place.Register.Agencies {
			out = append(out, AgencyHolders{a, all[a.ID]})
		}
		return err
	})
	return out, err
}

// Candidates are the workers of an agency who can be nominated.
func (d *Desk) Candidates(ctx context.Context, by casework.By, agencyID string) (list []agency.Worker, err error) {
	if !d.may(by, Power) {
		return nil, errRole
	}
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		list, err = tx.Workers(store.WorkerFilter{Agency: agencyID, Now: by.Now})
		return err
	})
	return list, err
}

// Holds tells whether a worker holds a place in any agency now.
func (d *Desk) Holds(ctx context.Context, by casework.By) (bool, error) {
	held := false
	err := d.DB.Look(ctx, func(tx *store.Tx) error {
		list, err := tx.NominationsOf(by.Worker())
		held = slices.ContainsFunc(list, func(n store.Nomination) bool { return n.Agency == by.Viewer.Worker.Agency })
		return err
	})
	return held, err
}

func (h Holders) include(worker string) bool {
	return worker != "" && (h.Nominated.ID == worker || h.StandIn.ID == worker || h.Lead.ID == worker)
}

// TeamsOf are the teams of an agency.
func (d *Desk) TeamsOf(agencyID string) []agency.Team {
	var out []agency.Team
	for _, t := range d.Place.Register.Teams {
		if t.Agency == agencyID {
			out = append(out, t)
		}
	}
	return out
}
