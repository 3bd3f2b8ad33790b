package publishing_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/publishing"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
	"frontdoor/internal/upload"
	"frontdoor/partnerships"
)

// A change behind the program's back is found and named, in each table.
func TestTamperingIsNamed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db, nil)
		ctx := t.Context()
		id := o.ask(o.editor, start, alcohol, page("Alcohol", "\n## Now {#now}\n\nRing for help."))
		o.must(o.Publish(ctx, by(o.ann, start), calendar.Date{}, id))
		problems := func() (out []store.KeptProblem) {
			o.must(db.Read(ctx, func(tx *store.Tx) (err error) {
				out, err = tx.VerifyKept()
				return err
			}))
			return out
		}
		if found := problems(); len(found) > 0 {
			t.Fatalf("before: %+v", found)
		}
		for _, c := range []struct{ table, change, back string }{
			{"text_change", `update text_change set author = 'x' where id = $1`, `update text_change set author = '` + o.editor.ID + `' where id = $1`},
			{"text_act", `update text_act set act = 'recalled' where change = $1 and act = 'published'`, `update text_act set act = 'published' where change = $1 and act = 'recalled'`},
			{"text_act", `update text_act set from_at = '2020-01-01T00:00:00.000000Z' where change = $1 and act = 'published'`, ""},
			{"text_content", `update text_content set bytes = bytes || ` + map[string]string{"sqlite": `x'20'`, "postgres": `'\x20'`}[db.Engine()] + ` where hash = (select content from text_change where id = $1)`, ""},
		} {
			change := func(query string) {
				o.must(db.Write(ctx, func(tx *store.Tx) error {
					off := "alter table " + c.table + " disable trigger user"
					if db.Engine() == "sqlite" {
						off = "drop trigger if exists " + c.table + "_no_update"
					}
					if _, err := tx.Exec(off); err != nil {
						return err
					}
					n, err := tx.Exec(query, id)
					if err == nil && n != 1 {
						t.Errorf("%s: %d rows", query, n)
					}
					return err
				}))
			}
			change(c.change)
			if found := problems(); !slices.ContainsFunc(found, func(p store.KeptProblem) bool { return p.Table == c.table }) {
				t.Errorf("%s: %+v", c.change, found)
			}
			if c.back != "" {
				change(c.back)
			}
		}
	})
}

// A program that ends in the middle of an act leaves nothing of it behind.
func TestAnActIsAllOrNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db, nil)
		n := o.ask(o.editor, start, neglect, page("Neglect", "\n## Signs {#signs}\n\nSecond words."))
		r := o.ask(o.editor, start, roles, page("Roles", "\n## Who {#who}\n\nEach of us."))
		o.must(o.Approve(t.Context(), by(o.ann, start), n, r))
		ed := guidance.Edition{
			Key: "e2", Title: "Second", From: calendar.DateOf(start), Summary: "New words.",
			Changes: []guidance.Change{{Chapter: "neglect", What: "x", Effect: "y"}, {Chapter: "roles", What: "x", Effect: "y"}},
		}
		for _, at := range []int{1, 2, 3} {
			ctx, cancel := context.WithCancel(t.Context())
			acts := 0
			err := o.Release(store.Traced(ctx, func(statement string) {
				if strings.HasPrefix(statement, "insert into text_act") {
					if acts++; acts == at {
						cancel()
					}
				}
			}), by(o.ann, start), ed)
			cancel()
			if err == nil || acts != at {
				t.Fatalf("it did not end at act %d: %v", at, err)
			}
			if !strings.Contains(o.text(start, neglect), "First words.") || strings.Contains(o.text(start, manual), "e2") || o.state(start, n) != publishing.Approved {
				t.Fatalf("something is left after act %d", at)
			}
		}
		o.must(o.Release(t.Context(), by(o.ann, start), ed))
		if !strings.Contains(o.text(start, neglect), "Second words.") || !strings.Contains(o.text(start, manual), "key: e2") {
			t.Error("not released")
		}
	})
}

