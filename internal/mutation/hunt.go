package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// test is one test function of a suite, and what it reaches.
type test struct {
	suite, name string
	took        time.Duration
	reaches     map[int]bool
}

// hunter runs tests against the mutants.
type hunter struct {
	*mutated
	workers int
	until   time.Time // when to begin with no more mutants; zero: never
}

// survey runs each test alone, without a mutant, and notes what it reaches.
func (h *hunter) survey(ctx context.Context) ([]test, error) {
	var tests []test
	for suite, binaries := range h.binaries {
		list := exec.CommandContext(ctx, binaries[0], "-test.list", ".")
		list.Dir = filepath.Join(h.dir, suite)
		out, err := list.Output()
		if err != nil {
			return nil, fmt.Errorf("the tests of %s cannot be listed: %w", suite, err)
		}
		for name := range strings.Lines(string(out)) {
			if name = strings.TrimSpace(name); strings.HasPrefix(name, "Benchmark") {
				continue
			}
			for _, part := range parts(list.Dir, name) {
				tests = append(tests, test{suite: suite, name: part})
			}
		}
	}
	slices.SortFunc(tests, func(a, b test) int { return cmp.Or(strings.Compare(a.suite, b.suite), strings.Compare(a.name, b.name)) })
	errs := make([]error, len(tests))
	h.each(len(tests), func(worker, i int) { errs[i] = h.surveyOne(ctx, worker, i, &tests[i]) })
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return tests, nil
}

// parts are the scripts that a test runs, each of which is a test, or the test itself.
func parts(dir, name string) []string {
	scripts, _ := filepath.Glob(filepath.Join(dir, "testdata", "script", "*.txtar"))
	if name != "TestScripts" || scripts == nil {
		return []string{name}
	}
	for i, script := range scripts {
		scripts[i] = name + "/" + strings.TrimSuffix(filepath.Base(script), ".txtar")
	}
	return scripts
}

func (h *hunter) surveyOne(ctx context.Context, worker, i int, t *test) error {
	trace := filepath.Join(filepath.Dir(h.dir), "trace-"+strconv.Itoa(i))
	if err := write(h.traceFile(worker), []byte(trace)); err != nil {
		return err
	}
	defer os.Remove(h.traceFile(worker)) // behind the survey, nobody traces
	began := time.Now()
	if noticed, out := h.runAgain(ctx, worker, t, "MUTANT_TRACE="+trace); noticed {
		return fmt.Errorf("%s of %s fails without any mutant:\n%s", t.name, t.suite, out)
	}
	t.took = time.Since(began)
	text, _ := os.ReadFile(trace) // there is none where a test reaches nothing
	t.reaches = make(map[int]bool)
	for line := range strings.Lines(string(text)) {
		id, _ := strconv.Atoi(strings.TrimSpace(line))
		t.reaches[id] = true
	}
	return os.RemoveAll(trace)
}

// runAgain is run, with a second chance on a busy machine.
func (h *hunter) runAgain(ctx context.Context, worker int, t *test, env string) (failed bool, out string) {
	failed, out = h.run(ctx, worker, t.suite, []string{t.name}, time.Minute, env)
	if failed {
		failed, out = h.run(ctx, worker, t.suite, []string{t.name}, 3*time.Minute, env)
	}
	return failed, out
}

// hunt returns the mutants that were tried, those of them that no test noticed, and of
// those the ones that none reached. It tells of each as it comes.
func (h *hunter) hunt(ctx context.Context, tests []test, mutants []mutant, tell func(done int, m mutant, noticed bool)) (tried, survivors, unreached []mutant) {
	var mu sync.Mutex
	done := 0
	h.each(len(mutants), func(worker, i int) {
		if !h.until.IsZero() && time.Now().After(h.until) {
			return
		}
		reaching := slices.DeleteFunc(slices.Clone(tests), func(t test) bool { return !t.reaches[mutants[i].ID] })
		noticed := h.notice(ctx, worker, reaching, mutants[i].ID)
		mu.Lock()
		defer mu.Unlock()
		tried = append(tried, mutants[i])
		if done++; !noticed {
			survivors = append(survivors, mutants[i])
			if len(reaching) == 0 {
				unreached = append(unreached, mutants[i])
			}
		}
		tell(done, mutants[i], noticed)
	})
	byID := func(a, b mutant) int { return cmp.Compare(a.ID, b.ID) }
	for _, found := range [][]mutant{tried, survivors, unreached} {
		slices.SortFunc(found, byID)
	}
	return tried, survivors, unreached
}

// quick is how long tests take at most whose failure is never one by chance.
const quick = time.Second

// short is how long the tests that are tried at once take, if each takes no longer.
const short = 3 * time.Second

// notice reports whether a test fails with the mutant on: of those that reach it, the
// quickest ones are tried first.
func (h *hunter) notice(ctx context.Context, worker int, reaching []test, id int) bool {
	if err := write(h.onFile(worker), []byte(strconv.Itoa(id))); err != nil {
		return false
	}
	slices.SortFunc(reaching, func(a, b test) int { return cmp.Compare(a.took, b.took) })
	for from, to := 0, 0; from < len(reaching); from = to {
		for took := time.Duration(0); to < len(reaching) && (to == from || took+reaching[to].took <= short); to++ {
			took += reaching[to].took
		}
		if h.anyFails(ctx, worker, reaching[from:to], id) {
			return true
		}
	}
	return false
}

func (h *hunter) anyFails(ctx context.Context, worker int, tests []test, id int) bool {
	bySuite := make(map[string][]string)
	took := make(map[string]time.Duration)
	var order []string
	for _, t := range tests {
		if bySuite[t.suite] == nil {
			order = append(order, t.suite)
		}
		bySuite[t.suite] = append(bySuite[t.suite], t.name)
		took[t.suite] += t.took
	}
	return slices.ContainsFunc(order, func(suite string) bool {
		fails := func() bool {
			failed, _ := h.run(ctx, worker, suite, bySuite[suite], 20*time.Second+5*took[suite], "MUTANT="+strconv.Itoa(id))
			return failed
		}
		// What takes long can fail by chance on a busy machine, but hardly twice.
		return fails() && (took[suite] < quick || fails())
	})
}

// run runs some tests of a suite, and reports whether they fail, panic or do not end.
func (h *hunter) run(ctx context.Context, worker int, suite string, names []string, limit time.Duration, env string) (failed bool, out string) {
	ctx, cancel := context.WithTimeout(ctx, limit+10*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, h.binaries[suite][worker],
		"-test.run", pattern(names), "-test.failfast", "-test.timeout", limit.String())
	command.Dir = filepath.Join(h.dir, suite)
	command.Env = append(os.Environ(), env)
	command.WaitDelay = time.Second
	alone(command)
	defer endGroup(command)
	text, err := command.CombinedOutput()
	return err != nil, string(text)
}

// pattern is the one that only these tests match.
func pattern(names []string) string {
	var exactly []string
	for _, name := range names {
		exactly = append(exactly, "^"+strings.ReplaceAll(name, "/", "$/^")+"$")
	}
	return strings.Join(exactly, "|")
}

// each calls a function for 0 to n-1, on the workers.
func (h *hunter) each(n int, do func(worker, i int)) {
	next := make(chan int)
	var workers sync.WaitGroup
	for worker := range h.workers {
		workers.Go(func() {
			for i := range next {
				do(worker, i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
}
