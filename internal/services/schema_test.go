package services_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"frontdoor/internal/calendar"
	"frontdoor/internal/services"
)

// base is where the schemas are, as far as they know.
const base = "https://oruk.example/"

// schema is a schema of the standard, or a part of one.
func schema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, known := range []string{"service.json", "taxonomy.json", "taxonomy_term.json"} {
		text, err := os.ReadFile("testdata/oruk-3.0/" + known)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(base+known, doc); err != nil {
			t.Fatal(err)
		}
	}
	s, err := c.Compile(base + name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(t *testing.T, s *jsonschema.Schema, thing any) {
	t.Helper()
	text, err := json.Marshal(thing)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("%s\n%v", text, err)
	}
}

// Everything that the feed gives is as the standard's schemas have it: for the
// list that the program ships with, and for one with everything an entry can have.
func TestFeedKeepsToItsSchemas(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../partnerships/set/guidance/services.yaml")
	if err != nil {
		t.Fatal(err)
	}
	service, place, taxonomy, term := schema(t, "service.json"), schema(t, "service.json#/properties/service_at_locations/items"), schema(t, "taxonomy.json"), schema(t, "taxonomy_term.json")
	organization := schema(t, "service.json#/properties/organization")
	if service.Validate(map[string]any{"id": "x", "name": 3}) == nil {
		t.Fatal("the schema lets everything through")
	}
	for _, list := range []string{string(text), head + plain + haven + desk} {
		d, faults := services.Load(list, "services.yaml", numbers(t))
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		feed := services.Feed{Directory: d, Partnership: "set", Name: "Ours", Today: calendar.NewDate(2026, 11, 22)}
		a, err := services.Ask(url.Values{"per_page": {"200"}})
		if err != nil {
			t.Fatal(err)
		}
		page := feed.Services(a, nil)
		if page.TotalItems == 0 || page.Size != page.TotalItems || !page.FirstPage || !page.LastPage || page.Empty {
			t.Errorf("%+v", page)
		}
		for _, brief := range page.Contents {
			valid(t, service, brief)
			full, ok := feed.Service(brief.ID)
			if !ok {
				t.Fatalf("%s is not found by its id", brief.Name)
			}
			valid(t, service, full)
		}
		for _, at := range feed.AtLocations(a, nil).Contents {
			valid(t, place, at)
		}
		for _, x := range feed.Organizations() {
			valid(t, organization, x)
		}
		for _, x := range feed.Taxonomies() {
			valid(t, taxonomy, x)
		}
		for _, x := range feed.Terms() {
			valid(t, term, x)
		}
	}
}
