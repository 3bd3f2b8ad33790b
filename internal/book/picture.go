package book

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif" // pictures may be one
	"image/jpeg"
	"image/png"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	_ "golang.org/x/image/webp" // pictures may be one
)

// The most dots that a picture is opened with.
const maxDots = 40_000_000

// drawn is a picture as every reader of copies can show it.
type drawn struct {
	name, media string // of the file
	data        []byte
	wide, high  int
}

// picture opens a picture of the site and makes a JPEG of what a camera may have
// made and a PNG of the rest, on white. It is false when there is none that can
// be opened.
func (c Copy) picture(src string) (drawn, bool) {
	if c.Picture == nil || !strings.HasPrefix(src, "/") {
		return drawn{}, false
	}
	data, ok := c.Picture(src)
	if !ok {
		return drawn{}, false
	}
	size, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || size.Width <= 0 || size.Height <= 0 || size.Width > maxDots/size.Height {
		return drawn{}, false
	}
	opened, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return drawn{}, false
	}
	flat := image.NewRGBA(image.Rect(0, 0, opened.Bounds().Dx(), opened.Bounds().Dy()))
	draw.Draw(flat, flat.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), opened, opened.Bounds().Min, draw.Over)
	name := src[strings.LastIndexByte(src, '/')+1:]
	name, _, _ = strings.Cut(name, ".")
	out := drawn{wide: flat.Bounds().Dx(), high: flat.Bounds().Dy()}
	var b bytes.Buffer
	if kind == "jpeg" || kind == "webp" {
		out.name, out.media = name+".jpg", "image/jpeg"
		err = jpeg.Encode(&b, flat, &jpeg.Options{Quality: 88})
	} else {
		out.name, out.media = name+".png", "image/png"
		err = png.Encode(&b, flat)
	}
	out.data = b.Bytes()
	return out, err == nil
}

// picture draws a picture with its words under it, no wider than the text and no
// taller than half a page; or the words alone.
func (p *printer) picture(b block) {
	pic, ok := p.copy.picture(b.src)
	if !ok {
		p.plain("[Picture: "+words(b.spans)+"]", bodyType, span{})
		p.space(2.2)
		return
	}
	wide, high := float64(pic.wide)*25.4/96, float64(pic.high)*25.4/96
	fit := min(1, (p.right-p.left)/wide, (bottom-top)/2/high)
	wide, high = wide*fit, high*fit
	p.need(high + 10)
	kind := fpdf.ImageOptions{ImageType: strings.TrimPrefix(pic.media, "image/")}
	p.RegisterImageOptionsReader(pic.name, kind, bytes.NewReader(pic.data))
	p.drawBars(high)
	p.ImageOptions(pic.name, p.left, p.y, wide, high, false, kind, 0, "")
	p.y += high
	p.space(1)
	p.plain("Picture: "+words(b.spans), smallType, span{})
	p.space(2.2)
}
