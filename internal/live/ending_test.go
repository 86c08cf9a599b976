//go:build live

package live

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// ending is set in the process that the next test lets end.
const ending = "LIVE_TEST_ENDS_BY"

func TestServerEndsHoweverItsTestDoes(t *testing.T) {
	t.Parallel()
	_, err := Install(t.Context())
	skipIfUnavailable(t, err)
	for _, cause := range []string{"close", "panic", "kill"} {
		t.Run(cause, func(t *testing.T) {
			t.Parallel()
			temp := t.TempDir()
			process := exec.Command(os.Args[0], "-test.run", "^TestThatEnds$")
			process.Env = append(os.Environ(), ending+"="+cause, "TMPDIR="+temp, "TMP="+temp)
			output, err := process.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := process.Start(); err != nil {
				t.Fatal(err)
			}
			url := ""
			for lines := bufio.NewScanner(output); lines.Scan(); {
				if found, ok := strings.CutPrefix(lines.Text(), "up at "); ok {
					url = found
				}
			}
			if err := process.Wait(); (err == nil) != (cause == "close") || url == "" {
				t.Fatalf("the process should end by %s with a server up; it says %v, and %q for its URL", cause, err, url)
			}

			for range 100 {
				if !answers(url) && len(filesIn(t, temp)) == 0 {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
			t.Errorf("ten seconds later the server answers: %t, and is left behind: %v", answers(url), filesIn(t, temp))
		})
	}
}

// TestThatEnds is not a test of its own.
func TestThatEnds(t *testing.T) {
	cause := os.Getenv(ending)
	if cause == "" {
		t.Skip("runs in a process that TestServerEndsHoweverItsTestDoes starts")
	}
	s := Boot(t, Options{})
	fmt.Printf("up at %s\n", s.URL())
	switch cause {
	case "close":
		if len(filesIn(t, os.TempDir())) == 0 {
			t.Error("the server keeps its data elsewhere, so this test sees nothing")
		}
		s.Close()
		s.Close() // as a test that closes its own server does
		return
	case "panic": // where no deferred call and no cleanup of the test runs
		go panic("as intended")
	case "kill":
		self, _ := os.FindProcess(os.Getpid())
		_ = self.Kill()
	}
	time.Sleep(time.Minute)
}

func TestServerThatDiesAtStartIsReportedWithItsLastWords(t *testing.T) {
	err := bootScript(t, t.Context(), `console.error('no such luck'); process.exit(3);`)
	if err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.Contains(err.Error(), "no such luck") {
		t.Errorf("the boot ends with %v", err)
	}
}

func TestServerThatNeverListensIsGivenUpWithTheContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	err := bootScript(t, ctx, `console.error('still loading'); setInterval(() => {}, 1000);`)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "still loading") {
		t.Errorf("the boot ends with %v", err)
	}
}

func TestServerReachesNothingButItsStores(t *testing.T) {
	elsewhere := httptest.NewServer(http.NotFoundHandler())
	defer elsewhere.Close()
	err := bootScript(t, t.Context(), fmt.Sprintf(`
		require('http').get(%q, () => { console.error('got out'); process.exit(3); });
		setTimeout(() => { console.error('kept in'); process.exit(3); }, 500);`, elsewhere.URL))
	if err == nil || !strings.Contains(err.Error(), "kept in") {
		t.Errorf("the boot ends with %v", err)
	}
}

// bootScript boots a script in place of the installed server.
func bootScript(t *testing.T, ctx context.Context, script string) error {
	t.Helper()
	installed := t.TempDir()
	bin := filepath.Join(installed, "node_modules", "@tiledesk", "tiledesk-server", "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "www"), []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	s := &Server{}
	defer s.Close()
	return s.boot(ctx, installed)
}

func answers(url string) bool {
	client := &http.Client{Timeout: 5 * time.Second}
	res, err := client.Get(url)
	if err != nil {
		return false
	}
	res.Body.Close()
	return true
}