// Two nodes share a database: what one publishes the other shows within a second.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	db, url := storetest.OpenPostgres(t)
	o := open(t, db, nil)
	ctx := t.Context()
	second, err := store.OpenPostgres(ctx, url)
	o.must(err)
	defer func() { _ = second.Close() }()
	other := publishing.New(second, place(folder(t, nil)))
	o.must(other.Ship(ctx, start))
	before, err := other.At(ctx, start)
	o.must(err)
	id := o.ask(o.editor, start, alcohol, page("Alcohol", "\n## Now {#now}\n\nNews."))
	// Both publish at once: one of them does.
	errs := make(chan error, 2)
	for _, texts := range []*publishing.Texts{o.Texts, other} {
		go func() { errs <- texts.Publish(ctx, by(o.ann, start), calendar.Date{}, id) }()
	}
	one, two := <-errs, <-errs
	if (one == nil) == (two == nil) {
		t.Errorf("%v and %v", one, two)
	}
	for range 300 {
		after, err := other.At(ctx, start)
		o.must(err)
		if after != before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the other node never heard of it")
}

func picture(t *testing.T, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	m := image.NewPaletted(image.Rect(0, 0, 40, 20), color.Palette{color.White, color.Black})
	for x := range 20 {
		for y := range 20 {
			m.SetColorIndex(x, y, 1)
		}
	}
	var b bytes.Buffer
	if err := encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// held is a JPEG taken with the camera on its side, with the place in it.
func held(t *testing.T) []byte {
	b := picture(t, func(b *bytes.Buffer, m image.Image) error { return jpeg.Encode(b, m, nil) })
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00GPS 51.54 N")
	exif := append([]byte("Exif\x00\x00"), tiff...)
	head := []byte{0xff, 0xe1, 0, byte(len(exif) + 2)}
	return slices.Concat(b[:2], head, exif, b[2:])
}

func TestPicturesAreMadeSafe(t *testing.T) {
	t.Parallel()
	o := open(t, storetest.Open(t), nil)
	ctx := t.Context()
	add := func(name string, b []byte) (publishing.Change, error) {
		return o.Ask(ctx, by(o.editor, start), publishing.Proposal{Name: "guidance/pictures/" + name, Content: b, Why: "To show it."})
	}
	pngs := picture(t, func(b *bytes.Buffer, m image.Image) error { return png.Encode(b, m) })
	gifs := picture(t, func(b *bytes.Buffer, m image.Image) error { return gif.Encode(b, m, nil) })
	for _, c := range []struct {
		name, words string
		content     []byte
	}{
		{"door.svg", "can hold a program", []byte(`<svg onload="alert(1)"/>`)},
		{"door.png", "not a picture", []byte("<script>")},
		{"door.png", "not what its name says", gifs},
		{"door.png", "larger than 2 MB", make([]byte, 3<<20)},
		{"Door 1.png", "small letters", pngs},
		{"door.exe", "small letters", pngs},
		{"../../door.png", "small letters", pngs},
		{"door.png", "damaged", pngs[:len(pngs)/2]},
	} {
		_, err := add(c.name, c.content)
		refused(t, err, fault.Invalid, c.words)
	}
	c, err := add("door.jpg", held(t))
	o.must(err)
	got, err := o.Content(ctx, c.Hash)
	o.must(err)
	m, err := jpeg.Decode(bytes.NewReader(got))
	o.must(err)
	if bytes.Contains(got, []byte("GPS")) || bytes.Contains(got, []byte("Exif")) {
		t.Error("it still says where it was taken")
	}
	if m.Bounds().Dx() != 20 || m.Bounds().Dy() != 40 {
		t.Errorf("it lies on its side: %v", m.Bounds())
	}
	if _, _, err := o.Served(ctx, start, c.Hash); fault.KindOf(err) != fault.NotFound {
		t.Errorf("what is not published is served: %v", err)
	}
	text := o.ask(o.editor, start, alcohol, page("Alcohol", "\n## Now {#now}\n\n![The door of our house](pictures/door.jpg)"))
	o.must(o.Publish(ctx, by(o.ann, start), calendar.Date{}, text, c.ID))
	lib, err := o.At(ctx, start)
	o.must(err)
	p, _ := lib.Find("parents/alcohol")
	if html := string(p.Text.HTML()); !strings.Contains(html, `src="/pictures/`+c.Hash+`.jpg"`) || !strings.Contains(html, `alt="The door of our house"`) {
		t.Error(html)
	}
	served, kind, err := o.Served(ctx, start, c.Hash)
	o.must(err)
	if kind != "image/jpeg" || !bytes.Equal(served, got) {
		t.Errorf("%s, %d bytes", kind, len(served))
	}
	if _, _, err := o.Served(ctx, start.Add(-1000), c.Hash); fault.KindOf(err) != fault.NotFound {
		t.Error("served before it was published")
	}
	f, _, err := o.File(ctx, start, alcohol)
	o.must(err)
	if _, _, err := o.Served(ctx, start, f.Hash); fault.KindOf(err) != fault.NotFound {
		t.Error("a text was served as a picture")
	}
	blind := o.ask(o.editor, start, alcohol, page("Alcohol", "\n## Now {#now}\n\n![](pictures/door.jpg)"))
	checked, err := o.CheckChanges(ctx, start, blind)
	o.must(err)
	if !strings.Contains(checked.Faults.Error(), "no words for people who cannot see it") {
		t.Error(checked.Faults)
	}
	still, err := add("moving.gif", gifs)
	o.must(err)
	if b, _ := o.Content(ctx, still.Hash); len(b) == 0 {
		t.Error("no picture")
	}
}

const aPDF = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"

func TestDocumentsAreScanned(t *testing.T) {
	t.Parallel()
	o := open(t, storetest.Open(t), nil)
	ctx := t.Context()
	add := func(b string) (publishing.Change, error) {
		return o.Ask(ctx, by(o.editor, start), publishing.Proposal{Name: "guidance/documents/plan.pdf", Content: []byte(b), Why: "The plan."})
	}
	for _, c := range []struct{ content, words string }{
		{"no pdf", "not what its name says"},
		{strings.Replace(aPDF, "/Type", "/JavaScript (app.alert) /Type", 1), "parts that act"},
		{strings.Replace(aPDF, "/Type", "/Launch /Type", 1), "other files or programs inside"},
		{"%PDF-1.4" + strings.Repeat(" ", 21<<20), "larger than 20 MB"},
	} {
		_, err := add(c.content)
		refused(t, err, fault.Invalid, c.words)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	o.must(err)
	o.must(ln.Close()) // nobody answers there
	o.Scanner = &upload.Scanner{Addr: ln.Addr().String(), Timeout: time.Second}
	_, err = add(aPDF)
	refused(t, err, fault.Unavailable, "could not be checked")
	o.Scanner = nil
	c, err := add(aPDF)
	o.must(err)
	link := o.ask(o.editor, start, alcohol, page("Alcohol", "\n## Now {#now}\n\n[Our plan](document:plan.pdf)"))
	o.must(o.Publish(ctx, by(o.ann, start), calendar.Date{}, c.ID, link))
	lib, err := o.At(ctx, start)
	o.must(err)
	if p, _ := lib.Find("parents/alcohol"); !strings.Contains(string(p.Text.HTML()), `href="/documents/`+c.Hash+`.pdf"`) {
		t.Error(p.Text.HTML())
	}
}

func TestReviewsThatFallDueAreTold(t *testing.T) {
	t.Parallel()
	o := open(t, storetest.Open(t), nil)
	ctx := t.Context()
	var to []string
	o.Mail = func(_ *store.Tx, _ time.Time, address, template string) error {
		to = append(to, address+" "+template)
		return nil
	}
	remind := func(day calendar.Date, want int) {
		t.Helper()
		to = nil
		o.must(o.RemindDue(ctx, day.At(6, 0, 0)))
		o.must(o.RemindDue(ctx, day.At(7, 0, 0))) // the job may run twice
		if len(to) != want {
			t.Errorf("%v: %v", day, to)
		}
	}
	remind(calendar.NewDate(2026, 10, 31), 0)
	remind(calendar.NewDate(2026, 11, 3), 3) // the 1st was missed; three write texts
	remind(calendar.NewDate(2026, 11, 4), 0)
	remind(calendar.NewDate(2026, 11, 9), 3) // a Monday, and still overdue
	soon, err := o.Due(ctx, start, 14)
	o.must(err)
	if len(soon) != 4 || soon[0].Past {
		t.Errorf("%+v", soon)
	}
}

func TestExportIsWhatIsInForce(t *testing.T) {
	t.Parallel()
	set, err := fs.Sub(partnerships.FS, "set")
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.Open(t)
	p := *whole()
	texts := publishing.New(db, &p)
	if err := texts.Ship(t.Context(), start); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "out")
	n, err := texts.Export(t.Context(), start, dir)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	err = fs.WalkDir(set, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		seen++
		want, err := fs.ReadFile(set, name)
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err == nil && !bytes.Equal(got, want) {
			t.Errorf("%s differs", name)
		}
		return err
	})
	if err != nil || seen != n {
		t.Errorf("%d files written, %d shipped: %v", n, seen, err)
	}
	if _, err := texts.Export(t.Context(), start, dir); fault.KindOf(err) != fault.Conflict {
		t.Errorf("it was overwritten: %v", err)
	}
	// What was written is a folder to start with, and to the database the same.
	from := p
	from.Folder = os.DirFS(dir)
	again := publishing.New(db, &from)
	if err := again.Ship(t.Context(), start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	open, err := again.Open(t.Context(), start.Add(time.Hour))
	if err != nil || len(open) > 0 {
		t.Errorf("%+v, %v", open, err)
	}
	files, err := again.Files(t.Context(), start.Add(time.Hour))
	if err != nil || slices.ContainsFunc(files, func(f publishing.File) bool { return !f.Since.IsZero() }) {
		t.Errorf("the same files came anew: %v", err)
	}
}

func TestContactsThatArePublished(t *testing.T) {
	t.Parallel()
	o := open(t, storetest.Open(t), map[string]string{"guidance/services.yaml": "- {name: Front door, phone: 01375 652802}\n"})
	ctx := t.Context()
	was, err := o.Contacts(ctx, start)
	o.must(err)
	old := o.text(start, contacts)
	id := o.ask(o.editor, start, contacts, strings.ReplaceAll(old, "01375 652802", "01375 000000"))
	err = o.Publish(ctx, by(o.ann, start), calendar.Date{}, id)
	var f *publishing.Faulty
	if !errors.As(err, &f) || f.Faults[0].File != "guidance/services.yaml" || !strings.Contains(f.Faults[0].Text, "01375 652802 is no longer in contacts.yaml") {
		t.Fatalf("the old number elsewhere is not found: %v", err)
	}
	s := o.ask(o.editor, start, "guidance/services.yaml", "- {name: Front door}\n")
	o.must(o.Publish(ctx, by(o.ann, start), calendar.NewDate(2026, 12, 1), id, s))
	now, err := o.Contacts(ctx, start)
	o.must(err)
	if now != was {
		t.Error("the directory changed before its day")
	}
	then, err := o.Contacts(ctx, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	o.must(err)
	if m, _ := then.Find("thurrock_mash"); m.Phone().Number != "01375 000000" {
		t.Errorf("%+v", m.Phone())
	}
	at := start.Add(48 * 24 * time.Hour)
	bad := o.ask(o.editor, at, contacts, strings.ReplaceAll(o.text(at, contacts), "id: childline", "id: childline_line"))
	if err := o.Publish(ctx, by(o.ann, at), calendar.Date{}, bad); !errors.As(err, &f) {
		t.Errorf("a contact that a page names was taken away: %v", err)
	}
	nonsense := o.ask(o.editor, at, contacts, "services: 7\n")
	if err := o.Publish(ctx, by(o.ann, at), calendar.Date{}, nonsense); !errors.As(err, &f) {
		t.Errorf("%v", err)
	}
}
