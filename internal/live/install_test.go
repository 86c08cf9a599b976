//go:build live

package live

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// These run the real npm against registries of their own on loopback, with one
// tiny package in them.

func TestInstallFillsTheCacheOnce(t *testing.T) {
	t.Parallel()
	registry := newRegistry(t)
	cache := t.TempDir()

	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if _, err := tiny(t, registry.URL, cache).ensure(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	dir, err := tiny(t, "http://127.0.0.1:1", cache).ensure(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	if !exists(filepath.Join(dir, "node_modules", "tiny", "package.json")) {
		t.Errorf("%s holds %v", dir, filesIn(t, dir))
	}
	if exists(filepath.Join(dir, "package-lock.json")) {
		t.Error("npm wrote a lock file")
	}
	if n := registry.downloads.Load(); n != 1 {
		t.Errorf("three installs into one cache downloaded the package %d times", n)
	}
}

func TestInstallStartsAnewOverAnInterruptedOne(t *testing.T) {
	t.Parallel()
	registry := newRegistry(t)
	i := tiny(t, registry.URL, t.TempDir())
	for _, leftover := range []string{i.folder(), i.folder() + ".partial"} {
		if err := os.MkdirAll(filepath.Join(leftover, "half"), 0o755); err != nil {
			t.Fatal(err)
		}
	}

	dir, err := i.ensure(t.Context())

	if err != nil || exists(filepath.Join(dir, "half")) || exists(dir+".partial") {
		t.Errorf("the install ends with %v and leaves %v", err, filesIn(t, i.cache))
	}
}

func TestPackagesThatCannotBeHadAreUnavailable(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(gone.Close)
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(failing.Close)
	otherVersion := newRegistry(t)
	otherVersion.version = "2.0.0"

	for name, c := range map[string]struct{ registry, says string }{
		"a registry that cannot be reached": {closed.URL, "ECONNREFUSED"},
		"a registry that does not answer":   {failing.URL, "E503"},
		"a package that is gone":            {gone.URL, "E404"},
		"a version that is gone":            {otherVersion.URL, "ETARGET"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := tiny(t, c.registry, t.TempDir())
			_, err := i.ensure(t.Context())
			if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("the install ends with %v, want ErrUnavailable for %s", err, c.says)
			}
			if exists(i.folder()) || exists(i.folder()+".partial") {
				t.Errorf("the install leaves %v", filesIn(t, i.cache))
			}
		})
	}
}

func TestOnlyWhatCannotBeHadIsUnavailable(t *testing.T) {
	for said, want := range map[string]bool{
		"npm error code ENOTFOUND\nnpm error errno ENOTFOUND\n":      true,
		"npm error code FETCH_ERROR\nnpm error network timeout at …": true,
		"npm ERR! code ETARGET\n":                                    true, // npm 9 and before
		"npm warn old\nnpm error code E503\n":                        true,
		"npm error code EINTEGRITY\n":                                false,
		"npm error code ENOSPC\n":                                    false,
		"npm error code E401\n":                                      false,
		"npm error code EACCES\nnpm error on E404":                   false,
	} {
		if got := notToBeHad.MatchString(said); got != want {
			t.Errorf("%q counts as not to be had: %t", said, got)
		}
	}
}

func TestADamagedPackageIsAFailureAndNotASkip(t *testing.T) {
	t.Parallel()
	registry := newRegistry(t)
	registry.damaged = true

	_, err := tiny(t, registry.URL, t.TempDir()).ensure(t.Context())

	if err == nil || errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "EINTEGRITY") {
		t.Errorf("the install ends with %v", err)
	}
}

func TestAnotherManifestInstallsElsewhere(t *testing.T) {
	one := installation{cache: "cache", manifest: []byte("one")}
	two := installation{cache: "cache", manifest: []byte("two")}
	if one.folder() == two.folder() {
		t.Errorf("both install into %s", one.folder())
	}
}

// tiny installs the package tiny 1.0.0, past npm's own cache.
func tiny(t *testing.T, registry, cache string) installation {
	return installation{
		cache:    cache,
		manifest: []byte(`{"private": true, "dependencies": {"tiny": "1.0.0"}}`),
		env:      []string{"npm_config_registry=" + registry, "npm_config_cache=" + t.TempDir()},
	}
}

type registry struct {
	*httptest.Server
	version   string
	damaged   bool
	downloads atomic.Int32
}

func newRegistry(t *testing.T) *registry {
	r := &registry{version: "1.0.0"}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.Close)
	return r
}

func (r *registry) serve(w http.ResponseWriter, req *http.Request) {
	if strings.HasSuffix(req.URL.Path, ".tgz") {
		r.downloads.Add(1)
		w.Write(tarball(r.version))
		return
	}
	integrity := ""
	if r.damaged {
		integrity = `, "integrity": "sha512-` + strings.Repeat("A", 86) + `=="`
	}
	fmt.Fprintf(w, `{"name": "tiny", "dist-tags": {"latest": %[1]q}, "versions": {%[1]q:
		{"name": "tiny", "version": %[1]q, "dist": {"tarball": "%[2]s/tiny.tgz"%[3]s}}}}`, r.version, r.URL, integrity)
}

func tarball(version string) []byte {
	manifest := fmt.Sprintf(`{"name": "tiny", "version": %q}`, version)
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	files := tar.NewWriter(zipped)
	files.WriteHeader(&tar.Header{Name: "package/package.json", Mode: 0o644, Size: int64(len(manifest))})
	files.Write([]byte(manifest))
	files.Close()
	zipped.Close()
	return packed.Bytes()
}

func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
