package baseurl_test

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestWithBaseURL_accepts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ given, want string }{
		"the default written out":      {given: "https://api.tiledesk.com/v3", want: "https://api.tiledesk.com/v3"},
		"a slash at the end":           {given: "https://api.tiledesk.com/v3/", want: "https://api.tiledesk.com/v3"},
		"no path at all":               {given: "https://tiledesk.test", want: "https://tiledesk.test"},
		"a long prefix":                {given: "https://tiledesk.test/a/b/c/", want: "https://tiledesk.test/a/b/c"},
		"an escaped slash in a prefix": {given: "https://tiledesk.test/a%2Fb/", want: "https://tiledesk.test/a%2Fb"},
		"a port":                       {given: "https://tiledesk.test:8443/v3", want: "https://tiledesk.test:8443/v3"},
		"the last port":                {given: "https://tiledesk.test:65535", want: "https://tiledesk.test:65535"},
		"a port left empty":            {given: "https://tiledesk.test:/v3", want: "https://tiledesk.test/v3"},
		"a scheme in capitals":         {given: "HTTPS://tiledesk.test", want: "https://tiledesk.test"},
		"white space around":           {given: " https://tiledesk.test/v3\n", want: "https://tiledesk.test/v3"},
		"http to localhost":            {given: "http://localhost:3000", want: "http://localhost:3000"},
		"http to LOCALHOST":            {given: "http://LOCALHOST:3000", want: "http://LOCALHOST:3000"},
		"http below localhost":         {given: "http://tiledesk.localhost", want: "http://tiledesk.localhost"},
		"http to 127.0.0.1":            {given: "http://127.0.0.1:3000/v3", want: "http://127.0.0.1:3000/v3"},
		"http to another 127 address":  {given: "http://127.8.8.8", want: "http://127.8.8.8"},
		"http to ::1":                  {given: "http://[::1]:3000", want: "http://[::1]:3000"},
		"http to a mapped 127.0.0.1":   {given: "http://[::ffff:127.0.0.1]", want: "http://[::ffff:127.0.0.1]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := tiledesk.NewClient(tiledesk.JWTAuth(servertest.Token), tiledesk.WithBaseURL(tt.given))
			if err != nil {
				t.Fatal(err)
			}
			if got := client.BaseURL(); got != tt.want {
				t.Errorf("the base URL is %s, want %s", got, tt.want)
			}
		})
	}
}

// Each refusal says which part is wrong and how to fix it, and repeats nothing.
func TestWithBaseURL_refuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		given string
		text  []string
	}{
		"nothing":                         {given: "", text: []string{"empty", tiledesk.DefaultBaseURL}},
		"white space":                     {given: " \n", text: []string{"empty", tiledesk.DefaultBaseURL}},
		"a host alone":                    {given: "tiledesk.test", text: []string{"no scheme", "https://"}},
		"a host with a path":              {given: "tiledesk.test/v3", text: []string{"no scheme", "https://"}},
		"a host with a port":              {given: "localhost:3000", text: []string{"no scheme", "https://"}},
		"an address with a port":          {given: "127.0.0.1:3000", text: []string{"no scheme", "https://"}},
		"a scheme left out":               {given: "//tiledesk.test/v3", text: []string{"no scheme", "https://"}},
		"a path alone":                    {given: "/v3", text: []string{"no scheme", "https://"}},
		"backslashes":                     {given: `https:\\tiledesk.test`, text: []string{"no scheme", "https://"}},
		"another scheme":                  {given: "ftp://tiledesk.test", text: []string{"scheme", "ftp", "use https"}},
		"a socket":                        {given: "unix:///run/tiledesk.sock", text: []string{"scheme", "unix", "use https"}},
		"no host":                         {given: "https:///v3", text: []string{"no host", tiledesk.DefaultBaseURL}},
		"a scheme and no more":            {given: "https://", text: []string{"no host", tiledesk.DefaultBaseURL}},
		"a port without a host":           {given: "https://:8443/v3", text: []string{"no host", tiledesk.DefaultBaseURL}},
		"a user":                          {given: "https://s3cret@tiledesk.test", text: []string{"user information", "BasicAuth"}},
		"a user with a password":          {given: "https://agent:s3cret@tiledesk.test/v3", text: []string{"user information", "BasicAuth"}},
		"an empty user":                   {given: "https://@tiledesk.test/v3", text: []string{"user information", "BasicAuth"}},
		"a query":                         {given: "https://tiledesk.test/v3?token=s3cret", text: []string{"query", "?"}},
		"an empty query":                  {given: "https://tiledesk.test/v3?", text: []string{"query", "?"}},
		"a fragment":                      {given: "https://tiledesk.test/v3#s3cret", text: []string{"fragment", "#"}},
		"an empty fragment":               {given: "https://tiledesk.test/v3#", text: []string{"fragment", "#"}},
		"a port beyond the last":          {given: "https://tiledesk.test:70000", text: []string{"port", "65535"}},
		"the port behind the last":        {given: "https://tiledesk.test:65536", text: []string{"port", "65535"}},
		"port 0":                          {given: "https://tiledesk.test:0", text: []string{"port", "65535"}},
		"a path with a URL in it":         {given: "/a://tiledesk.test", text: []string{"no scheme", "https://"}},
		"a scheme before the scheme":      {given: "https:a://tiledesk.test", text: []string{"no host"}},
		"a port in letters":               {given: "https://tiledesk.test:s3cret", text: []string{"cannot be read", tiledesk.DefaultBaseURL}},
		"a broken escape":                 {given: "https://tiledesk.test/s3cret%zz", text: []string{"cannot be read", tiledesk.DefaultBaseURL}},
		"a control character":             {given: "https://tiledesk.test/s3cret\x7f", text: []string{"cannot be read", tiledesk.DefaultBaseURL}},
		"http to another machine":         {given: "http://api.tiledesk.com/v3", text: []string{"in the clear", "https://", "WithInsecureHTTP"}},
		"http to a name like localhost":   {given: "http://localhost.example.com", text: []string{"in the clear"}},
		"http to a name like 127.0.0.1":   {given: "http://127.0.0.1.example.com", text: []string{"in the clear"}},
		"http to every address":           {given: "http://0.0.0.0:3000", text: []string{"in the clear"}},
		"http to an address of a network": {given: "http://192.168.1.10:3000", text: []string{"in the clear"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := tiledesk.NewClient(tiledesk.JWTAuth(servertest.Token), tiledesk.WithBaseURL(tt.given))
			if client != nil || !errors.Is(err, tiledesk.ErrInvalidArgument) {
				t.Fatalf("got %v, %v; want ErrInvalidArgument", client, err)
			}
			for _, text := range tt.text {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q does not say %q", err, text)
				}
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%q repeats what was given", err)
			}
		})
	}
}

