//go:build live

package live

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/live/standin"
)

// bootTimeout is far above the 6 seconds that a boot takes on an idle machine. With
// 20 processes waiting for two cores it took more than two minutes.
const bootTimeout = 5 * time.Minute

// Options say which server to boot. The zero value is one with the history
// module, which our stand-in plays, and with revocation enforced.
type Options struct {
	WithoutHistory     bool             // no history module, so no stand-in: what the public package is by itself
	WithoutEnforcement bool             // revocation is stored, never checked; the server's own default
	StandIn            standin.Switches // what nobody knows of the history module
}

// A Server is a running Tiledesk server. Close it.
type Server struct {
	opts    Options
	url     string
	version string

	superPassword string // signs anybody in

	dir    string
	stores *stores
	node   *child
	close  sync.Once
}

// Start boots a server and returns when it answers. ctx is for the boot alone.
// The error is ErrUnavailable when the server cannot be installed for want of
// its packages.
func Start(ctx context.Context, opts Options) (*Server, error) {
	installed, err := Install(ctx)
	if err != nil {
		return nil, err
	}
	s := &Server{opts: opts, superPassword: rand.Text()}
	if err := s.boot(ctx, installed); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// booting lets one server boot at a time in this process. Each keeps a core busy
// for some seconds, so that side by side they are no faster, and each start of a
// FerretDB writes a variable of the whole process.
var booting sync.Mutex

func (s *Server) boot(ctx context.Context, installed string) error {
	booting.Lock()
	defer booting.Unlock()
	ctx, cancel := context.WithTimeout(ctx, bootTimeout)
	defer cancel()

	var err error
	if s.dir, err = os.MkdirTemp("", "tiledesk-live-"); err != nil {
		return err
	}
	if s.stores, err = startStores(s.dir); err != nil {
		return err
	}
	return s.launch(ctx, installed)
}

// restart ends the server and starts it again with the same data and other secrets.
func (s *Server) restart(ctx context.Context) error {
	installed, err := Install(ctx)
	if err != nil {
		return err
	}
	booting.Lock()
	defer booting.Unlock()
	ctx, cancel := context.WithTimeout(ctx, bootTimeout)
	defer cancel()
	s.node.end()
	return s.launch(ctx, installed)
}

// launch starts Node on the stores.
func (s *Server) launch(ctx context.Context, installed string) error {
	preload, err := writePreload(s.dir)
	if err != nil {
		return err
	}
	env, err := s.environment()
	if err != nil {
		return err
	}
	listening := make(chan []string, 1)
	www := filepath.Join(installed, "node_modules", "@tiledesk", "tiledesk-server", "bin", "www")
	if s.node, err = spawn(s.dir, env, announce(listening), "node", "--require", preload, www); err != nil {
		return fmt.Errorf("node is needed to run the server: %w", err)
	}
	return s.await(ctx, listening)
}

// announcement is the line of the server that tells its version and the port
// that the system gave it.
var announcement = regexp.MustCompile(`^Listening tiledesk-server ver:(\S+) on port (\d+)$`)

func announce(listening chan<- []string) func(line string) {
	return func(line string) {
		if found := announcement.FindStringSubmatch(line); found != nil {
			select {
			case listening <- found[1:]:
			default: // once is enough
			}
		}
	}
}

// await returns when the server answers, or when it never will.
func (s *Server) await(ctx context.Context, listening <-chan []string) error {
	select {
	case found := <-listening:
		s.version, s.url = found[0], "http://127.0.0.1:"+found[1]
	case <-s.node.done:
		return fmt.Errorf("the server died at start: %w, after:\n%s", s.node.err, s.LogTail(30))
	case <-ctx.Done():
		return fmt.Errorf("the server does not listen: %w, after:\n%s", ctx.Err(), s.LogTail(30))
	}
	for {
		answer, err := s.Call(ctx, http.MethodGet, "/", "", "")
		if err == nil && answer.Status == http.StatusOK {
			return nil
		}
		select {
		case <-s.node.done:
			return fmt.Errorf("the server died at start: %w, after:\n%s", s.node.err, s.LogTail(30))
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w, after:\n%s", ctx.Err(), s.LogTail(30))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// environment is made from nothing but the path to the programs: what a
// developer has set for a Tiledesk server of their own must not reach this one.
func (s *Server) environment() ([]string, error) {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "SystemRoot=" + os.Getenv("SystemRoot"),
		"HOME=" + s.dir, "USERPROFILE=" + s.dir, "TMPDIR=" + s.dir, "TEMP=" + s.dir, "TMP=" + s.dir,
		"APP_ROOT_PATH=" + s.dir, // where it writes its log
		"LIVE_DIR=" + s.dir,
		"PORT=0", // the system picks a free one: no port to agree on, none to lose to another
		"LIVE_STORES=" + s.stores.mongo.Host + "," + s.stores.redis.Addr(),
		"DATABASE_URI=" + s.stores.database("tiledesk"), "MONGOOSE_UNIFIED_TOPOLOGY=true",
		"MONGODB_LOGS_URI=" + s.stores.database("logs"),
		"DISABLE_AUTO_SHEMA_MIGRATION=true", // spelled like this; an empty database needs none
		"CACHE_REDIS_HOST=" + s.stores.redis.Host(), "CACHE_REDIS_PORT=" + s.stores.redis.Port(),
		"EMAIL_ENABLED=false", "LOG_LEVEL=warn",
		// The defaults of these are in the public source, for anyone on the machine to use.
		"GLOBAL_SECRET=" + rand.Text(), "ADMIN_PASSWORD=" + rand.Text(), "SUPER_PASSWORD=" + s.superPassword,
	}
	if !s.opts.WithoutEnforcement {
		env = append(env, "JWT_HISTORY_ENABLED=true")
	}
	if s.opts.WithoutHistory {
		return env, nil
	}
	module := filepath.Join(s.dir, "standin.js")
	env = append(env, "LIVE_STANDIN="+module)
	env = append(env, s.opts.StandIn.Env()...)
	return env, os.WriteFile(module, standin.Module, 0o644)
}

// URL is the base URL of the API, without a slash at the end.
func (s *Server) URL() string { return s.url }

// Version is what the server says of itself.
func (s *Server) Version() string { return s.version }

// LogTail returns the last lines, 200 at most, of what the server has said.
func (s *Server) LogTail(lines int) string { return s.node.log.last(lines) }

// Close ends the server and everything around it, and removes its data.
func (s *Server) Close() {
	s.close.Do(func() {
		if s.node != nil {
			s.node.end()
		}
		if s.stores != nil {
			s.stores.close()
		}
		if s.dir != "" {
			_ = os.RemoveAll(s.dir)
		}
	})
}
