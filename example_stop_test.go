package tiledesk_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// A callback that fails keeps its error, and Stop hands it to the run: here the disk
// is full after the first line.
func ExampleRevokeOptions_stop() {
	server, err := tiledesktest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	server.Issue("agent@example.com", 3)
	client, err := tiledesk.NewClient(tiledesk.BasicAuth("agent@example.com", "secret"), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		fmt.Println(err)
		return
	}

	var full error
	report, err := client.JWT.RevokeAll(context.Background(), &tiledesk.RevokeOptions{
		Concurrency: 1,
		OnResult: func(result tiledesk.RevokeResult) {
			if result.Outcome == tiledesk.Revoked {
				full = errors.New("no space left on device")
			}
		},
		Stop: func() error { return full },
	})
	fmt.Println(report.Revoked, "revoked,", report.NotAttempted, "not attempted")
	fmt.Println(errors.Is(err, full))
	// Output:
	// 1 revoked, 2 not attempted
	// true
}
