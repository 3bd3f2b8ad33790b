package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/services"
	"frontdoor/internal/web"
)

// open is one answer of the feed: what is sent as JSON.
type open func(r *http.Request, f services.Feed, lib *guidance.Library) (any, error)

// feedFresh is how long a copy of the feed may be used before it is asked for
// again, in seconds.
const feedFresh = 300

// feed answers other programs. Any page of any site may read it, which holds for
// no other address: there is nothing in it that is not for everyone, and it is the
// same whoever asks.
func (d *dir) feed(fn open) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		head := w.Header()
		head.Set("Access-Control-Allow-Origin", "*")
		head.Set("Cross-Origin-Resource-Policy", "cross-origin")
		head.Set("Content-Type", "application/json; charset=utf-8")
		lib, err := d.texts(r)
		if err != nil {
			return err
		}
		place := d.Desk.Place
		answer, err := fn(r, services.Feed{Directory: lib.Services, Partnership: place.ID, Name: place.Name, Today: calendar.DateOf(web.Now(r))}, lib)
		status := http.StatusOK
		var fields fault.Fields
		switch {
		case errors.As(err, &fields):
			by := map[string]string{}
			for _, f := range fields {
				by[f.Key] = f.Text
			}
			status, answer = http.StatusBadRequest, map[string]any{"error": fields.Error(), "fields": by}
		case fault.KindOf(err) == fault.NotFound && err != nil:
			status, answer = http.StatusNotFound, map[string]any{"error": fault.SafeText(err)}
		case err != nil:
			return err
		}
		body, err := json.Marshal(answer)
		if err != nil {
			return err
		}
		body = append(body, '\n')
		if status == http.StatusOK {
			sum := sha256.Sum256(body)
			tag := `"` + hex.EncodeToString(sum[:12]) + `"`
			head.Set("ETag", tag)
			head.Set("Cache-Control", "public, max-age="+strconv.Itoa(feedFresh))
			if match := r.Header.Get("If-None-Match"); strings.Contains(match, tag) || match == "*" {
				head.Del("Content-Type")
				w.WriteHeader(http.StatusNotModified)
				return nil
			}
		}
		head.Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			_, _ = w.Write(body)
		}
		return nil
	}
}

// errNone is the answer where the feed has no such thing.
var errNone = fault.New(fault.NotFound, "There is nothing with this id in the feed.")

func (d *dir) metadata(_ *http.Request, f services.Feed, _ *guidance.Library) (any, error) {
	return f.Metadata(), nil
}

// listed reads what a list is asked for, and what its text finds.
func listed(r *http.Request, lib *guidance.Library) (services.Asked, []string, error) {
	a, err := services.Ask(r.URL.Query())
	var keys []string
	if err == nil && a.Text() != "" {
		keys, _ = lib.SearchServices(a.Text())
	}
	return a, keys, err
}

func (d *dir) feedServices(r *http.Request, f services.Feed, lib *guidance.Library) (any, error) {
	a, keys, err := listed(r, lib)
	if err != nil {
		return nil, err
	}
	return f.Services(a, keys), nil
}

func (d *dir) feedLocations(r *http.Request, f services.Feed, lib *guidance.Library) (any, error) {
	a, keys, err := listed(r, lib)
	if err != nil {
		return nil, err
	}
	return f.AtLocations(a, keys), nil
}

func (d *dir) feedService(r *http.Request, f services.Feed, _ *guidance.Library) (any, error) {
	if s, ok := f.Service(r.PathValue("id")); ok {
		return s, nil
	}
	return nil, errNone
}

func (d *dir) feedLocation(r *http.Request, f services.Feed, _ *guidance.Library) (any, error) {
	if at, ok := f.AtLocation(r.PathValue("id")); ok {
		return at, nil
	}
	return nil, errNone
}

// pageOf is a page of a list that is only cut.
func pageOf[T any](r *http.Request, all []T) (any, error) {
	a, err := services.Ask(r.URL.Query())
	if err != nil {
		return nil, err
	}
	return services.Page(all, a), nil
}

func (d *dir) feedOrganizations(r *http.Request, f services.Feed, _ *guidance.Library) (any, error) {
	return pageOf(r, f.Organizations())
}

func (d *dir) feedTaxonomies(r *http.Request, f services.Feed, _ *guidance.Library) (any, error) {
	return pageOf(r, f.Taxonomies())
}

func (d *dir) feedTerms(r *http.Request, f services.Feed, _ *guidance.Library) (any, error) {
	return pageOf(r, f.Terms())
}

func (d *dir) feedTaxonomy(r *http.Request, f services.Feed, _ *guidance.Library) (any, error) {
	for _, t := range f.Taxonomies() {
		if t.ID == r.PathValue("id") {
			return t, nil
		}
	}
	return nil, errNone
}

func (d *dir) feedTerm(r *http.Request, f services.Feed, _ *guidance.Library) (any, error) {
	for _, t := range f.Terms() {
		if t.ID == r.PathValue("id") {
			return t, nil
		}
	}
	return nil, errNone
}
