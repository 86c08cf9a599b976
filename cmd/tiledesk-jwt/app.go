package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/go-tiledesk/tiledesk"
)

// app is what a command may use of its process, so that tests can put something
// else in its place.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	interrupts     <-chan os.Signal
	exit           func(int)                // ends the process at once
	wait           func(time.Duration) bool // in the place of a pause; nil: the clock's

	onTerminal struct{ stdin, stdout, stderr bool }
	appends    bool // a terminal is one that can only append text

	// Of one run, once its flags are known.
	flags   globals
	console *console
	status  *status // nil: none

	onRequest func()                 // called before each request; nil: nothing
	limiter   tiledesk.RateLimiter   // nil: none, or not made yet
	held      atomic.Pointer[string] // the jti of a token that the run signed in for
}

// newApp is the app of this process.
func newApp() *app {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup
		signal.Notify(signals, syscall.SIGHUP)
	}
	// A reader that leaves, as head does, must not end a run between a sign-in and
	// its sign-out, or half-way through a list of tokens.
	signal.Ignore(syscall.SIGPIPE)
	logSafely(os.Stderr)
	a := &app{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		getenv: os.Getenv, now: time.Now, interrupts: signals, exit: os.Exit,
	}
	a.appends = !obeysCodes(os.Stdout) || !obeysCodes(os.Stderr)
	a.onTerminal.stdin = isTerminal(os.Stdin)
	a.onTerminal.stdout = isTerminal(os.Stdout)
	a.onTerminal.stderr = isTerminal(os.Stderr)
	return a
}

// logSafely lets the standard logger write no token: net/http tells it what a
// server sent beyond its answer, word for word.
func logSafely(w io.Writer) { log.SetOutput(safeWriter{w}) }

// run is the whole program but its end: it returns the exit code.
func (a *app) run(args []string) int {
	a.console = &console{
		stdout: a.stdout, stderr: a.stderr,
		wrapOut: a.onTerminal.stdout, wrapErr: a.onTerminal.stderr, width: a.width(),
	}
	var grammar grammar
	parser := a.parser(&grammar)
	if len(args) == 0 {
		a.console.complain("tiledesk-jwt: missing command. Use list, revoke, revoke-all, inspect, doctor, watch, incident, demo or version.\nRun tiledesk-jwt --help to see what each of them does.")
		return exitUsage
	}
	if t, found := topicOf(args); found {
		t.show(a)
		return exitDone
	}
	args = customary(args)
	selected, err := parser.Parse(args)
	if err == nil {
		err = refuseUnused(selected)
	}
	switch {
	case readerLeft(err): // of --help; nothing else is written yet
		return exitDone
	case err != nil:
		text, help := explainParse(args, err)
		a.console.complain("tiledesk-jwt: %s\n%s", text, help)
		return exitUsage
	}
	a.flags = grammar.globals
	a.console.quiet = a.flags.Quiet
	a.console.color = a.onTerminal.stdout && a.wantsColor()

	a.status = a.newStatus()
	defer a.status.start()()

	ctx, stop := a.interruptible()
	defer stop()
	selected.BindTo(ctx, (*context.Context)(nil))
	err = selected.Run(a)
	if text := a.explain(err); text != "" {
		a.console.lines(text)
	}
	return codeOf(err)
}

func (a *app) parser(grammar *grammar) *kong.Kong {
	parser := kong.Must(grammar,
		kong.Name("tiledesk-jwt"),
		kong.Description(description),
		kong.Writers(a.stdout, a.stderr),
		kong.Exit(a.exit),
		kong.Help(a.help),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
	)
	withExamples(parser.Model)
	return parser
}

func explainIf(err error) string {
	if err == nil {
		return ""
	}
	return explain(err)
}

// wantsColor follows NO_COLOR (no-color.org) and terminals that have none.
func (a *app) wantsColor() bool {
	return !a.flags.NoColor && a.getenv("NO_COLOR") == "" && !a.dumb()
}

// dumb reports whether the terminal can only append text.
func (a *app) dumb() bool { return a.appends || a.getenv("TERM") == "dumb" }

// width is that of the terminal, wherever there is one.
func (a *app) width() int {
	for _, stream := range []any{a.stdout, a.stderr} {
		if file, ok := stream.(*os.File); ok {
			if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
				return width
			}
		}
	}
	return defaultWidth
}

func isTerminal(file *os.File) bool { return term.IsTerminal(int(file.Fd())) }
