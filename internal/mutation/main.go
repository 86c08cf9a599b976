// Command mutation changes the code in one small way after the other, and says which
// changes no test notices. All of them are compiled into one binary for each suite and
// switched on by the environment; each is tried only by the tests that reach it, the
// quick ones first. It is a module of its own, so that nobody who imports the library
// gets what it needs.
//
//	go run .                            every room of the library
//	go run . -rooms internal/wire       one of them, or several with commas
//	go run . -rooms cmd/tiledesk-jwt,tiledesktest    the command and the test server
//	go run . -sample 100 -seed 7        as many mutants of them, chosen by a seed
//	go run . -part 2/4                  the second of four parts, for as many machines
//	go run . -changed main -min 95      those of files that changed; fails below 95 %
//	go run . -match 'errors.go.*Error'  those whose line in the report looks like that
//	go run . -near -for 90s             by the tests beside the rooms, and no longer
//
// A mutant that changes nothing stands in equivalent.txt, with the reason. Of what is left,
// -min percent have to be noticed in each room of at least 20 mutants, and in all rooms
// together: rooms with another goal take a run of their own.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

// The rooms of the library, and the suites that test them. The command and the test
// server are suites of their own.
const (
	library    = ".,internal/authz,internal/baseurl,internal/bulk,internal/ident,internal/pace,internal/paging,internal/redact,internal/transport,internal/wire"
	command    = "cmd/tiledesk-jwt"
	testServer = "tiledesktest"
)

type settings struct {
	rooms, suites []string
	sample        int
	seed          uint64
	part, parts   int // of the mutants, from 1
	changed       string
	files         []string // that changed
	match         *regexp.Regexp
	near          bool
	limit         time.Duration
	min           float64
	workers       int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, parse()); err != nil {
		fmt.Fprintln(os.Stderr, "mutation:", err)
		os.Exit(1)
	}
}

func parse() settings {
	var s settings
	rooms := flag.String("rooms", "library", "folders of the packages to mutate, with commas between; library for all of its own")
	suites := flag.String("suites", "", "folders of the test packages; all that test the rooms without it")
	flag.IntVar(&s.sample, "sample", 0, "how many mutants to try; 0 for all")
	flag.Uint64Var(&s.seed, "seed", 1, "chooses the sample")
	flag.StringVar(&s.changed, "changed", "", "only files that changed since that commit")
	part := flag.String("part", "1/1", "which part of the mutants, of how many")
	match := flag.String("match", "", "only mutants whose line in the report matches that expression")
	flag.BoolVar(&s.near, "near", false, "leave it to the tests of the rooms themselves, and those of the client or of the test server")
	flag.DurationVar(&s.limit, "for", 0, "begin with no more mutants after that time; 0 for all")
	flag.Float64Var(&s.min, "min", 0, "fail below that percentage of noticed mutants")
	flag.IntVar(&s.workers, "workers", runtime.NumCPU(), "tests that run at once; those of the command mostly wait")
	flag.Parse()
	s.match = regexp.MustCompile(*match)
	if *rooms == "library" {
		*rooms = library
	}
	s.rooms = strings.Split(*rooms, ",")
	if _, err := fmt.Sscanf(*part, "%d/%d", &s.part, &s.parts); err != nil || s.part < 1 || s.part > s.parts {
		fmt.Fprintf(os.Stderr, "mutation: -part %s is not one like 2/4\n", *part)
		os.Exit(2)
	}
	if *suites != "" {
		s.suites = strings.Split(*suites, ",")
	}
	return s
}

