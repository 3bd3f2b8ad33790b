package cluster_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"frontdoor/internal/fault"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
	"frontdoor/test/live"
)

// forever are the tables that no account but the owner's could ever change, as
// docs/how-to/postgresql.md names them.
var forever = []string{
	"pathway_text", "revision", "link", "entry", "message", "message_read", "document", "person_version",
	"audit", "audit_hash", "checkpoint", "notice", "notice_read",
	"text_content", "text_change", "text_act", "suggestion_step", "release", "release_step",
	"letter_check", "copy_given", "meeting_invite", "meeting_together", "retention_act", "destruction", "destruction_end",
	"died_question", "died_answer", "held_message", "held_end", "record_source", "source_read", "redaction",
	"tool_edition", "tool_licence", "tool_told", "record_tool", "course_attended", "course_undone", "course_told",
}

// The program serves as an account that does not own its tables, and an insider
// with that account cannot change what is kept for ever.
func TestServingAccountIsNotTheOwner(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	pg := m.primary("one")
	pg.sql("postgres", "create role frontdoor_owner login", "create role frontdoor login", createDatabase("frontdoor", "frontdoor_owner"))
	owner := live.Place(t)
	owner.Data, owner.Database = "", urlOf("frontdoor_owner", "frontdoor", pg)
	serve := owner
	serve.Database = urlOf("frontdoor", "frontdoor", pg)

	// Before the owner has made the tables, the account can make none and use none.
	if err := live.New(t, serve).Up(); err == nil || !strings.Contains(err.Error(), "frontdoor migrate --serve-as") {
		t.Fatalf("served without tables: %v", err)
	}
	runs(t, owner, 1, "no account of that name", "migrate", "--serve-as", "nobody_here")
	unready, err := store.OpenPostgres(t.Context(), serve.Database)
	if err != nil {
		t.Fatal(err)
	}
	if err := unready.Migrate(t.Context(), storetest.Now); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "may not use every table") {
		t.Errorf("without rights: %v", err)
	}
	if err := unready.Close(); err != nil {
		t.Error(err)
	}
	asOwner, err := store.OpenPostgres(t.Context(), owner.Database)
	if err != nil {
		t.Fatal(err)
	}
	for _, account := range []string{"frontdoor_owner", "postgres"} {
		if err := asOwner.LetUse(t.Context(), account); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s may serve: %v", account, err)
		}
	}
	if err := asOwner.Close(); err != nil {
		t.Error(err)
	}
	runs(t, owner, 0, "The account frontdoor may use it", "migrate", "--serve-as", "frontdoor")

	accounts := live.Accounts(t, serve, people...)
	s := live.Start(t, serve)
	walk(t, s.URL(), accounts)
	for _, bad := range []string{`"status":500`, "42501"} {
		if strings.Contains(s.Log(), bad) {
			t.Errorf("the log holds %s:\n%s", bad, lines(s.Log(), bad))
		}
	}

	insider := pg.open("frontdoor", "frontdoor")
	table := value[int](t, insider, "select count(*) from pg_trigger where tgname like '%append_only'")
	if table != len(forever) {
		t.Errorf("%d tables are append only, %d are named here and in docs/how-to/postgresql.md", table, len(forever))
	}
	// Nobody can give themselves a right: PostgreSQL only warns of it.
	if _, err := insider.Exec("grant update, delete on revision to frontdoor"); err != nil {
		t.Error(err)
	}
	for _, table := range forever {
		for _, text := range []string{
			"update " + table + " set " + firstColumn(t, pg, table) + " = " + firstColumn(t, pg, table),
			"delete from " + table,
			"truncate " + table + " cascade",
			"alter table " + table + " disable trigger all",
			"drop trigger " + table + "_append_only on " + table,
			"drop table " + table + " cascade",
			"alter table " + table + " owner to frontdoor",
		} {
			denied(t, insider.Exec, text)
		}
	}
	for _, text := range []string{
		"create or replace function append_only() returns trigger language plpgsql as 'begin return null; end'",
		"create table mine (x text)",
		"set session_replication_role = replica",
		"set role frontdoor_owner",
		"update migration set checksum = 'x'",
		"delete from migration",
	} {
		denied(t, insider.Exec, text)
	}
	runs(t, serve, 0, "nothing differs", "verify")
}

// denied runs a statement that PostgreSQL must refuse for want of rights.
func denied[R any](t *testing.T, exec func(string, ...any) (R, error), text string) {
	t.Helper()
	_, err := exec(text)
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != "42501" {
		t.Errorf("%s: got %v, want permission denied", text, err)
	}
}

func firstColumn(t *testing.T, pg *server, table string) string {
	t.Helper()
	db := pg.open("postgres", "frontdoor")
	defer func() { _ = db.Close() }()
	return value[string](t, db, "select attname::text from pg_attribute where attrelid = $1::regclass and attnum = 1", table)
}

// runs runs a command of the program and checks its exit code and words.
func runs(t *testing.T, o live.Options, code int, words string, args ...string) string {
	t.Helper()
	out, got := live.Run(t, o, args...)
	if got != code || !strings.Contains(out, words) {
		t.Fatalf("frontdoor %v: exit code %d, want %d, with %q:\n%s", args, got, code, words, out)
	}
	return out
}

// lines are the lines of a log that hold some words.
func lines(log, words string) string {
	var out []string
	for line := range strings.Lines(log) {
		if strings.Contains(line, words) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}

var people = []live.Person{
	{Name: "Sol Worker", Role: "mash_social_worker"},
	{Name: "Mona Manager", Role: "mash_manager"},
}
