package upload

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"frontdoor/internal/fault"
)

// tiff is Exif data with a directory that holds one tag, GPS or not.
func tiff(gps bool, order binary.AppendByteOrder) []byte {
	b := []byte("II*\x00")
	if order == binary.BigEndian {
		b = []byte("MM\x00*")
	}
	entry := func(tag uint16, value uint32) {
		b = order.AppendUint16(b, 1)
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, 4)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint32(b, value)
		b = order.AppendUint32(b, 0)
	}
	b = order.AppendUint32(b, 8)
	if !gps {
		entry(0x0112, 1)
		return b
	}
	entry(0x8825, 26)
	entry(2, 0)
	return b
}

func jpg(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func withExif(b, exif []byte) []byte {
	body := append([]byte("Exif\x00\x00"), exif...)
	seg := append([]byte{0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))...)
	return slices.Concat(b[:2], seg, body, b[2:])
}

func pngBytes(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func chunk(name string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func gifBytes(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func webp(chunks ...string) []byte {
	body := "WEBP"
	for i := 0; i < len(chunks); i += 2 {
		data := chunks[i+1]
		body += chunks[i] + string(binary.LittleEndian.AppendUint32(nil, uint32(len(data)))) + data
		if len(data)%2 == 1 {
			body += "\x00"
		}
	}
	return []byte("RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body)
}

func box(name, body string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8))) + name + body
}

func mp4(brand, rest string) []byte {
	return []byte(box("ftyp", brand+"\x00\x00\x00\x00"+brand) + rest)
}

type part struct {
	name, body string
}

func office(t testing.TB, parts ...part) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		w, err := z.Create(p.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(p.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var (
	types    = part{"[Content_Types].xml", `<?xml version="1.0"?><Types/>`}
	document = part{"word/document.xml", `<w:document/>`}
	workbook = part{"xl/workbook.xml", `<workbook/>`}
)

func docx(t testing.TB, more ...part) []byte {
	return office(t, append([]part{types, document}, more...)...)
}

func pdf(objects string) []byte {
	return []byte("%PDF-1.7\n1 0 obj\n<</Type/Catalog " + objects + ">>\nendobj\nxref\n0 1\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n")
}

func objStm(names, extra string) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write([]byte(names))
	_ = w.Close()
	return []byte("%PDF-1.7\n2 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode" + extra + ">>\nstream\n" + z.String() + "\nendstream\nendobj\nstartxref\n9\n%%EOF\n")
}

func ole(names ...string) []byte {
	b := make([]byte, 512)
	copy(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	for _, n := range names {
		entry := make([]byte, 128)
		for i, u := range utf16.Encode([]rune(n)) {
			binary.LittleEndian.PutUint16(entry[2*i:], u)
		}
		b = append(b, entry...)
	}
	return append(b, make([]byte, 1024)...)
}

func mp3() []byte {
	frame := make([]byte, 417) // 128 kbit/s at 44.1 kHz
	copy(frame, "\xff\xfb\x90\x00")
	return slices.Concat(frame, frame, frame)
}

func good(t testing.TB) map[string][]byte {
	return map[string][]byte{
		"a.jpg": jpg(t), "a.JPEG": jpg(t), "a.png": pngBytes(t), "a.gif": gifBytes(t),
		"a.webp": webp("VP8L", "abcdef"), "a.heic": mp4("heic", box("meta", "....")),
		"a.pdf": pdf(""), "a.docx": docx(t), "a.xlsx": office(t, types, workbook), "a.doc": ole("Root Entry", "WordDocument"),
		"a.txt": []byte("He said he was frightened.\r\n£5"), "a.mp3": mp3(),
		"a.m4a": mp4("M4A ", box("moov", "x")), "a.mp4": mp4("isom", box("mdat", "x")+box("moov", "x")), "a.mov": mp4("qt  ", box("moov", "x")),
	}
}

func TestGoodFilesComeIn(t *testing.T) {
	t.Parallel()
	for name, b := range good(t) {
		keep := slices.Clone(b)
		v, err := Check(name, b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		ending := strings.ToLower(name[strings.Index(name, ".")+1:])
		if i := slices.IndexFunc(kinds, func(k kind) bool { return k.mime == v.Type }); i < 0 || !slices.Contains(kinds[i].says, ending) {
			t.Errorf("%s is %s", name, v.Type)
		}
		if want := map[bool][]Flag{true: {OldFormat}}[ending == "doc"]; !slices.Equal(v.Flags, want) {
			t.Errorf("%s: flags %v", name, v.Flags)
		}
		if v.GivenName != name || strings.HasPrefix(v.SafeName, "a.") {
			t.Errorf("%s: names %q and %q", name, v.GivenName, v.SafeName)
		}
		if !bytes.Equal(b, keep) {
			t.Errorf("%s: the original was altered", name)
		}
	}
	for _, b := range [][]byte{jpg(t), pdf(""), docx(t)} {
		if _, err := Check("no ending", b); err != nil {
			t.Errorf("a file whose name has no ending: %v", err)
		}
	}
	wide := []byte{0xff, 0xfe, 'h', 0, 'i', 0}
	for _, b := range [][]byte{wide, []byte("caf\xe9"), []byte("a,b\n1,2\n3,4\n")} {
		if _, err := Check("notes.txt", b); err != nil {
			t.Errorf("text %q: %v", b, err)
		}
	}
}

func TestEveryOtherNameIsRefused(t *testing.T) {
	t.Parallel()
	files := good(t)
	for name, b := range files {
		_, own, _ := strings.Cut(name, ".")
		for other := range files {
			_, ending, _ := strings.Cut(other, ".")
			same := strings.EqualFold(own, ending) || strings.HasPrefix(strings.ToLower(own+ending), "jp") ||
				own == "txt" && ending == "txt"
			if same || strings.HasPrefix(own, "m") && strings.HasPrefix(ending, "m") {
				continue // kinds of MP4 share their form
			}
			if v, err := Check("x."+ending, b); err == nil {
				t.Errorf("%s named .%s came in as %s", name, ending, v.Type)
			}
		}
		if _, err := Check(name+".exe", b); err == nil {
			t.Errorf("%s.exe came in", name)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	zipped := office(t, part{"a.txt", "x"})
	ratio := strings.Repeat("0", 4<<20)
	var lots []part
	for i := range maxParts + 1 {
		lots = append(lots, part{fmt.Sprintf("word/p%d.xml", i), ""})
	}
	for name, c := range map[string]struct {
		file string
		b    []byte
		want error
	}{
		"svg":                 {"a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), errRuns},
		"svg as picture":      {"a.png", []byte(`<svg xmlns="http://www.w3.org/2000/svg"></svg>`), errRuns},
		"page":                {"a.html", []byte("<html></html>"), errRuns},
		"page as text":        {"a.txt", []byte("<html><script>alert(1)</script>"), errRuns},
		"page in text":        {"a.txt", []byte("hello <script>alert(1)</script>"), errRuns},
		"script":              {"a.txt", []byte("#!/bin/sh\nrm -rf /\n"), errRuns},
		"program":             {"a.exe", append([]byte("MZ\x90\x00"), make([]byte, 200)...), errRuns},
		"program as photo":    {"a.jpg", append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 200)...), errRuns},
		"zip":                 {"a.zip", zipped, errArchive},
		"zip as docx":         {"a.docx", zipped, errArchive},
		"zip, no ending":      {"a", zipped, errArchive},
		"macro named docm":    {"a.docm", docx(t), errMacros},
		"macro":               {"a.docx", docx(t, part{"word/vbaProject.bin", "x"}), errMacros},
		"macro elsewhere":     {"a.xlsx", office(t, types, workbook, part{"custom/VBAPROJECT.BIN", "x"}), errMacros},
		"macro type":          {"a.docx", office(t, part{types.name, `<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>`}, document), errMacros},
		"old macro sheet":     {"a.xlsx", office(t, types, workbook, part{"xl/macrosheets/sheet1.xml", "x"}), errMacros},
		"object inside":       {"a.docx", docx(t, part{"word/embeddings/oleObject1.bin", "x"}), errInside},
		"program inside":      {"a.docx", docx(t, part{"word/x.exe", "x"}), errInside},
		"climbs out":          {"a.docx", docx(t, part{"../x.xml", "x"}), errTwoKinds},
		"part twice":          {"a.docx", docx(t, part{"WORD/document.xml", "x"}), errTwoKinds},
		"bomb by ratio":       {"a.docx", docx(t, part{"word/big.xml", ratio}), errBomb},
		"bomb by count":       {"a.docx", docx(t, lots...), errBomb},
		"excel named docx":    {"a.docx", office(t, types, workbook), errDiffers},
		"docx then more":      {"a.docx", append(docx(t), "more"...), errTwoKinds},
		"doc with macros":     {"a.doc", ole("WordDocument", "_VBA_PROJECT"), errMacros},
		"doc with password":   {"a.doc", ole("WordDocument", "EncryptedPackage"), errPassword},
		"doc with package":    {"a.doc", ole("WordDocument", "\x01Ole10Native"), errInside},
		"old excel":           {"a.xls", ole("Workbook"), errOtherDoc},
		"pdf that starts":     {"a.pdf", pdf("/OpenAction<</S/Launch/F(x)>>"), errInside},
		"pdf, hidden spelled": {"a.pdf", pdf("/OpenAction<</S/L#61unch/F(x)>>"), errInside},
		"pdf with a file":     {"a.pdf", pdf("/Names<</EmbeddedFiles 3 0 R>>"), errInside},
		"pdf, packed away":    {"a.pdf", objStm("1 0 <</S/Launch/F(x)>>", ""), errInside},
		"cut pdf":             {"a.pdf", []byte("%PDF-1.7\n1 0 obj"), errDamaged},
		"pdf not at start":    {"a.pdf", append([]byte("hello hello hello\n"), pdf("")...), nil},
		"photo and zip":       {"a.jpg", append(jpg(t), zipped...), errTwoKinds},
		"pdf and zip":         {"a.pdf", append(pdf(""), zipped...), errTwoKinds},
		"photo and rar":       {"a.jpg", append(jpg(t), "Rar!\x1a\x07\x00"...), errTwoKinds},
		"gif and page":        {"a.gif", slices.Concat([]byte("GIF89a/*"), []byte("*/=1;<script>alert(1)</script>;"), make([]byte, 20)), errTwoKinds},
		"photo and page":      {"a.jpg", withExif(jpg(t), []byte("<script>alert(1)</script>")), errTwoKinds},
		"photo and pdf":       {"a.jpg", withExif(jpg(t), []byte("%PDF-1.4")), errDiffers},
		"cut photo":           {"a.jpg", jpg(t)[:40], errDamaged},
		"cut picture":         {"a.png", pngBytes(t)[:40], errDamaged},
		"cut video":           {"a.mp4", mp4("isom", box("moov", "xxxx"))[:26], errDamaged},
		"huge picture":        {"a.png", slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", []byte("\x00\x00\xff\xff\x00\x00\xff\xff\x08\x00\x00\x00\x00")), chunk("IEND", nil)), errHuge},
		"not quite mp3":       {"a.mp3", append([]byte("\xff\xfb\x90\x00"), make([]byte, 900)...), errDamaged},
		"noise":               {"a.txt", []byte("a\x00b"), errKind},
		"rtf":                 {"a.rtf", []byte(`{\rtf1 x}`), errOtherDoc},
		"empty":               {"a.txt", nil, nil},
		"too large":           {"a.txt", bytes.Repeat([]byte("a"), MaxFile+1), nil},
	} {
		v, err := Check(c.file, c.b)
		if err == nil {
			t.Errorf("%s: came in as %s", name, v.Type)
			continue
		}
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v is no fault to show", name, err)
		}
		if c.want != nil && err != c.want {
			t.Errorf("%s: %q, want %q", name, err, c.want)
		}
	}
}

func TestLyingBombIsStopped(t *testing.T) {
	t.Parallel()
	b := docx(t, part{"word/big.xml", strings.Repeat("0", 3<<20)})
	// The directory and the local header claim a small size for the last part.
	real := binary.LittleEndian.AppendUint32(nil, 3<<20)
	b = bytes.ReplaceAll(b, real, binary.LittleEndian.AppendUint32(nil, 100))
	if _, err := Check("a.docx", b); err == nil {
		t.Fatal("a part that unpacks to more than it says came in")
	}
}

func TestFlags(t *testing.T) {
	t.Parallel()
	heic := func(exif []byte) []byte {
		return mp4("heic", box("meta", "....")+box("mdat", "\x00\x00\x00\x06Exif\x00\x00"+string(exif)))
	}
	pngWith := func(name string, body []byte) []byte {
		b := pngBytes(t)
		return slices.Concat(b[:33], chunk(name, body), b[33:])
	}
	rel := func(kind, mode string) part {
		return part{"word/_rels/document.xml.rels", `<Relationships><Relationship Type="http://x/` + kind + `" Target="y" TargetMode="` + mode + `"/></Relationships>`}
	}
	for name, c := range map[string]struct {
		file string
		b    []byte
		want []Flag
	}{
		"photo with place":   {"a.jpg", withExif(jpg(t), tiff(true, binary.LittleEndian)), []Flag{Location}},
		"other byte order":   {"a.jpg", withExif(jpg(t), tiff(true, binary.BigEndian)), []Flag{Location}},
		"photo, no place":    {"a.jpg", withExif(jpg(t), tiff(false, binary.LittleEndian)), nil},
		"photo, broken exif": {"a.jpg", withExif(jpg(t), []byte("II*\x00\xff\xff\xff\xff")), nil},
		"picture":            {"a.png", pngWith("eXIf", tiff(true, binary.BigEndian)), []Flag{Location}},
		"picture, text":      {"a.png", pngWith("iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00exif:GPSLatitude=")), []Flag{Location}},
		"picture, old":       {"a.png", pngWith("zTXt", []byte("Raw profile type exif\x00\x00x")), []Flag{Location}},
		"webp":               {"a.webp", webp("VP8L", "abcdef", "EXIF", string(tiff(true, binary.LittleEndian))), []Flag{Location}},
		"heic":               {"a.heic", heic(tiff(true, binary.BigEndian)), []Flag{Location}},
		"heic, none":         {"a.heic", heic(tiff(false, binary.BigEndian)), nil},
		"video":              {"a.mov", mp4("qt  ", box("moov", box("udta", box("\xa9xyz", "+51.5+0.7/")))), []Flag{Location}},
		"pdf script":         {"a.pdf", pdf("/OpenAction<</S/JavaScript/JS(x)>>"), []Flag{Active}},
		"pdf script, packed": {"a.pdf", objStm("1 0 <</S/JavaScript/JS(x)>>", ""), []Flag{Active}},
		"pdf, cannot unpack": {"a.pdf", objStm("1 0 <<>>", "/DecodeParms<</Predictor 12>>"), []Flag{Active}},
		"pdf, plain packed":  {"a.pdf", objStm("1 0 <</Type/Page>>", ""), nil},
		"pdf locked":         {"a.pdf", pdf("/Encrypt 5 0 R"), []Flag{Locked}},
		"pdf, longer name":   {"a.pdf", pdf("/JavaScripted true /Launcher 1"), nil},
		"word, link":         {"a.docx", docx(t, rel("hyperlink", "External")), nil},
		"word, template":     {"a.docx", docx(t, rel("attachedTemplate", "External")), []Flag{Active}},
		"word, own part":     {"a.docx", docx(t, rel("image", "Internal")), nil},
	} {
		v, err := Check(c.file, c.b)
		if err != nil || !slices.Equal(v.Flags, c.want) {
			t.Errorf("%s: %v, %v; want %v", name, v.Flags, err, c.want)
		}
		for _, f := range v.Flags {
			if f.Text() == "" {
				t.Errorf("%s has no sentence", f)
			}
		}
	}
}

func TestNamesAreMadeHarmless(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		`C:\Users\me\note.txt`:            "note.txt",
		"../../etc/note.txt":              "note.txt",
		"a\u202etxt.exe.txt":              "atxt.exe.txt",
		"a\r\nSet-Cookie: x.txt":          "aSet-Cookie x.txt",
		"<b>\".txt":                       "b.txt",
		strings.Repeat("é", 200) + ".txt": strings.Repeat("é", 96) + ".txt",
	} {
		v, err := Check(given, []byte("hello"))
		if err != nil || v.GivenName != want || v.SafeName != "text.txt" {
			t.Errorf("%q became %q and %q, %v", given, v.GivenName, v.SafeName, err)
		}
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sizes []int64
		ok    bool
	}{
		{nil, true},
		{[]int64{MaxFile}, true},
		{[]int64{MaxFile + 1}, false},
		{[]int64{0}, false},
		{slices.Repeat([]int64{1}, MaxFiles), true},
		{slices.Repeat([]int64{1}, MaxFiles+1), false},
		{slices.Repeat([]int64{MaxFile}, 5), true},
		{append(slices.Repeat([]int64{MaxFile}, 5), 1), false},
	} {
		if err := Fits(c.sizes); (err == nil) != c.ok {
			t.Errorf("%d files: %v", len(c.sizes), err)
		}
	}
}

func TestServeHeaders(t *testing.T) {
	t.Parallel()
	for _, mime := range []string{"image/jpeg", "text/html", "image/svg+xml", "", "text/plain; charset=utf-8"} {
		h := ServeHeaders(mime)
		if !strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") || h.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", mime, h)
		}
		if ct := h.Get("Content-Type"); strings.Contains(ct, "html") || strings.Contains(ct, "svg") {
			t.Errorf("%s goes out as %s", mime, ct)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for name, b := range good(f) {
		f.Add(name, b)
	}
	f.Add("a.jpg", withExif(jpg(f), tiff(true, binary.LittleEndian)))
	f.Add("a.pdf", objStm("1 0 <</S/JavaScript>>", ""))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		v, err := Check(name, b)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || fault.SafeText(err) == "" {
				t.Fatalf("%v cannot be shown", err)
			}
			return
		}
		if !slices.ContainsFunc(kinds, func(k kind) bool { return k.mime == v.Type && k.name == v.SafeName }) {
			t.Fatalf("%+v", v)
		}
		if strings.ContainsAny(v.GivenName, "/\\<>\"\r\n\x00") {
			t.Fatalf("%q is not harmless", v.GivenName)
		}
	})
}
