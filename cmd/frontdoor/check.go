package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/spf13/cobra"

	"frontdoor/internal/guidance"
	"frontdoor/internal/partnership"
	"frontdoor/internal/pathway"
	"frontdoor/internal/threshold"
	"frontdoor/internal/web/aid"
	"frontdoor/pathways"
)

func checkCommand() *cobra.Command {
	var folder, dir, earlier string
	c := &cobra.Command{
		Use:   "check",
		Short: "Check the partnership's folder with its pages, and the pathways",
		Long: `Check the partnership's folder with its pages, and the pathways.

Every fault is printed as "file:line: what is wrong. What to do." and the
command ends with 1. Warnings, such as a law that nobody has checked for a
year, are printed too and do not count as faults.

An id that was that of another question is a fault: on records made before, its
answer would be misread. A folder of pathways is compared with those built in,
and with an earlier one that you name.`,
		Example: `  frontdoor check
  frontdoor check --partnership ./our-area --pathways ./pathways
  frontdoor check --pathways ./pathways --earlier ./last-year/pathways`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			bad := false
			show := func(under string, faults pathway.Faults) {
				for _, f := range faults {
					f.File = path.Join(under, f.File)
					bad = bad || !f.Warning
					fmt.Fprintln(out, f)
				}
			}
			place, faults := partnership.Load(partnershipFS(folder))
			under := folder
			if folder == "" {
				under = "partnerships/set"
			}
			show(under, faults)
			if place == nil {
				// Roles and lists are not known, so the pathways cannot be judged.
				return silent{exitNo}
			}
			texts, err := fs.Sub(partnershipFS(folder), "guidance")
			if err != nil {
				return err
			}
			pages, faults := guidance.Load(texts, guidance.Place{Contacts: place.Contacts})
			show(path.Join(under, "guidance"), faults)
			_, faults = threshold.Of(pages, aid.Levels(place))
			show(path.Join(under, "guidance"), faults)
			place.Place.Clauses = pages.Clauses()
			place.Place.Now = time.Now()
			var from fs.FS = pathways.FS
			under = "pathways"
			if dir != "" {
				from, under = os.DirFS(dir), dir
			}
			lib, faults := pathway.LoadAll(from, place.Place)
			show(under, faults)
			if bad || lib == nil {
				return silent{exitNo}
			}
			var before []fs.FS
			if dir != "" {
				before = append(before, pathways.FS)
			}
			if earlier != "" {
				before = append(before, os.DirFS(earlier))
			}
			for _, fsys := range before {
				were, err := pathway.Earlier(fsys, place.Place)
				if err != nil {
					return err
				}
				for _, p := range lib.All() {
					if was := were[p.Name]; was != nil && was.Hash != p.Hash {
						show(under, p.Reused(was))
					}
				}
			}
			if bad {
				return silent{exitNo}
			}
			fmt.Fprintf(out, "%s: %d pathways, %d pages, %d chapters, no faults\n", place.Short, len(lib.All()), len(pages.Pages), len(pages.Chapters))
			return nil
		},
	}
	partnershipFlag(c, &folder)
	c.Flags().StringVar(&dir, "pathways", "", "a folder of pathways (default: those built in)")
	c.Flags().StringVar(&earlier, "earlier", "", "a folder of pathways as they were, whose ids must not mean something else now")
	return c
}
