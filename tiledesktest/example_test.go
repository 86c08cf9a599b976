package tiledesktest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// Tests use NewServer instead, which needs no Close.
func Example() {
	server, err := tiledesktest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")
	phone := server.IssueWithJTI("agent@example.com", "phone")

	status, body := call(http.MethodGet, server.URL()+"/jwt/history", laptop)
	fmt.Println(status, "with", strings.Count(body, `"_id"`), "tokens")

	status, _ = call(http.MethodDelete, server.URL()+"/jwt/history/phone", laptop)
	fmt.Println(status, "and revoked:", server.Revoked(phone))

	status, body = call(http.MethodGet, server.URL()+"/jwt/history", phone)
	fmt.Println(status, body)
	// Output:
	// 200 with 2 tokens
	// 200 and revoked: true
	// 401 Unauthorized
}

func ExampleStart() {
	server, err := tiledesktest.Start(tiledesktest.WithPageSize(2), tiledesktest.WithRevokedHidden())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	server.IssueWithJTI("agent@example.com", "phone")
	token := server.Issue("agent@example.com", 2)[1]

	call(http.MethodDelete, server.URL()+"/jwt/history/phone", token)
	_, body := call(http.MethodGet, server.URL()+"/jwt/history?page=1", token)
	fmt.Println(body)
	// Output: {"perPage":2,"count":2,"jwts":[]}
}

// A server that records no sign-in can revoke nothing: its list is empty, and
// each token still works.
func ExampleWithoutRecording() {
	server, err := tiledesktest.Start(tiledesktest.WithoutRecording())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	token := server.IssueWithJTI("agent@example.com", "phone")

	_, body := call(http.MethodGet, server.URL()+"/jwt/history", token)
	fmt.Println(body)
	status, body := call(http.MethodDelete, server.URL()+"/jwt/history/phone", token)
	fmt.Println(status, body)
	status, _ = call(http.MethodGet, server.URL()+"/testauth", token)
	fmt.Println("the token is answered", status)
	// Output:
	// {"perPage":40,"count":0,"jwts":[]}
	// 404 {"success":false,"msg":"Object not found."}
	// the token is answered 200
}

func ExampleNewHandler() {
	server := tiledesktest.NewHandler()
	server.AddUser("agent@example.com", "secret")

	front := httptest.NewServer(http.StripPrefix("/v3", server))
	defer front.Close()
	status, body := call(http.MethodGet, front.URL+"/v3/testauth", server.Issue("agent@example.com", 1)[0])
	fmt.Println(status, body)
	// Output: 200 {"success":true}
}

func ExampleServer_AddUser() {
	server, err := tiledesktest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")

	response, err := http.Post(server.URL()+"/auth/signin", "application/json",
		strings.NewReader(`{"email":"agent@example.com","password":"secret"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct{ Token string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(response.StatusCode, "with a token:", strings.HasPrefix(answer.Token, "JWT eyJ"))
	// Output: 200 with a token: true
}

// A new password ends no token. A user who is disabled is refused.
func ExampleServer_DisableUser() {
	server, err := tiledesktest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	token := server.Issue("agent@example.com", 1)[0]

	server.AddUser("agent@example.com", "a new one")
	status, _ := call(http.MethodGet, server.URL()+"/testauth", token)
	fmt.Println("after a new password:", status)

	server.DisableUser("agent@example.com")
	status, body := call(http.MethodGet, server.URL()+"/testauth", token)
	fmt.Println("disabled:", status, body)
	// Output:
	// after a new password: 200
	// disabled: 401 Unauthorized
}

func ExampleServer_IssueAt() {
	server, err := tiledesktest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	token := server.Issue("agent@example.com", 1)[0]
	server.IssueAt("agent@example.com", time.Now().AddDate(0, 0, -31), 2)

	_, body := call(http.MethodGet, server.URL()+"/jwt/history", token)
	var page struct {
		JWTs []struct{ CreatedAt time.Time }
	}
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		fmt.Println(err)
		return
	}
	for _, entry := range page.JWTs {
		fmt.Println("older than 30 days:", time.Since(entry.CreatedAt) > 30*24*time.Hour)
	}
	// Output:
	// older than 30 days: false
	// older than 30 days: true
	// older than 30 days: true
}

func ExampleServer_Inject() {
	server, err := tiledesktest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	token := server.IssueWithJTI("agent@example.com", "phone")

	server.Inject(tiledesktest.Fault{
		Method: http.MethodDelete,
		Status: http.StatusTooManyRequests,
		Header: http.Header{"Retry-After": {"2"}},
		Body:   `{"error":"too many requests"}`,
	})
	for range 2 {
		status, _ := call(http.MethodDelete, server.URL()+"/jwt/history/phone", token)
		fmt.Println(status, "and revoked:", server.Revoked(token))
	}
	// Output:
	// 429 and revoked: false
	// 200 and revoked: true
}

// The reply to a revocation is lost: the caller cannot know that it took
// effect.
func ExampleServer_Inject_lostReply() {
	server, err := tiledesktest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	token := server.IssueWithJTI("agent@example.com", "phone")

	server.Inject(tiledesktest.Fault{Drop: tiledesktest.DropAfter})
	status, _ := call(http.MethodDelete, server.URL()+"/jwt/history/phone", token)
	fmt.Println("answered:", status != 0, "revoked:", server.Revoked(token))
	// Output: answered: false revoked: true
}

// Somebody signs in while a list is read page by page, which shifts every
// token down by one.
func ExampleServer_OnRequest() {
	server, err := tiledesktest.Start(tiledesktest.WithPageSize(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	token := server.IssueWithJTI("agent@example.com", "oldest")
	server.Issue("agent@example.com", 1)
	server.OnRequest(func(r tiledesktest.Request) {
		if r.Query.Get("page") == "1" {
			server.Issue("agent@example.com", 1)
		}
	})
	for _, page := range []string{"0", "1"} {
		_, body := call(http.MethodGet, server.URL()+"/jwt/history?page="+page, token)
		fmt.Println("page", page, "shows the oldest token:", strings.Contains(body, "oldest"))
	}
	// Output:
	// page 0 shows the oldest token: true
	// page 1 shows the oldest token: true
}

func ExampleServer_Requests() {
	server, err := tiledesktest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	call(http.MethodDelete, server.URL()+"/jwt/history/a%2Fb", "unknown")
	call(http.MethodGet, server.URL()+"/jwt/history?page=3", "unknown")
	for _, r := range server.Requests() {
		fmt.Printf("%s %s, page %q\n", r.Method, r.Path, r.Query.Get("page"))
	}
	// Output:
	// DELETE /jwt/history/a%2Fb, page ""
	// GET /jwt/history, page "3"
}

// call is what the program under test would do. The status is 0 when there was
// no answer.
func call(method, url, token string) (status int, body string) {
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		return 0, err.Error()
	}
	r.Header.Set("Authorization", "JWT "+token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	content, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(content)
}

// Entries of the real module may have fields that nobody has written down.
func ExampleServer_SetField() {
	server, err := tiledesktest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	token := server.Issue("agent@example.com", 1)[0]
	server.SetField(token, "device", "phone")

	_, body := call(http.MethodGet, server.URL()+"/jwt/history", token)
	fmt.Println(strings.Contains(body, `"device":"phone"`))
	// Output: true
}
