package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"frontdoor/internal/county"
	"frontdoor/internal/demo"
)

// peopleOf reads the scale of a county: none for an empty word.
func peopleOf(scale string) (int, error) {
	switch scale {
	case "":
		return 0, nil
	case "county":
		return county.County, nil
	case "town":
		return county.Town, nil
	}
	n, err := strconv.Atoi(scale)
	if err != nil || n < 100 || n > 10*county.County {
		return 0, fmt.Errorf("the scale is county, town or a number of people from 100 on, not %q", scale)
	}
	return n, nil
}

// demoPlace says where the demonstration is kept, and how to remove it at the
// end when nobody asked to keep it.
func demoPlace(cmd *cobra.Command, p *place) (remove func(), kept string, err error) {
	remove, kept = func() {}, "kept"
	if p.data == "" && p.database == "" {
		dir, err := os.MkdirTemp("", "frontdoor-demo-")
		if err != nil {
			return nil, "", err
		}
		p.data, p.key = filepath.Join(dir, "data"), filepath.Join(dir, "key")
		return func() { _ = os.RemoveAll(dir) }, "deleted", nil
	}
	if p.key == "" {
		p.key = filepath.Join(filepath.Dir(filepath.Clean(p.data)), "demo.key")
	}
	return remove, kept, nil
}

// withCounty adds a county to the demonstration.
func withCounty(options *demo.Options, o *opened, people int, seed uint64, progress io.Writer) {
	options.Begin = options.Now.AddDate(-10, 0, -14)
	now := options.Now
	options.Before = func(ctx context.Context) error {
		start := time.Now()
		if err := county.AddStaff(ctx, o.desk, o.gate, seed, options.Begin); err != nil {
			return err
		}
		fmt.Fprintf(progress, "%s: the workers are there; playing each kind of referral once\n", time.Since(start).Round(time.Second))
		known, err := county.Fill(ctx, o.desk, county.Options{Now: now, People: people, Seed: seed, Progress: func(n int) {
			fmt.Fprintf(progress, "%s: %d of %d people\n", time.Since(start).Round(time.Second), n, people)
		}})
		if err == nil {
			fmt.Fprintf(progress, "%s: %d people, %d records, %d revisions, %d lines of audit log\n",
				time.Since(start).Round(time.Second), known.People, known.Records, known.Revisions, known.Events)
		}
		return err
	}
}