func TestWithInsecureHTTP(t *testing.T) {
	t.Parallel()
	plain := tiledesk.WithBaseURL("http://tiledesk.test:3000/v3")
	for name, opts := range map[string][]tiledesk.Option{
		"before the base URL": {tiledesk.WithInsecureHTTP(), plain},
		"after the base URL":  {plain, tiledesk.WithInsecureHTTP()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := tiledesk.NewClient(tiledesk.JWTAuth(servertest.Token), opts...); err != nil {
				t.Error(err)
			}
		})
	}
}

// What net/http itself takes for loopback is less than what we allow http:// to,
// so that without our exception some credentials would go to a proxy in the clear.
// It reads the environment once a process: this test is a process of its own.
func TestWithBaseURL_goesAroundTheProxyToLoopback(t *testing.T) {
	t.Parallel()
	const marker = "TILEDESK_TEST_BASE_URL"
	if base := os.Getenv(marker); base != "" {
		patience, _ := time.ParseDuration(os.Getenv(marker + "_PATIENCE"))
		client, err := tiledesk.NewClient(tiledesk.JWTAuth(servertest.Token), tiledesk.WithBaseURL(base), tiledesk.WithInsecureHTTP(),
			tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}), tiledesk.WithHTTPClient(&http.Client{Timeout: patience}))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(client.CloseIdleConnections)
		_, err = client.JWT.ListHistory(t.Context(), nil)
		t.Log(err)
		return
	}
	for host, want := range map[string]bool{
		"api.tiledesk.com": true, "localhost.example.com": true,
		"localhost": false, "LOCALHOST:1": false, "localhost.": false, "a.localhost": false,
		"127.0.0.1:1": false, "[::1]:1": false,
	} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			proxy := servertest.NewLoopback(t, servertest.AnswerOK)
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestWithBaseURL_goesAroundTheProxyToLoopback$", "-test.v")
			patience := "1m"
			if !want {
				patience = "2s" // nobody may be there, nor a name server that says so
			}
			child.Env = append(os.Environ(), marker+"=http://"+host, marker+"_PATIENCE="+patience, "HTTP_PROXY="+proxy.URL, "http_proxy="+proxy.URL, "NO_PROXY=", "no_proxy=")
			out, err := child.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if got := len(proxy.Arrived()) > 0; got != want {
				t.Errorf("may go through a proxy: %t, want %t: %s", got, want, out)
			}
		})
	}
}