func run(ctx context.Context, s settings) error {
	began := time.Now()
	root, err := gitTop()
	if err != nil {
		return err
	}
	if err := s.narrow(root); err != nil {
		return err
	}
	if len(s.rooms) == 0 {
		fmt.Println("nothing of these rooms changed since", s.changed)
		return nil
	}
	dir, err := os.MkdirTemp("", "mutation-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	known, err := readEquivalents(filepath.Join(root, "internal", "mutation", "equivalent.txt"))
	if err != nil {
		return err
	}
	tree, err := build(root, dir, s.rooms, s.suites, s.workers)
	if err != nil {
		return err
	}
	h := &hunter{mutated: tree, workers: s.workers}
	if s.limit > 0 {
		h.until = began.Add(s.limit)
	}
	return s.hunt(ctx, h, known)
}

// narrow chooses rooms and suites by what changed.
func (s *settings) narrow(root string) (err error) {
	if s.changed != "" {
		if s.files, err = changedFiles(root, s.changed); err != nil {
			return err
		}
		s.rooms = roomsWith(s.rooms, s.files)
	}
	if s.near {
		s.suites = nearTo(root, s.rooms)
	}
	if s.suites == nil {
		s.suites, err = suitesOf(root, s.rooms)
	}
	return err
}

// hunt tries the mutants that were chosen, and reports.
func (s *settings) hunt(ctx context.Context, h *hunter, known map[string]string) error {
	chosen := choose(h.mutants, *s)
	fmt.Fprintf(os.Stderr, "%d of %d mutants, %d suites\n", len(chosen), len(h.mutants), len(s.suites))
	tests, err := h.survey(ctx)
	if err != nil {
		return err
	}
	tried, survivors, unreached := h.hunt(ctx, tests, chosen, func(done int, m mutant, noticed bool) {
		if done%25 == 0 || !noticed && known[m.key()] == "" {
			how := map[bool]string{true: "noticed", false: "survived"}[noticed]
			fmt.Fprintf(os.Stderr, "%d of %d: %s  %s\n", done, len(chosen), how, m.line())
		}
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if len(tried) < len(chosen) {
		fmt.Printf("%d of %d mutants were tried in %s\n", len(tried), len(chosen), s.limit)
	}
	return report(os.Stdout, result{tried, survivors, unreached, known}, s.min)
}

func gitTop() (string, error) {
	out, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	return strings.TrimSpace(string(out)), err
}

// suitesOf are the folders with tests that build on one of the rooms. Those of the
// repository itself, which look at the imports, would notice any mutant.
func suitesOf(root string, rooms []string) (suites []string, err error) {
	list := exec.Command("go", "list", "-test", "-f", `{{if .ForTest}}{{.ForTest}} {{join .Deps " "}}{{end}}`, "./...")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	for line := range strings.Lines(string(out)) {
		deps := strings.Fields(line)
		if len(deps) == 0 {
			continue
		}
		suite := strings.TrimPrefix(strings.TrimPrefix(deps[0], modulePath), "/")
		if suite == "" {
			suite = "."
		}
		isCommand := suite == command && !slices.Contains(rooms, command)
		if suite == "internal/repotest" || isCommand || strings.HasPrefix(suite, "examples/") || slices.Contains(suites, suite) {
			continue
		}
		if slices.ContainsFunc(rooms, func(room string) bool {
			return slices.Contains(deps, strings.TrimSuffix(modulePath+"/"+room, "/."))
		}) {
			suites = append(suites, suite)
		}
	}
	slices.Sort(suites)
	return suites, nil
}

// choose takes the mutants of changed files, a part and a sample of them.
func choose(mutants []mutant, s settings) []mutant {
	chosen := slices.DeleteFunc(slices.Clone(mutants), func(m mutant) bool { return s.match != nil && !s.match.MatchString(m.line()) })
	if s.changed != "" {
		chosen = slices.DeleteFunc(chosen, func(m mutant) bool {
			file, _, _ := strings.Cut(m.Place, ":")
			return !slices.Contains(s.files, file)
		})
	}
	if s.parts > 1 {
		var part []mutant
		for i := s.part - 1; i < len(chosen); i += s.parts {
			part = append(part, chosen[i])
		}
		chosen = part
	}
	if s.sample > 0 && s.sample < len(chosen) {
		random := rand.New(rand.NewPCG(s.seed, 0))
		random.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
		chosen = chosen[:s.sample]
	}
	return chosen
}

func changedFiles(root, since string) ([]string, error) {
	diff := exec.Command("git", "diff", "--name-only", since)
	diff.Dir = root
	out, err := diff.Output()
	if err != nil {
		return nil, fmt.Errorf("git diff %s: %w", since, err)
	}
	return strings.Fields(string(out)), nil
}

// roomsWith are the rooms that have one of the files, tests not counted.
func roomsWith(rooms, files []string) []string {
	return slices.DeleteFunc(slices.Clone(rooms), func(room string) bool {
		return !slices.ContainsFunc(files, func(file string) bool {
			return path.Dir(file) == room && strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go")
		})
	})
}

// nearTo are the suites of the rooms themselves, that of the client, which reaches the
// whole library, that of runs, which tests the report of the root, and what is stated of
// the test server.
func nearTo(root string, rooms []string) []string {
	var suites []string
	for _, room := range rooms {
		if tests, _ := filepath.Glob(filepath.Join(root, room, "*_test.go")); len(tests) > 0 {
			suites = append(suites, room)
		}
		switch room {
		case command:
		case testServer:
			suites = append(suites, "internal/conformance")
		case ".":
			suites = append(suites, "internal/bulk", "internal/facetest")
		default:
			suites = append(suites, "internal/facetest")
		}
	}
	slices.Sort(suites)
	return slices.Compact(suites)
}
