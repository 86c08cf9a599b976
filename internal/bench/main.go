package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	runs := flag.Int("runs", 5, "runs; each makes clients and a server of its own")
	rounds := flag.Int("rounds", 25, "rounds of a run")
	calls := flag.Int("calls", 400, "calls of each client in a round")
	processor := flag.Bool("processor", false, "measure the processor time of the client alone, with the server in a process of its own")
	serve := flag.Bool("serve", false, "be that server, until standard input ends")
	only := flag.String("only", "", "measure the jobs with this in their name only")
	flag.Parse()
	if *serve {
		serveUntilEnd()
		return
	}
	if *runs < 1 || *rounds < 1 || *calls < 1 {
		log.Fatal("at least one run, one round and one call")
	}
	fmt.Printf("%s, %s/%s, GOMAXPROCS %d; %d runs of %d rounds of %d calls\n", runtime.Version(),
		runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), *runs, *rounds, *calls)
	start, clock := startHere, wall
	if *processor {
		fmt.Println("processor time of the client alone, in µs and as a ratio")
		start, clock = startElsewhere, processorTime
	}
	if err := times(context.Background(), plan{start, clock, *only, *runs, *rounds, *calls}); err != nil {
		log.Fatal(err)
	}
	if !*processor && strings.Contains("memory", *only) {
		if err := printMemory(context.Background(), os.Stdout); err != nil {
			log.Fatal(err)
		}
	}
}

// plan is what to measure, and how.
type plan struct {
	start               func() (s *server, stop func(), err error)
	clock               func() time.Duration
	only                string
	runs, rounds, calls int
}

// startHere starts a server in this process.
func startHere() (*server, func(), error) {
	s := newServer()
	return s, s.Close, nil
}

// times measures every job in every run, and prints a table of each job.
func times(ctx context.Context, p plan) error {
	var tables [4][]table
	for range p.runs {
		s, stop, err := p.start()
		if err != nil {
			return err
		}
		defer stop()
		for i, j := range jobs(s) {
			if !strings.Contains(j.name, p.only) {
				continue
			}
			j.clock = p.clock
			t, err := j.measure(ctx, p.rounds, max(1, p.calls/j.weight))
			if err != nil {
				return err
			}
			tables[i] = append(tables[i], t)
		}
	}
	for _, t := range tables {
		if len(t) > 0 {
			printTables(os.Stdout, t)
		}
	}
	return nil
}

func jobs(s *server) [4]job {
	clients, equal := newClients(s, false), newClients(s, true)
	unread := newUnread(s.URL + "/tiledesk")
	list := func(c client) func(context.Context) error {
		return func(ctx context.Context) error { _, err := c.list(ctx); return err }
	}
	remove := func(c client) func(context.Context) error { return c.remove }
	return [...]job{
		jobOf("list 40 entries", clients, list),
		jobOf("delete one, every server answers a document", slices.Insert(equal, 1, unread), remove),
		jobOf("delete one, the servers of the other libraries answer 204 and nothing more", slices.Insert(clients, 1, unread), remove),
		bulkJob(s),
	}
}
