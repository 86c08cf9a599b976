package main

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// BenchmarkVersion is the time from the start of the process to its end when there
// is nothing to do.
func BenchmarkVersion(b *testing.B) { benchmarkProcess(b, nil, "version") }

// BenchmarkList lists one page of a server on the loopback interface.
func BenchmarkList(b *testing.B) {
	server := tiledesktest.NewServer(b, tiledesktest.WithoutRequestLog())
	server.AddUser("agent@example.com", "secret")
	server.Issue("agent@example.com", 100)
	benchmarkProcess(b, []string{
		"TILEDESK_BASE_URL=" + server.URL(), "TILEDESK_EMAIL=agent@example.com", "TILEDESK_PASSWORD=secret",
	}, "list")
}

// benchmarkProcess runs the command once a turn, and also reports the processor
// time that it took.
func benchmarkProcess(b *testing.B, env []string, args ...string) {
	var busy time.Duration
	for b.Loop() {
		cmd := exec.Command("tiledesk-jwt", args...)
		cmd.Env = append(env, quickExit, "PATH="+os.Getenv("PATH"))
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		busy += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	b.ReportMetric(float64(busy.Microseconds())/1000/float64(b.N), "cpu-ms/op")
}
