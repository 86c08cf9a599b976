package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"time"
)

// block is how many calls a client makes before it is the next one's turn. A
// round consists of many short turns, so that what else the machine does hits
// all of them alike.
const block = 20

// job is one thing to measure, done by several clients.
type job struct {
	name   string
	weight int // how many requests are in one call
	names  []string
	calls  []func(context.Context) error
	clock  func() time.Duration // nil: the time that passes
}

var began = time.Now()

// wall is the time that passes.
func wall() time.Duration { return time.Since(began) }

func jobOf(name string, clients []client, pick func(client) func(context.Context) error) job {
	j := job{name: name, weight: 1}
	for _, c := range clients {
		j.names, j.calls = append(j.names, c.name), append(j.calls, pick(c))
	}
	return j
}

// round lets every client make so many calls, in turns of a block, and returns
// the time each took.
func (j job) round(ctx context.Context, calls int) ([]time.Duration, error) {
	took := make([]time.Duration, len(j.calls))
	clock := j.clock
	if clock == nil {
		clock = wall
	}
	runtime.GC() // so that nobody pays for the garbage of the round before
	for turn := range (calls + block - 1) / block {
		for i := range j.calls {
			i = (i + turn) % len(j.calls) // nobody always follows the same one
			start := clock()
			for range min(block, calls-turn*block) {
				if err := j.calls[i](ctx); err != nil {
					return nil, fmt.Errorf("%s, %s: %w", j.name, j.names[i], err)
				}
			}
			took[i] += clock() - start
		}
	}
	return took, nil
}

// table is what one run measured: of each client the times of each round.
type table struct {
	name   string
	names  []string
	rounds [][]time.Duration
	calls  int // a round
}

func (j job) measure(ctx context.Context, rounds, calls int) (table, error) {
	t := table{name: j.name, names: j.names, calls: calls}
	if _, err := j.round(ctx, calls); err != nil { // to warm up
		return t, err
	}
	for range rounds {
		took, err := j.round(ctx, calls)
		if err != nil {
			return t, err
		}
		t.rounds = append(t.rounds, took)
	}
	return t, nil
}

// ratio is the median, over the rounds, of one client's time to another's.
func (t table) ratio(of, to int) float64 {
	ratios := make([]float64, len(t.rounds))
	for i, took := range t.rounds {
		ratios[i] = float64(took[of]) / float64(took[to])
	}
	return median(ratios)
}

// each is the median time of one call, in microseconds.
func (t table) each(of int) float64 {
	times := make([]float64, len(t.rounds))
	for i, took := range t.rounds {
		times[i] = float64(took[of].Nanoseconds()) / 1000 / float64(t.calls)
	}
	return median(times)
}

// printTables writes a line a client, over all runs: the median of the runs' medians
// and, since one run proves nothing, the least and the most of them.
func printTables(w io.Writer, runs []table) {
	first := runs[0]
	fmt.Fprintf(w, "\n%s\n\n| client | µs a call | of %s | over the runs |\n|---|---|---|---|\n", first.name, first.names[0])
	for i, name := range first.names {
		ratios := over(runs, func(t table) float64 { return t.ratio(i, 0) })
		fmt.Fprintf(w, "| %s | %.1f | %.2f | %.2f to %.2f |\n", name,
			median(over(runs, func(t table) float64 { return t.each(i) })),
			median(ratios), slices.Min(ratios), slices.Max(ratios))
	}
	against(w, runs, "the floor, a bare RoundTrip", slices.Index(first.names, floorName))
	against(w, runs, "what it was before", slices.Index(first.names, beforeName))
	against(w, runs, "the fastest other library", fastest(runs))
}

// against writes the ratio of ours to another client, if there is one.
func against(w io.Writer, runs []table, what string, other int) {
	if other < 0 {
		return
	}
	ours := slices.Index(runs[0].names, ourName)
	ratios := over(runs, func(t table) float64 { return t.ratio(ours, other) })
	fmt.Fprintf(w, "\n%s against %s, %s: %.2f, over the runs %.2f to %.2f\n",
		ourName, what, runs[0].names[other], median(ratios), slices.Min(ratios), slices.Max(ratios))
}

// fastest is the fastest of the other libraries, over all runs; -1 when there are
// none.
func fastest(runs []table) int {
	best, least := -1, math.Inf(1)
	for i, name := range runs[0].names {
		ratio := median(over(runs, func(t table) float64 { return t.ratio(i, 0) }))
		if slices.Contains(peerNames, name) && ratio < least {
			best, least = i, ratio
		}
	}
	return best
}

func over(runs []table, value func(table) float64) []float64 {
	values := make([]float64, len(runs))
	for i, t := range runs {
		values[i] = value(t)
	}
	return values
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	middle := len(values) / 2
	if len(values)%2 == 0 {
		return (values[middle-1] + values[middle]) / 2
	}
	return values[middle]
}
