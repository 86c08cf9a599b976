package tiledesktest_test

import (
	"fmt"
	"net/http"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// In a synctest bubble an hour passes at once.
func ExampleServer_Transport() {
	server := tiledesktest.NewHandler()
	client := http.Client{Transport: server.Transport()} // or in tiledesk.WithHTTPClient

	response, err := client.Get("https://tiledesk.example/jwt/history")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = response.Body.Close() }()
	fmt.Println(response.Status)
	// Output: 401 Unauthorized
}

// What a program does about a 429 can be tried in a moment.
func ExampleWithRateLimit() {
	server := tiledesktest.NewHandler(tiledesktest.WithRateLimit(1))
	client := http.Client{Transport: server.Transport()}
	for range 2 {
		response, err := client.Get("https://tiledesk.example/")
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = response.Body.Close()
		fmt.Printf("%s %q\n", response.Status, response.Header.Get("Retry-After"))
	}
	// Output:
	// 200 OK ""
	// 429 Too Many Requests "60"
}
