// Command frontdoor is the working system of a local safeguarding children
// partnership: one program, one set of records.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"frontdoor/internal/fault"
)

// Exit codes: 0 done, 1 the answer is no (faults found, something differs,
// nothing to do it with), 2 the command was typed wrong.
const (
	exitNo    = 1
	exitUsage = 2
)

// version is set when a release is built.
var version = ""

// silent is an error whose words have been printed already.
type silent struct{ code int }

func (silent) Error() string { return "" }

// usage marks an error in how the command was typed.
type usage struct{ error }

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := rootCommand()
	root.SetArgs(args)
	// Flags and arguments are read before this runs, so what fails earlier was
	// typed wrong.
	began := false
	root.PersistentPreRun = func(*cobra.Command, []string) { began = true }
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	var s silent
	if errors.As(err, &s) {
		return s.code
	}
	var u usage
	if errors.As(err, &u) || !began {
		fmt.Fprintf(os.Stderr, "frontdoor: %v. See: frontdoor --help\n", err)
		return exitUsage
	}
	fmt.Fprintf(os.Stderr, "frontdoor: %s\n", sentence(err))
	return exitNo
}

// sentence is what the person at the terminal reads: the safe words and, since
// they run the machine, the cause.
func sentence(err error) string {
	var e *fault.Error
	if errors.As(err, &e) && e.Cause != nil {
		return e.Safe + " (" + e.Cause.Error() + ")"
	}
	return err.Error()
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "frontdoor",
		Short: "The working system of a local safeguarding children partnership",
		Long: `Frontdoor is the working system of a local safeguarding children partnership.

Try it:          frontdoor demo
Run it for real: frontdoor serve --data /var/lib/frontdoor
Times without a zone are London time.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		serveCommand(), demoCommand(), checkCommand(), migrateCommand(), backupCommand(), restoreCommand(),
		verifyCommand(), destroyCommand(), accountCommand(), jobsCommand(), dueCommand(), whoToCallCommand(), guidanceCommand(), toolCommand(), versionCommand(),
	)
	return root
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print which version this is",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			fmt.Fprintln(cmd.OutOrStdout(), "frontdoor", versionText())
			return nil
		},
	}
}

func versionText() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return "development " + s.Value[:12]
			}
		}
	}
	return "development"
}
