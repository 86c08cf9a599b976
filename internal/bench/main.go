package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
)

func main() {
	log.SetFlags(0)
	runs := flag.Int("runs", 5, "runs; each makes clients and a server of its own")
	rounds := flag.Int("rounds", 15, "rounds of a run")
	calls := flag.Int("calls", 400, "calls of each client in a round")
	memory := flag.Bool("memory", true, "measure the memory of History and RevokeAll too")
	flag.Parse()
	if *runs < 1 || *rounds < 1 || *calls < 1 {
		log.Fatal("at least one run, one round and one call")
	}
	fmt.Printf("%s, %s/%s, GOMAXPROCS %d; %d runs of %d rounds of %d calls\n", runtime.Version(),
		runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), *runs, *rounds, *calls)
	if err := times(context.Background(), *runs, *rounds, *calls); err != nil {
		log.Fatal(err)
	}
	if !*memory {
		return
	}
	if err := printMemory(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// times runs every job and prints its table.
func times(ctx context.Context, runs, rounds, calls int) error {
	var tables [4][]table
	for range runs {
		s := newServer()
		defer s.Close()
		for i, j := range jobs(s) {
			calls := calls
			if i == len(tables)-1 {
				calls = 1 // one call is 4,000 of them
			}
			t, err := j.measure(ctx, rounds, calls)
			if err != nil {
				return err
			}
			tables[i] = append(tables[i], t)
		}
	}
	for _, t := range tables {
		printTables(os.Stdout, t)
	}
	return nil
}

func jobs(s *server) [4]job {
	clients, equal := newClients(s, false), newClients(s, true)
	list := func(c client) func(context.Context) error {
		return func(ctx context.Context) error { _, err := c.list(ctx); return err }
	}
	remove := func(c client) func(context.Context) error { return c.remove }
	return [...]job{
		jobOf("List: 40 entries", clients, list),
		jobOf("Delete: every server answers a document", equal, remove),
		jobOf("Delete: the servers of the others answer 204 and no document", clients, remove),
		bulkJob(s),
	}
}
