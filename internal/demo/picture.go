package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"strings"
)

// drawn makes a file of the world. Nothing is photographed: a picture is drawn
// and a paper is set, both small.
func drawn(name string) ([]byte, error) {
	switch {
	case strings.HasSuffix(name, ".jpg"):
		return wallPicture()
	case strings.HasSuffix(name, ".pdf"):
		return paper(
			"Attendance summary (made up for the demonstration)",
			"",
			"Autumn term so far: 61 of 78 sessions attended.",
			"Late on 14 mornings. Reasons given: overslept 9, no uniform 3, none 2.",
			"Collected late from after-school club on 5 days.",
			"",
			"Printed for the safeguarding file.",
		), nil
	}
	return nil, fmt.Errorf("there is no way to draw %q", name)
}

// wallPicture is a bedroom wall with a patch of damp.
func wallPicture() ([]byte, error) {
	const w, h = 480, 320
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{216, 209, 196, 255}
			if y > 262 {
				c = color.RGBA{232, 230, 225, 255} // skirting board
			}
			if y > 292 {
				c = color.RGBA{124, 104, 88, 255} // floor
			}
			dx, dy := float64(x-330)/130, float64(y-70)/95
			edge := 1 + 0.13*math.Sin(float64(x)/17) + 0.11*math.Sin(float64(y)/11)
			if d := math.Hypot(dx, dy) / edge; d < 1 && y <= 262 {
				shade := uint8(60 * (1 - d))
				c = color.RGBA{c.R - 26 - shade, c.G - 24 - shade, c.B - 30 - shade, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 80})
	return b.Bytes(), err
}

// paper sets lines of plain text as a PDF of one page. The lines hold no
// brackets that do not pair and no backslashes.
func paper(lines ...string) []byte {
	var text strings.Builder
	text.WriteString("BT /F1 12 Tf 18 TL 60 780 Td\n")
	for _, l := range lines {
		fmt.Fprintf(&text, "(%s) Tj T*\n", l)
	}
	text.WriteString("ET")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", text.Len(), text.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}
