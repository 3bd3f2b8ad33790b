package hostile

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/signin"
	"frontdoor/internal/store/storetest"
	"frontdoor/internal/upload"
)

// packed makes a zip of names and contents in turn.
func packed(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		must(t, err)
		_, err = w.Write([]byte(parts[i+1]))
		must(t, err)
	}
	must(t, z.Close())
	return b.Bytes()
}

func docx(t testing.TB, more ...string) []byte {
	return packed(t, append([]string{"[Content_Types].xml", `<?xml version="1.0"?><Types/>`, "word/document.xml", `<w:document/>`}, more...)...)
}

func pdf(objects string) []byte {
	return []byte("%PDF-1.7\n1 0 obj\n<</Type/Catalog " + objects + ">>\nendobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n")
}

func deflated(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, err := w.Write(b)
	must(t, err)
	must(t, w.Close())
	return out.Bytes()
}

// objStm is a stream in which a PDF keeps objects.
func objStm(packed []byte) string {
	return "2 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>\nstream\n" + string(packed) + "\nendstream\nendobj\n"
}

func pngOf(w, h uint32, more ...[]byte) []byte {
	chunk := func(name string, body []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		b = append(append(b, name...), body...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	b := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 0, 0, 0, 0))...)
	return append(append(b, slices.Concat(more...)...), chunk("IEND", nil)...)
}

func box(name, body string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8))) + name + body
}

func gifOf(t testing.TB, frames int) []byte {
	t.Helper()
	one := image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.Black, color.White})
	encoded := func(n int) []byte {
		g := gif.GIF{}
		for range n {
			g.Image, g.Delay = append(g.Image, one), append(g.Delay, 0)
		}
		var b bytes.Buffer
		must(t, gif.EncodeAll(&b, &g))
		return b.Bytes()
	}
	two, three := encoded(2), encoded(3)
	size := len(three) - len(two) // of one frame, before the last byte
	last := len(two) - 1
	return slices.Concat(two[:last], bytes.Repeat(two[last-size:last], frames-2), two[last:])
}

// exif is a HEIC whose pieces of Exif data each have the longest list that there
// can be, all the same one.
func exifBomb() []byte {
	pieces := strings.Repeat("Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff", 200_000)
	return []byte(box("ftyp", "heic\x00\x00\x00\x00heic") + box("meta", "....") + box("mdat", pieces+strings.Repeat("\x00", 900_000)))
}

type hostileFile struct {
	name string
	make func(t testing.TB) []byte
	// takenAs is the media type it may come in as; empty where it must be refused.
	takenAs string
	flag    upload.Flag // that it must then carry
}

