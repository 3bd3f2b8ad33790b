package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"frontdoor/internal/audit"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
)

// VerifyCopies compares what is kept twice, once to be true and once to be
// found: the columns beside the hashed text of revisions and of the log, the
// index of people with the last version of each, and the words and keys that
// searches go by. Somebody who changed only the copy would make work invisible
// or show it under another name. It names each row that differs.
func (tx *Tx) VerifyCopies() ([]KeptProblem, error) {
	var out []KeptProblem
	for _, check := range []func() ([]KeptProblem, error){tx.revisionCopies, tx.auditCopies, tx.auditSpare, tx.peopleCopies, tx.wordCopies, tx.spareContent} {
		found, err := check()
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

func (tx *Tx) revisionCopies() ([]KeptProblem, error) {
	var out []KeptProblem
	err := tx.AllRecordIDs(func(id string) error {
		type stored struct {
			record.Revision
			body string
		}
		list, err := queryAll(tx, func(row row) (stored, error) {
			var s stored
			return s, row.Scan(&s.Record, &s.Seq, &s.RecordedAt, &s.HappenedAt, &s.By, &s.Kind, &s.Step, &s.From, &s.To, &s.body)
		}, `select record, seq, recorded_at, happened_at, author, kind, step, from_state, to_state, body from revision where record = $1 order by seq`, id)
		if err != nil {
			if tx.ctx.Err() != nil {
				return err
			}
			out = append(out, KeptProblem{"revision", "of " + id, id, "cannot be read"})
			return nil
		}
		for _, s := range list {
			var r record.Revision
			if json.Unmarshal([]byte(s.body), &r) != nil {
				continue // its chain is broken, which says so
			}
			if r.Record != s.Record || r.Seq != s.Seq || !r.RecordedAt.Equal(s.RecordedAt) || !r.HappenedAt.Equal(s.HappenedAt) ||
				r.By != s.By || r.Kind != s.Kind || r.Step != s.Step || r.From != s.From || r.To != s.To {
				out = append(out, KeptProblem{"revision", fmt.Sprint(s.Seq), id, "is filed under other facts than were written"})
			}
		}
		return nil
	})
	return out, err
}

func (tx *Tx) auditCopies() ([]KeptProblem, error) {
	var out []KeptProblem
	for from := int64(-1 << 62); ; {
		type stored struct {
			audit.Event
			body string
		}
		list, err := queryAll(tx, func(row row) (stored, error) {
			var s stored
			return s, row.Scan(&s.Seq, &s.At, &s.Actor, &s.Act, &s.Subject, &s.body)
		}, `select seq, happened_at, actor, act, subject, body from audit where seq >= $1 order by seq limit 1000`, from)
		if err != nil || len(list) == 0 {
			return out, err
		}
		for _, s := range list {
			from = s.Seq + 1
			e, err := audit.ParseEvent([]byte(s.body))
			if err != nil {
				continue // the tree's own check names it
			}
			if e.Seq != s.Seq || !e.At.Equal(s.At) || e.Actor != s.Actor || e.Act != s.Act || e.Subject != s.Subject {
				out = append(out, KeptProblem{"audit", fmt.Sprint(s.Seq), s.Subject, "is filed under other facts than were written"})
			}
		}
	}
}

// auditSpare looks for nodes of the log's tree that no event needs.
func (tx *Tx) auditSpare() ([]KeptProblem, error) {
	size, err := tx.AuditSize()
	if err != nil {
		return nil, err
	}
	places, err := queryAll(tx, scanValue[int64], `select place from audit_hash where place < 0 or place >= $1 order by place limit 100`, audit.HashCount(size))
	var out []KeptProblem
	for _, p := range places {
		out = append(out, KeptProblem{"audit_hash", fmt.Sprint(p), "", "was put in: the log has no event for it"})
	}
	return out, err
}

func (tx *Tx) peopleCopies() ([]KeptProblem, error) {
	var out []KeptProblem
	problem := func(id, text string) { out = append(out, KeptProblem{"person", id, id, text}) }
	// The last versions are what the log holds; whoever has none was put in.
	orphans, err := queryAll(tx, scanValue[string], `select id from person where not exists (select 1 from person_version v where v.person = person.id) order by id`)
	if err != nil {
		return nil, err
	}
	for _, id := range orphans {
		problem(id, "was put in: there is no version of this person")
	}
	lost, err := queryAll(tx, scanValue[string], `select distinct person from person_version v where not exists (select 1 from person where person.id = v.person) order by person`)
	if err != nil {
		return nil, err
	}
	for _, id := range lost {
		problem(id, "is missing: there are versions of this person")
	}
	nobodys, err := queryAll(tx, scanValue[string], `select person from person_outline o where not exists (select 1 from person where person.id = o.person) order by person`)
	if err != nil {
		return nil, err
	}
	for _, id := range nobodys {
		out = append(out, KeptProblem{"person_outline", id, id, "was put in: there is no such person"})
	}
	for after := ""; ; {
		type stored struct {
			id      string
			version int64
			last    int64
			body    string
		}
		list, err := queryAll(tx, func(row row) (stored, error) {
			var s stored
			return s, row.Scan(&s.id, &s.version, &s.last, &s.body)
		}, `select p.id, p.version, v.version, v.body from person p join person_version v on v.person = p.id
			where p.id > $1 and v.version = (select max(l.version) from person_version l where l.person = p.id) order by p.id limit 200`, after)
		if err != nil || len(list) == 0 {
			return out, err
		}
		after = list[len(list)-1].id
		ids := make([]string, len(list))
		for i, s := range list {
			ids[i] = s.id
		}
		people, err := tx.peopleByFacts(ids)
		if err != nil { // one by one, so that only those who cannot be read are named
			people = nil
			for _, id := range ids {
				one, err := tx.peopleByFacts([]string{id})
				if err != nil && tx.ctx.Err() != nil {
					return nil, err
				}
				if err != nil {
					problem(id, "cannot be read")
				}
				people = append(people, append(one, person.Person{})[0])
			}
		}
		keys, err := tx.ofPeople(`select person, value from person_key`, ids)
		if err != nil {
			return nil, err
		}
		outlines, err := tx.ofPeople(`select person, body from person_outline`, ids)
		if err != nil {
			return nil, err
		}
		for i, p := range people {
			if p.ID == "" {
				continue // said above
			}
			var kept person.Person
			if json.Unmarshal([]byte(list[i].body), &kept) != nil {
				problem(p.ID, "is not what was written: the last version cannot be read")
				continue
			}
			relationships := p.Relationships
			// They are kept, and logged, once for both people.
			p.Relationships, kept.Relationships = nil, nil
			if list[i].version != list[i].last || !sameJSON(p, kept) {
				problem(p.ID, "is not what was written: the last version says otherwise")
			}
			p.Relationships = relationships
			want := map[string]bool{}
			for _, k := range person.Keys(p) {
				want[keyText(k)] = true
			}
			have := keys[p.ID]
			slices.Sort(have)
			if !slices.Equal(have, slices.Sorted(maps.Keys(want))) {
				out = append(out, KeptProblem{"person_key", p.ID, p.ID, "is not what this person is found by"})
			}
			for _, text := range outlines[p.ID] { // without one the last version is compared
				var outline personText
				if outline.Scan(text) != nil || !sameJSON(outline.Person, p.Outline()) {
					out = append(out, KeptProblem{"person_outline", p.ID, p.ID, "is not what this person is compared by"})
				}
			}
		}
	}
}

// ofPeople gives the texts that a query has of some people.
func (tx *Tx) ofPeople(query string, ids []string) (map[string][]string, error) {
	out := map[string][]string{}
	rows, err := queryAll(tx, func(row row) (pair [2]string, err error) {
		return pair, row.Scan(&pair[0], &pair[1])
	}, query+` where `+tx.inList("person", 1), ids)
	for _, pair := range rows {
		out[pair[0]] = append(out[pair[0]], pair[1])
	}
	return out, err
}

// spareContent looks for contents of files that there are not.
func (tx *Tx) spareContent() ([]KeptProblem, error) {
	ids, err := queryAll(tx, scanValue[string], `select file from file_content where not exists (select 1 from file where file.id = file_content.file) order by file`)
	var out []KeptProblem
	for _, id := range ids {
		out = append(out, KeptProblem{"file_content", id, "", "was put in: there is no such file"})
	}
	return out, err
}

func sameJSON(a, b any) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && reflect.DeepEqual(x, y)
}

func (tx *Tx) wordCopies() ([]KeptProblem, error) {
	var out []KeptProblem
	err := tx.AllRecordIDs(func(id string) error {
		var r record.Record
		if err := tx.QueryRow(`select names, reference from record where id = $1`, id).Scan(&r.Names, &r.Reference); err != nil {
			return err
		}
		have, err := queryAll(tx, scanValue[string], `select word from record_word where record = $1 order by word`, id)
		if err != nil {
			return err
		}
		slices.Sort(have)
		if !slices.Equal(have, recordWords(r)) {
			out = append(out, KeptProblem{"record_word", id, id, "is not what this record is found by"})
		}
		return nil
	})
	return out, err
}
