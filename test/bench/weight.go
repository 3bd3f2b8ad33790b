package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/net/html"
)

// Weight is how many bytes a page is on its way, packed: the page alone, as on
// every later visit, and with all that a browser loads for it the first time.
type Weight struct {
	Name  string `json:"name"`
	Page  int    `json:"page_bytes"`
	First int    `json:"first_visit_bytes"`
	Files int    `json:"files"`
}

// weigh fetches a page and the style sheets, scripts, icons and pictures in it.
// Pictures that a style sheet names are loaded only where they show and are not
// counted; there is no font to load.
func (d *day) weigh(ctx context.Context, name, path, cookie string) (Weight, error) {
	got, err := d.c.do(ctx, &request{name: name, path: path, cookie: cookie, want: http.StatusOK}, false)
	if err != nil {
		return Weight{}, err
	}
	text, err := got.text()
	if err != nil {
		return Weight{}, err
	}
	w := Weight{Name: name, Page: len(got.body), First: len(got.body)}
	for _, part := range loaded(text) {
		file, err := d.c.do(ctx, &request{name: part, path: part, want: http.StatusOK}, false)
		if err != nil {
			return w, fmt.Errorf("what %s loads: %w", name, err)
		}
		w.First += len(file.body)
		w.Files++
	}
	return w, nil
}

// loaded are the addresses of what a page makes a browser load.
func loaded(page string) []string {
	var out []string
	seen := map[string]bool{}
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			at := map[string]string{}
			for _, a := range t.Attr {
				at[a.Key] = a.Val
			}
			href := ""
			switch {
			case t.Data == "script" || t.Data == "img":
				href = at["src"]
			case t.Data == "link" && (strings.Contains(at["rel"], "stylesheet") || strings.Contains(at["rel"], "icon") || at["rel"] == "manifest"):
				href = at["href"]
			}
			if strings.HasPrefix(href, "/") && !seen[href] {
				seen[href] = true
				out = append(out, href)
			}
		}
	}
}

// weights are those of the main pages.
func (d *day) weights(ctx context.Context) ([]Weight, error) {
	dr, rec, big := d.drafts[0], d.worked[0], d.staff[d.mine["thurrock"][0]]
	var out []Weight
	for _, x := range [][3]string{
		{"home", "/", ""},
		{"guidance page", guidancePage, ""},
		{"who to call", "/contact", ""},
		{"before you start", "/refer", ""},
		{"question page", "/refer/" + dr.id + "/" + dr.page, d.cookieOf(dr)},
		{"check your answers", "/refer/" + dr.id + "/check", d.cookieOf(dr)},
		{"status form", "/status", ""},
		{"sign-in page", "/sign-in", ""},
		{"board", "/board?kind=" + form, big},
		{"record page", "/records/" + rec.record, rec.cookie},
		{"record page, 500 revisions", "/records/" + d.big, big},
		{"history of 500 revisions", "/records/" + d.big + "/history", big},
		{"possible matches", "/records/" + rec.record + "/known", rec.cookie},
		{"people", "/people", big},
	} {
		w, err := d.weigh(ctx, x[0], x[1], x[2])
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}
