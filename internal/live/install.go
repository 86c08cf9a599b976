//go:build live

package live

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// ErrUnavailable says that the server's packages cannot be had: npm's registry
// cannot be reached, a version is gone, or the install does not end in its time.
// It comes with npm's own reason. A test is to skip over it, loudly; every other
// failure to install is a failure.
var ErrUnavailable = errors.New("the server's npm packages cannot be had")

//go:embed package.json
var manifest []byte

// Install returns the folder that holds the server's npm packages, and fills it
// first when this machine does not have it yet. It is below TILEDESK_LIVE_CACHE,
// or else below the user's cache folder. A process tries it once.
func Install(ctx context.Context) (string, error) { return packages.folder(ctx) }

var packages = newInstaller(func(ctx context.Context) (string, error) {
	cache, err := cacheFolder()
	if err != nil {
		return "", err
	}
	return installation{cache: cache, manifest: manifest}.ensure(ctx)
})

func cacheFolder() (string, error) {
	if dir := os.Getenv("TILEDESK_LIVE_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no folder for the server's packages, set TILEDESK_LIVE_CACHE: %w", err)
	}
	return filepath.Join(dir, "go-tiledesk"), nil
}

// An installation is what one manifest installs into one cache.
type installation struct {
	cache    string
	manifest []byte
	env      []string // beside the environment of this process
}

// folder is another one for each manifest, so that a changed one installs again
// and two checkouts side by side do not disturb each other.
func (i installation) folder() string {
	return filepath.Join(i.cache, fmt.Sprintf("server-%x", sha256.Sum256(i.manifest))[:len("server-")+12])
}

func (i installation) marker() string { return filepath.Join(i.folder(), "installed") }

func (i installation) ensure(ctx context.Context) (string, error) {
	if exists(i.marker()) {
		return i.folder(), nil
	}
	if err := os.MkdirAll(i.cache, 0o755); err != nil {
		return "", err
	}
	unlock, err := lock(ctx, i.folder()+".lock")
	if err != nil {
		return "", err
	}
	defer unlock()

	// Another process may have installed it while this one waited for the lock.
	if exists(i.marker()) {
		return i.folder(), nil
	}
	return i.folder(), i.fill(ctx)
}

// fill installs next to the folder and moves the result there in one step: a
// folder that is there is whole.
func (i installation) fill(ctx context.Context) error {
	partial := i.folder() + ".partial"
	for _, leftover := range []string{partial, i.folder()} {
		if err := os.RemoveAll(leftover); err != nil {
			return err
		}
	}
	defer os.RemoveAll(partial) // there is none after the move
	if err := os.Mkdir(partial, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(partial, "package.json"), i.manifest, 0o644); err != nil {
		return err
	}

	began := time.Now()
	if err := i.npm(ctx, partial); err != nil {
		return err
	}
	note := fmt.Sprintf("in %s\n", time.Since(began).Round(time.Second))
	if err := os.WriteFile(filepath.Join(partial, "installed"), []byte(note), 0o644); err != nil {
		return err
	}
	return os.Rename(partial, i.folder())
}

// npm runs the install. The optional packages are native and the scripts compile
// them; neither is needed to serve. The registry is whatever npm is set to use.
func (i installation) npm(ctx context.Context, dir string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	preload, err := writePreload(dir)
	if err != nil {
		return err
	}
	env := append(os.Environ(), i.env...)
	env = append(env, "LIVE_DIR="+dir,
		fmt.Sprintf(`NODE_OPTIONS=%s --require "%s"`, os.Getenv("NODE_OPTIONS"), filepath.ToSlash(preload)))
	npm, err := spawn(dir, env, nil, "npm", "install",
		"--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock",
		"--engine-strict=false", "--color=false", "--loglevel=error",
		"--fetch-retries=1", "--fetch-retry-mintimeout=2000", "--fetch-timeout=60000")
	if err != nil {
		return fmt.Errorf("npm, which comes with Node, is needed to install the server: %w", err)
	}
	defer npm.end()

	select {
	case <-npm.done:
	case <-ctx.Done():
		return fmt.Errorf("%w; npm install was stopped, having said: %q", context.Cause(ctx), npm.log.last(20))
	}
	if npm.err == nil {
		return nil
	}
	output := npm.log.last(50)
	if notToBeHad.MatchString(output) {
		return fmt.Errorf("%w: %s", ErrUnavailable, reason(output))
	}
	return fmt.Errorf("npm install: %w\n%s", npm.err, output)
}

// notToBeHad matches what npm calls a registry that cannot be reached or does
// not answer, and a package or a version that is gone.
var notToBeHad = regexp.MustCompile(`(?m)^npm (?:error|ERR!) code (?:` +
	`ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|` +
	`ETIMEDOUT|ERR_SOCKET_TIMEOUT|E(?:CONNECTION|IDLE|RESPONSE|TRANSFER)TIMEOUT|FETCH_ERROR|` +
	`E404|ETARGET|ENOVERSIONS|E429|E5\d\d)\s*$`)

// reason is what npm says, in one line and without its advice on where to read on.
func reason(output string) string {
	var said []string
	for line := range strings.Lines(output) {
		line, ok := cutPrefixes(strings.TrimSpace(line), "npm error ", "npm ERR! ")
		if ok && !strings.HasPrefix(line, "A complete log") {
			said = append(said, strings.TrimSpace(line))
		}
	}
	return strings.Join(said, "; ")
}

func cutPrefixes(s string, prefixes ...string) (string, bool) {
	for _, prefix := range prefixes {
		if rest, ok := strings.CutPrefix(s, prefix); ok {
			return rest, true
		}
	}
	return s, false
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
