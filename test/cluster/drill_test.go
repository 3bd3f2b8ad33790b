package cluster_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontdoor/test/live"
)

// The commands of docs/how-to/restore-drill.md are run as they stand there.
func TestDrillEmbedded(t *testing.T) {
	t.Parallel()
	o := live.Place(t)
	backups := t.TempDir()
	s := live.Start(t, o)
	sent, err := browser(t, s.URL()).Refer(t.Context(), live.Neighbour())
	if err != nil {
		t.Fatal(err)
	}
	runs(t, o, 0, "checked", "backup", filepath.Join(backups, "hourly-20260317-0900.fdb"))
	d := &drill{t: t, env: []string{"BACKUPS=" + backups, "KEY=" + o.Key, "DRILL=" + t.TempDir(), "PATH=" + filepath.Dir(live.Binary(t)) + ":" + os.Getenv("PATH")}}
	if said := d.run("drill-embedded"); !strings.Contains(said, "Restored") || !strings.Contains(said, "1 records, 1 revisions: nothing differs") {
		t.Errorf("the drill said:\n%s", said)
	}
	if sent.Record == "" {
		t.Error("nothing was sent")
	}
}

func TestDrillToASecond(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	archive := filepath.Join(m.dir, "archive")
	m.mkdir(archive)
	// As the page says, but for the place.
	page := docs(t, "restore-drill.md")
	command := regexp.MustCompile(`(?m)^archive_command = .*$`).FindString(page)
	pg := m.primary("one", "archive_mode = on", strings.ReplaceAll(command, "/srv/archive", archive), "archive_timeout = 60")
	pg.sql("postgres", "create role replicator login replication", "create role frontdoor login", createDatabase("frontdoor", "frontdoor"))
	s, _ := program(t, urlOf("frontdoor", "frontdoor", pg))
	port := freePort(t)
	d := &drill{t: t, as: m.as, env: []string{
		"PRIMARY=host=127.0.0.1 port=" + strconv.Itoa(pg.port) + " user=replicator", "ARCHIVE=" + archive, "BASE=" + filepath.Join(m.dir, "base"),
		"DRILL=" + filepath.Join(m.dir, "drill"), "PORT=" + strconv.Itoa(port), "KEY=" + s.Place().Key, "PGUSER=postgres", "PATH=" + m.bin + ":" + filepath.Dir(live.Binary(t)) + ":" + os.Getenv("PATH"),
	}}
	d.run("drill-postgres-base")
	before, err := browser(t, s.URL()).Refer(t.Context(), live.Neighbour())
	if err != nil {
		t.Fatal(err)
	}
	db := pg.open("postgres", "frontdoor")
	time.Sleep(50 * time.Millisecond) // the second between the two
	d.env = append(d.env, "WHEN="+value[string](t, db, "select clock_timestamp()::text"))
	time.Sleep(50 * time.Millisecond)
	after, err := browser(t, s.URL()).Refer(t.Context(), live.Neighbour())
	if err != nil {
		t.Fatal(err)
	}
	switched := value[string](t, db, "select pg_walfile_name(pg_switch_wal())")
	until(t, "the log to be archived", func() bool {
		return value[bool](t, db, "select coalesce(last_archived_wal >= $1, false) from pg_stat_archiver", switched)
	})
	s.Stop()
	pg.stop("immediate") // the disaster

	began := time.Now()
	said := d.run("drill-postgres")
	if !strings.Contains(said, "until 20") {
		t.Errorf("the drill said:\n%s", said)
	}
	d.as = nil
	said = d.run("drill-postgres-verify")
	if !strings.Contains(said, "1 records, 1 revisions: nothing differs") {
		t.Errorf("verify said:\n%s", said)
	}
	t.Logf("one base copy and its log restored and verified in %s", time.Since(began).Round(10*time.Millisecond))
	restored := s.Place()
	restored.Database, restored.Args, restored.Addr = "postgres://frontdoor@127.0.0.1:"+strconv.Itoa(port)+"/frontdoor?sslmode=disable", nil, ""
	again := live.Start(t, restored)
	if _, err := browser(t, again.URL()).Status(t.Context(), before); err != nil {
		t.Errorf("what was sent before the second: %v", err)
	}
	if p, err := browser(t, again.URL()).Status(t.Context(), after); err == nil || p.Status != http.StatusUnprocessableEntity {
		t.Errorf("what was sent after the second is there: %v", err)
	}
	again.Stop()
	d.as = m.as
	d.run("drill-postgres-end")
}

// mkdir makes a folder that PostgreSQL may write to.
func (m *machine) mkdir(dir string) {
	m.t.Helper()
	args := slices.Concat(m.as, []string{"mkdir", "-m", "700", dir})
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		m.t.Fatalf("%s: %v %s", dir, err, out)
	}
}

// drill runs the commands of a page.
type drill struct {
	t   *testing.T
	as  []string
	env []string
}

// run runs the blocks of a page that have a name, and gives what they said.
func (d *drill) run(name string) string {
	d.t.Helper()
	script := ""
	for _, page := range []string{"restore-drill.md", "postgresql.md"} {
		for _, block := range regexp.MustCompile("(?s)```sh "+name+"\n(.*?)```").FindAllStringSubmatch(docs(d.t, page), -1) {
			script += block[1]
		}
	}
	if script == "" {
		d.t.Fatalf("no page has commands named %s", name)
	}
	args := slices.Concat(d.as, []string{"env"}, d.env, []string{"sh", "-eu", "-c", script})
	// A file and no pipe: a server that is started keeps it open.
	out, err := os.CreateTemp(d.t.TempDir(), "out")
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = "/", out, out
	err = cmd.Run()
	said, readErr := os.ReadFile(out.Name())
	if err != nil || readErr != nil {
		d.t.Fatalf("%s: %v %v\n%s\n%s", name, err, readErr, script, said)
	}
	return string(said)
}

func docs(t *testing.T, page string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "how-to", page))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
