//go:build live

package live

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestInstallThatHangsIsTriedOnceAndSkipsEveryTest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		i := newInstaller(func(ctx context.Context) (string, error) {
			tries++
			<-ctx.Done()
			return "", fmt.Errorf("npm: %w", context.Cause(ctx))
		})
		began := time.Now()

		var tests sync.WaitGroup
		for range 20 { // at once, as parallel tests are
			tests.Go(func() { checkSkipped(t, i) })
		}
		tests.Wait()
		checkSkipped(t, i)

		if took := time.Since(began); tries != 1 || took != installTimeout {
			t.Errorf("%d tries took %s, want one of %s", tries, took, installTimeout)
		}
	})
}

// checkSkipped wants a test that needs the server to be skipped in the words that
// .ci/run looks for.
func checkSkipped(t *testing.T, i *installer) {
	t.Helper()
	_, err := i.folder(t.Context())
	skipped := &skipping{TB: t}
	skipIfUnavailable(skipped, err)
	if !lookedFor(t).MatchString(skipped.reason) || !strings.Contains(skipped.reason, "within 4m0s") {
		t.Errorf("the install ends with %v, and the test is skipped with %q", err, skipped.reason)
	}
}

// lookedFor is what .ci/run takes for a skip.
func lookedFor(t *testing.T) *regexp.Regexp {
	t.Helper()
	script, err := os.ReadFile(filepath.Join("..", "..", ".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`if grep -q '(.+)' "\$log"; then`).FindSubmatch(script)
	if found == nil {
		t.Fatal(".ci/run looks for nothing")
	}
	return regexp.MustCompile("^" + string(found[1]))
}

// skipping is a test that remembers why it was skipped.
type skipping struct {
	testing.TB
	reason string
}

func (s *skipping) Skipf(format string, args ...any) { s.reason = fmt.Sprintf(format, args...) }

func TestInstallFailsOnceWhereItFails(t *testing.T) {
	t.Parallel()
	tries, broken := 0, errors.New("npm install: EINTEGRITY")
	i := newInstaller(func(context.Context) (string, error) {
		tries++
		return "", broken
	})
	for range 3 {
		_, err := i.folder(t.Context())
		skipped := &skipping{TB: t}
		skipIfUnavailable(skipped, err)
		if !errors.Is(err, broken) || skipped.reason != "" {
			t.Errorf("the install ends with %v, and the test is skipped with %q", err, skipped.reason)
		}
	}
	if tries != 1 {
		t.Errorf("%d tries", tries)
	}
}

// A caller who gives up decides nothing for the others, who go on with the time
// that is left.
func TestInstallOutlivesTheContextOfATest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		i := newInstaller(func(ctx context.Context) (string, error) {
			tries++
			<-ctx.Done()
			return "", context.Cause(ctx)
		})
		began := time.Now()
		short, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()

		var both sync.WaitGroup
		for range 2 { // one installs, the other waits for it
			both.Go(func() {
				_, err := i.folder(short)
				if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrUnavailable) {
					t.Errorf("the install ends with %v", err)
				}
			})
		}
		both.Wait()
		if took := time.Since(began); took != time.Minute {
			t.Errorf("the context of a minute ended after %s", took)
		}
		checkSkipped(t, i)
		checkSkipped(t, i)

		if took := time.Since(began); tries != 2 || took != installTimeout {
			t.Errorf("%d tries took %s, want two of %s", tries, took, installTimeout)
		}
	})
}

// TestInstallStopsNpmWhenItsTimeIsOver runs the real npm against a registry that
// takes each request and never answers.
func TestInstallStopsNpmWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	ctx, end := context.WithCancelCause(t.Context())
	var over sync.Once
	gone := make(chan struct{})
	registry := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		over.Do(func() {
			end(errTooSlow)
			<-r.Context().Done()
			close(gone)
		})
		<-r.Context().Done()
	}))
	t.Cleanup(registry.Close)
	i := tiny(t, registry.URL, t.TempDir())

	_, err := i.ensure(ctx)

	if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "npm install was stopped") {
		t.Errorf("the install ends with %v", err)
	}
	<-gone // with npm its connection ends
	if exists(i.folder()) || exists(i.folder()+".partial") {
		t.Errorf("the install leaves %v", filesIn(t, i.cache))
	}
	if _, err = i.ensure(ctx); !errors.Is(err, ErrUnavailable) {
		t.Errorf("after its time the install ends with %v", err)
	}
}
