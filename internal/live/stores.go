//go:build live

package live

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"github.com/FerretDB/FerretDB/ferretdb"
	"github.com/alicebob/miniredis/v2"
)

// stores are what the server keeps its data in, served from this process: a
// MongoDB by FerretDB, over SQLite files in a folder, and a Redis by miniredis.
type stores struct {
	mongo *url.URL
	redis *miniredis.Miniredis

	stop    context.CancelFunc
	stopped chan struct{}
}

func startStores(dir string) (*stores, error) {
	files := filepath.Join(dir, "mongo")
	if err := os.Mkdir(files, 0o700); err != nil {
		return nil, err
	}
	ferret, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Handler:   "sqlite",
		SQLiteURL: "file:" + (&url.URL{Path: filepath.ToSlash(files)}).EscapedPath() + "/",
		Logger:    slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, fmt.Errorf("starting FerretDB: %w", err)
	}

	ctx, stop := context.WithCancel(context.Background())
	s := &stores{stop: stop, stopped: make(chan struct{})}
	go func() {
		_ = ferret.Run(ctx) // nil, whatever happens
		close(s.stopped)
	}()
	if s.mongo, err = url.Parse(ferret.MongoDBURI()); err != nil {
		s.close()
		return nil, err
	}
	// The defaults of 10 s and 30 s are too short for a boot on a machine whose cores
	// are busy: the server loads its modules meanwhile and sees no answer.
	patience := strconv.FormatInt(bootTimeout.Milliseconds(), 10)
	s.mongo.RawQuery = url.Values{"connectTimeoutMS": {patience}, "serverSelectionTimeoutMS": {patience}}.Encode()
	if s.redis, err = miniredis.Run(); err != nil {
		s.close()
		return nil, fmt.Errorf("starting miniredis: %w", err)
	}
	return s, nil
}

// database is the address of one database. The driver's own 10 and 30 seconds are too
// short for a busy machine, and the server exits when they are over.
func (s *stores) database(name string) string {
	patience := bootTimeout.Milliseconds()
	return fmt.Sprintf("%s?connectTimeoutMS=%d&serverSelectionTimeoutMS=%[2]d", s.mongo.JoinPath(name), patience)
}

func (s *stores) close() {
	if s.redis != nil {
		s.redis.Close()
	}
	s.stop()
	<-s.stopped
}