const (
	svg    = `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(document.cookie)</script></svg>`
	page   = `<!doctype html><html><body><script>alert(1)</script>`
	eicar  = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-` + `ANTIVIRUS-TEST-FILE!$H+H*`
	laughs = `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><Relationships><Relationship Type="&d;"/></Relationships>`
	entity = `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><Relationships><Relationship Type="&x;"/></Relationships>`
)

func fixed(s string) func(testing.TB) []byte { return func(testing.TB) []byte { return []byte(s) } }

func hostileFiles() []hostileFile {
	const docxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	return []hostileFile{
		{"drawing.svg", fixed(svg), "", ""},
		{"drawing.png", fixed(svg), "", ""},
		{"drawing.txt", fixed(svg), "", ""},
		{"photo.jpg", fixed(page), "", ""},
		{"notes.txt", fixed(page), "", ""},
		{"notes.txt", fixed("\xff\xfe<\x00h\x00t\x00m\x00l\x00>\x00"), "", ""},
		{"notes.txt", fixed(strings.Repeat(" ", 900) + page), "", ""},
		{"empty.txt", fixed(""), "", ""},
		{"a.js.gif", fixed("GIF89a=1;alert(1);//;" + strings.Repeat(" ", 20)), "", ""},
		{"a.gif", fixed("GIF89a/*<script>alert(1)</script>*/;"), "", ""},
		{"a.pdf", func(t testing.TB) []byte { return append(pdf(""), packed(t, "a.html", page)...) }, "", ""},
		{"a.pdf", func(t testing.TB) []byte { return append(packed(t, "a.html", page), pdf("")...) }, "", ""},
		{"a.jpg", func(t testing.TB) []byte { return append(photo(t), packed(t, "a.html", page)...) }, "", ""},
		{"a.jpg", func(t testing.TB) []byte {
			b := photo(t)
			return slices.Concat(b[:2], []byte("\xff\xfe\x00\x40"+page+strings.Repeat(" ", 0x3e-len(page))), b[2:])
		}, "", ""},
		{"a.jpg", func(t testing.TB) []byte { return append(photo(t), page...) }, "", ""},
		{"a.zip", func(t testing.TB) []byte { return packed(t, "b.zip", string(packed(t, "c.zip", "x"))) }, "", ""},
		{"a.docx", func(t testing.TB) []byte { return docx(t, "word/big.xml", strings.Repeat("0", 8<<20)) }, "", ""},
		{"a.docx", func(t testing.TB) []byte { return docx(t, "word/inner.zip", string(packed(t, "a", "b"))) }, "", ""},
		{"a.docx", func(t testing.TB) []byte {
			return docx(t, "word/embeddings/inner.docx", string(docx(t, "x", strings.Repeat("0", 1<<20))))
		}, docxType, ""}, // what is inside is never unpacked here
		{"a.docx", func(t testing.TB) []byte { return docx(t, "word/_rels/document.xml.rels", laughs) }, docxType, upload.Active},
		{"a.docx", func(t testing.TB) []byte { return docx(t, "word/_rels/document.xml.rels", entity) }, docxType, upload.Active},
		{"a.docx", func(t testing.TB) []byte {
			many := "<Relationships>" + strings.Repeat(`<Relationship Id="a" Type="b"/>`, 90_000) + "</Relationships>"
			return docx(t, "word/_rels/document.xml.rels", many)
		}, "", ""},
		{"a.xlsx", func(t testing.TB) []byte {
			return packed(t, "[Content_Types].xml", "<Types/>", "xl/workbook.xml", strings.Repeat("<a/>", 2<<20))
		}, "", ""},
		{"a.pptx", func(t testing.TB) []byte {
			return packed(t, "[Content_Types].xml", "<Types/>", "ppt/presentation.xml", "<p/>")
		}, "", ""},
		{"a.docx", func(t testing.TB) []byte {
			return packed(t, "[Content_Types].xml", "<Types/>", "ppt/presentation.xml", "<p/>")
		}, "", ""},
		{"a.pdf", func(t testing.TB) []byte {
			bomb := objStm(deflated(t, bytes.Repeat([]byte("/A "), 8<<20)))
			return []byte("%PDF-1.7\n" + strings.Repeat(bomb, 50) + "%%EOF\n")
		}, "application/pdf", upload.Active},
		{"a.pdf", func(t testing.TB) []byte {
			return []byte("%PDF-1.7\n" + strings.Repeat("1 0 obj\n<</ObjStm/Filter>>stream\nx\n", 250_000) + "%%EOF\n")
		}, "application/pdf", upload.Active},
		{"a.pdf", func(t testing.TB) []byte {
			var b strings.Builder
			b.WriteString("%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count 10000/Kids[")
			for i := range 10_000 {
				fmt.Fprintf(&b, "%d 0 R ", i+3)
			}
			b.WriteString("]>>\nendobj\n")
			for i := range 10_000 {
				fmt.Fprintf(&b, "%d 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 1 1]>>\nendobj\n", i+3)
			}
			return []byte(b.String() + "trailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n")
		}, "application/pdf", ""},
		{"a.pdf", func(t testing.TB) []byte { return pdf(strings.Repeat("/K[<<", 1_000_000)) }, "application/pdf", ""},
		{"a.pdf", func(t testing.TB) []byte { return pdf("/OpenAction<</S/#4c#61#75nch/F(calc)>>") }, "", ""},
		{"a.pdf", func(t testing.TB) []byte { return pdf("/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>") }, "application/pdf", upload.Active},
		{"a.png", func(testing.TB) []byte { return pngOf(0x7fffffff, 0x7fffffff) }, "", ""},
		{"a.png", func(testing.TB) []byte { return pngOf(100_000, 100_000) }, "", ""},
		{"a.png", func(testing.TB) []byte { return pngOf(0, 10) }, "", ""},
		{"a.gif", func(t testing.TB) []byte { return gifOf(t, 100_000) }, "image/gif", ""}, // never decoded here
		{"a.tiff", fixed("II*\x00\x08\x00\x00\x00\xff\xff" + strings.Repeat("\x00", 100)), "", ""},
		{"a.heic", func(testing.TB) []byte { return exifBomb() }, "image/heic", upload.Location},
		{"a.heic", fixed("\xff\xff\xff\xffftypheic"), "", ""},
		{"a.mp4", fixed("\x00\x00\x00\x01ftypisom\xff\xff\xff\xff\xff\xff\xff\xff"), "", ""},
		{"a.txt", func(testing.TB) []byte { return bytes.Repeat([]byte{0xe9}, upload.MaxFile) }, "text/plain; charset=utf-8", ""},
		{"a.txt", func(testing.TB) []byte {
			return append([]byte{0xff, 0xfe}, bytes.Repeat([]byte{0x41, 0xd8}, 5<<20-8)...)
		}, "text/plain; charset=utf-8", ""},
		{"a.jpg", func(t testing.TB) []byte { return bytes.Repeat([]byte("PK\x01\x02"), 2<<20) }, "", ""},
	}
}

// most is how much memory looking at one file may take in all, freed or not, in
// bytes: sixteen times the largest file.
const most = 160 << 20

// Each is refused with a sentence, or comes in as exactly what it says it is and
// leaves as something to save. Not in parallel: it measures memory.
func TestHostileFilesHarmNobody(t *testing.T) {
	for i, f := range hostileFiles() {
		b := f.make(t)
		what := fmt.Sprintf("%d: %s of %d bytes, beginning %.30q", i, f.name, len(b), b)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		v, err := upload.Check(f.name, b)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > most {
			t.Errorf("%s: %d MB of memory were taken to look at it", what, took>>20)
		}
		if f.takenAs == "" {
			if err == nil {
				t.Errorf("%s came in as %s", what, v.Type)
			} else if fault.KindOf(err) != fault.Invalid || fault.SafeText(err) == "" {
				t.Errorf("%s: %v cannot be shown", what, err)
			}
			continue
		}
		if err != nil || v.Type != f.takenAs || f.flag != "" && !slices.Contains(v.Flags, f.flag) {
			t.Errorf("%s: %+v, %v; want %s %s", what, v, err, f.takenAs, f.flag)
			continue
		}
		h := upload.ServeHeaders(v.Type)
		if !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s leaves with %v", what, h)
		}
	}
}

var oddNames = []string{
	"../../../etc/cron.d/x.txt", `..\..\windows\x.txt`, "/etc/passwd.txt", "a\u202etxt.exe.txt", "a\x00.html.txt", strings.Repeat("n", 5000) + ".txt",
	"a\r\nSet-Cookie: x=1\r\n.txt", "\x1b[2J\x07.txt", "CON.txt", "Archie Sample burns.txt", `"; filename="x.html.txt`, "<img src=x onerror=alert(1)>.txt", "\xff\xfe.txt", "..txt",
}

// worker signs a worker in and gives the cookie.
func signedIn(t *testing.T, g *signin.Gate, m member, at time.Time) *http.Cookie {
	t.Helper()
	src := signin.Source{Addr: "192.0.2.1"}
	token, _, err := g.Password(t.Context(), m.Email, password, src, at)
	must(t, err)
	code, err := totp.GenerateCode(m.shared, at)
	must(t, err)
	token, _, err = g.Second(t.Context(), token, code, src, at)
	must(t, err)
	return signin.WorkerCookie(token, false)
}

// What came in with an odd name, or a child's name in it, leaves under neither,
// as something to save, is not kept by any cache and does nothing in a browser;
// its name is nowhere in clear.
func TestFilesLeaveHarmless(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	d := caseworktest.Desk(t, db)
	g := gate(t, d)
	m := join(t, g, "sam@example.org")
	now := noon.Add(time.Hour)
	by := casework.ByWorker(m.Worker, &d.Place.Register, now)
	rec, err := d.Begin(t.Context(), casework.ByVisitor("v", now), "referral", casework.Beginning{Authority: "thurrock", Step: "submit", Answers: answer.Set{
		"danger": answer.Text("no"), "sender_kind": answer.Text("family_public"), "where_known": answer.Text("area"), "child_area": answer.Text("thurrock"),
		"public_saw": answer.Text("x"), "public_when": answer.Text("x"), "children": answer.List("r1"), "children/r1/given_names": answer.Text("Archie"),
		"children/r1/family_name": answer.Text("Sample"), "lives_with": answer.Text("x"), "how_know": answer.Text("x"), "stay_anonymous": answer.Text("yes"),
	}})
	must(t, err)
	log := &bytes.Buffer{}
	s := serve(t, d, g, log, func() time.Time { return now })
	cookie := signedIn(t, g, m, now)
	for _, name := range oddNames {
		f, err := d.AddFile(t.Context(), by, "", rec.ID, name, []byte("what was seen"), false)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%.60q: %v", name, err)
			}
			continue
		}
		r := httptest.NewRequest(http.MethodGet, "http://localhost/files/"+f.ID, nil)
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		h := w.Result().Header
		if w.Code != 200 || h.Get("Content-Disposition") != `attachment; filename="text.txt"` || h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Content-Type") != "text/plain; charset=utf-8" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%.60q leaves with %d %v", name, w.Code, h)
		}
		if len([]rune(f.Name)) > 100 || strings.ContainsAny(f.Name, "/\\<>\"\r\n\x00\u202e\x1b") {
			t.Errorf("%.60q is shown as %q", name, f.Name)
		}
	}
	if strings.Contains(log.String(), "Archie") || strings.Contains(log.String(), "burns") {
		t.Error("a name is in the log")
	}
	if n := count(t, db, `select count(*) from file where name like '%Archie%' or name like '%.txt%'`); n > 0 {
		t.Errorf("%d names of files are in clear", n)
	}
}

// fakeClamd answers as the scanner does to what holds the test virus.
func fakeClamd(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				_ = c.SetDeadline(time.Now().Add(10 * time.Second))
				head := make([]byte, len("zINSTREAM\x00"))
				if _, err := io.ReadFull(c, head); err != nil {
					return
				}
				var all []byte
				for {
					var n uint32
					if binary.Read(c, binary.BigEndian, &n) != nil || n == 0 || n > 1<<20 {
						break
					}
					part := make([]byte, n)
					if _, err := io.ReadFull(c, part); err != nil {
						return
					}
					all = append(all, part...)
				}
				answer := "stream: OK\x00"
				if bytes.Contains(all, []byte(eicar)) {
					answer = "stream: Eicar-Test-Signature FOUND\x00"
				}
				_, _ = io.WriteString(c, answer)
			}()
		}
	}()
	return l.Addr().String()
}

func TestAVirusIsNotKept(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	d := caseworktest.Desk(t, db)
	d.Scanner = &upload.Scanner{Addr: fakeClamd(t), Timeout: 10 * time.Second}
	by := casework.ByVisitor("v", noon)
	dr, err := d.StartDraft(t.Context(), by, "referral", nil)
	must(t, err)
	if f, err := d.AddFile(t.Context(), by, dr.ID, "", "ok.txt", []byte("nothing bad"), false); err != nil || f.Scan != string(upload.Clean) {
		t.Errorf("a clean file: %+v %v", f, err)
	}
	if _, err := d.AddFile(t.Context(), by, dr.ID, "", "bad.txt", []byte(eicar), false); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a virus: %v", err)
	}
	if n := count(t, db, `select count(*) from file_content`); n != 1 {
		t.Errorf("%d files are kept, want the clean one", n)
	}
	// A scanner that is away says nothing: the file is kept as not checked.
	d.Scanner = &upload.Scanner{Addr: "127.0.0.1:1", Timeout: time.Second}
	if f, err := d.AddFile(t.Context(), by, dr.ID, "", "later.txt", []byte("x"), false); err != nil || f.Scan != string(upload.Unscanned) {
		t.Errorf("without a scanner: %+v %v", f, err)
	}
}

// endless is a body that never ends; it counts what was read of it.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.n += int64(len(p))
	return len(p), nil
}

func (e *endless) Close() error { return nil }

// A body that says it is 2 GB, or says nothing and never ends, or says less than
// it is, is read to its route's limit and no further, by strangers and workers.
func TestBodiesAreReadToTheirLimit(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	d := caseworktest.Desk(t, db)
	g := gate(t, d)
	m := join(t, g, "sam@example.org")
	now := noon.Add(time.Hour)
	s := serve(t, d, g, io.Discard, func() time.Time { return now })
	worker := signedIn(t, g, m, now)
	_, id, token, err := g.NewVisitor(t.Context(), signin.Source{}, now)
	must(t, err)
	dr, err := d.StartDraft(t.Context(), casework.ByVisitor(id, now), "referral", nil)
	must(t, err)
	visitor := signin.VisitorCookie(token, false)
	for _, c := range []struct {
		path   string
		cookie *http.Cookie
		limit  int64
	}{
		{"/sign-in", nil, 1 << 20},
		{"/status", nil, 1 << 20},
		{"/refer", nil, 1 << 20},
		{"/refer/" + dr.ID, visitor, 60 << 20},
		{"/refer/" + dr.ID + "/files", visitor, 60 << 20},
		{"/records/none/files", worker, 60 << 20},
		{"/account/password", worker, 1 << 20},
	} {
		for _, kind := range []string{"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", ""} {
			body := &endless{}
			r := httptest.NewRequest(http.MethodPost, "http://localhost"+c.path, body)
			r.ContentLength = 2 << 30
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			if c.cookie != nil {
				r.AddCookie(c.cookie)
			}
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, r)
			if body.n > c.limit+(1<<20) {
				t.Errorf("POST %s as %q: %d MB were read", c.path, kind, body.n>>20)
			}
			if w.Code < 300 {
				t.Errorf("POST %s as %q: %d", c.path, kind, w.Code)
			}
		}
	}
	// On the wire: a length that is not the body's.
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	for _, raw := range []string{
		"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
		"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
		"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\nGET /board HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
	} {
		c, err := net.DialTimeout("tcp", srv.Listener.Addr().String(), 5*time.Second)
		must(t, err)
		_ = c.SetDeadline(time.Now().Add(3 * time.Second))
		_, _ = io.WriteString(c, raw)
		got, _ := io.ReadAll(io.LimitReader(c, 1<<16))
		_ = c.Close()
		if !bytes.HasPrefix(got, []byte("HTTP/1.1 4")) || bytes.Contains(got, []byte("HTTP/1.1 200")) {
			t.Errorf("%.60q is answered with %.80q", raw, got)
		}
	}
}
