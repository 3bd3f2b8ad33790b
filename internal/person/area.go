package person

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"frontdoor/internal/calendar"
)

// Areas says which authority a postcode lies in, as far as the partnership
// knows. Postcodes were drawn for letters, not for councils: many cross a
// boundary, and for those it gives every authority it may be.
type Areas struct {
	Checked     calendar.Date
	Confirmed   bool // someone in the partnership has checked the list against the official one
	authorities map[string]string
	neighbours  map[string]string
	parts       map[string]areaPart
}

type areaPart struct {
	Code       string
	In         []string // the partnership's authorities it may be in, the largest share first
	Neighbours []string // authorities outside the partnership it may be in
	Whole      bool     // all of it is known to be in the one authority
	Places     string   // what helps someone to tell
	Box        bool     // for large users and PO boxes: nobody lives there
}

// LoadAreas reads postcodes.yaml. The error says what is wrong and where.
func LoadAreas(data []byte) (Areas, error) {
	var file struct {
		Checked     string
		Confirmed   bool
		Source      string
		Authorities map[string]string
		Neighbours  map[string]string
		Parts       []areaPart
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return Areas{}, fmt.Errorf("postcodes: %w", err)
	}
	checked, err := calendar.ParseDate(file.Checked)
	if err != nil {
		return Areas{}, fmt.Errorf("postcodes: checked: %w", err)
	}
	a := Areas{
		Checked: checked, Confirmed: file.Confirmed, authorities: file.Authorities, neighbours: file.Neighbours,
		parts: make(map[string]areaPart, len(file.Parts)),
	}
	for _, p := range file.Parts {
		if err := a.check(p); err != nil {
			return Areas{}, err
		}
		a.parts[p.Code] = p
	}
	return a, nil
}

func (a Areas) check(p areaPart) error {
	out, sector, ok := PartPostcode(p.Code)
	if !ok || (p.Code != out && p.Code != sector) {
		return fmt.Errorf("postcodes: %q is not the first part of a postcode, such as SS1 or SS1 2", p.Code)
	}
	if _, twice := a.parts[p.Code]; twice {
		return fmt.Errorf("postcodes: %s is there twice", p.Code)
	}
	for _, id := range p.In {
		if a.authorities[id] == "" {
			return fmt.Errorf("postcodes: %s: no authority is called %q", p.Code, id)
		}
	}
	for _, id := range p.Neighbours {
		if a.neighbours[id] == "" {
			return fmt.Errorf("postcodes: %s: no neighbour is called %q", p.Code, id)
		}
	}
	switch {
	case p.Whole && (len(p.In) != 1 || len(p.Neighbours) > 0 || p.Box):
		return fmt.Errorf("postcodes: %s is whole, so it must be in one authority and no other", p.Code)
	case !p.Box && len(p.In) == 0 && len(p.Neighbours) == 0:
		return fmt.Errorf("postcodes: %s does not say where it is", p.Code)
	}
	return nil
}

func (a Areas) find(postcode string) (areaPart, string, bool) {
	out, sector, ok := PartPostcode(postcode)
	if !ok {
		return areaPart{}, "", false
	}
	if p, ok := a.parts[sector]; ok && sector != "" {
		return p, sector, true
	}
	if sector == "" {
		// Half a postcode: a part of it that differs makes the whole unsure.
		return a.merged(out), out, true
	}
	return a.parts[out], out, true
}

// merged is an outward code with every sector of it that is listed.
func (a Areas) merged(out string) areaPart {
	p := a.parts[out]
	p.In, p.Neighbours = slices.Clone(p.In), slices.Clone(p.Neighbours)
	var codes []string
	for code := range a.parts {
		if strings.HasPrefix(code, out+" ") {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	for _, code := range codes {
		s := a.parts[code]
		p.Whole = p.Whole && s.Whole && slices.Equal(p.In, s.In)
		for _, id := range s.In {
			if !slices.Contains(p.In, id) {
				p.In = append(p.In, id)
			}
		}
		for _, id := range s.Neighbours {
			if !slices.Contains(p.Neighbours, id) {
				p.Neighbours = append(p.Neighbours, id)
			}
		}
	}
	return p
}

// For gives the ids of the authorities a postcode may be in, the likeliest
// first, and whether that is certain. One id that is not certain must still be
// asked about. None means it is not known to be in the partnership's area.
func (a Areas) For(postcode string) (candidates []string, certain bool) {
	p, _, ok := a.find(postcode)
	if !ok || p.Box {
		return nil, false
	}
	return slices.Clone(p.In), p.Whole
}

// Explain says in words where a postcode is and what to do when that is not sure.
func (a Areas) Explain(postcode string) string {
	if meaning, standIn := NotAPlace(postcode); standIn {
		return meaning + ". Choose the authority where the child is now."
	}
	p, part, ok := a.find(postcode)
	if !ok {
		return "That is not a UK postcode. Check it, or choose the authority where the child is now."
	}
	names, outside := a.names(p.In, a.authorities), a.names(p.Neighbours, a.neighbours)
	var said string
	switch {
	case p.Box:
		said = part + " is used for PO boxes and large offices, not homes. Ask for the home postcode."
	case len(names)+len(outside) == 0:
		said = "We do not think " + part + " is in " + a.all() + ". Contact the council where the child lives: search “report a child” with the name of the council. If the child is in danger now, call 999."
	case len(names) == 0:
		said = part + " is outside this area. Contact " + either(outside) + ". If the child is in danger now, call 999."
	case p.Whole:
		said = part + " is in the area of " + names[0] + "."
	case len(names) == 1 && len(outside) == 0:
		said = part + " is nearly all in the area of " + names[0] + ", but is close to the boundary. Check the address."
	case len(outside) == 0:
		said = part + " crosses a boundary: it may be " + either(names) + ". Choose one."
	default:
		said = part + " crosses a boundary: it may be " + either(names) + ", or outside this area: " + either(outside) + ". Check the address."
	}
	if p.Places != "" {
		said += " " + p.Places
	}
	if !a.Confirmed {
		said += " Not confirmed locally."
	}
	return said
}

func (a Areas) names(ids []string, from map[string]string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = from[id]
	}
	return out
}

func (a Areas) all() string {
	var names []string
	for _, n := range a.authorities {
		names = append(names, n)
	}
	slices.Sort(names)
	return "the area of " + either(names)
}

func either(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " or " + names[n-1]
	}
	return strings.Join(names, "")
}
