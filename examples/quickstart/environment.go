package main

import (
	"errors"
	"fmt"

	"github.com/go-tiledesk/tiledesk"
)

// fromEnvironment is nil without an error when the environment names no server.
func fromEnvironment(getenv func(string) string) (*tiledesk.Client, error) {
	baseURL, token := getenv("TILEDESK_BASE_URL"), getenv("TILEDESK_TOKEN")
	email, password := getenv("TILEDESK_EMAIL"), getenv("TILEDESK_PASSWORD")

	var credentials tiledesk.Credentials
	switch {
	case token != "" && (email != "" || password != ""):
		return nil, errors.New("both TILEDESK_TOKEN and TILEDESK_EMAIL or TILEDESK_PASSWORD are set: unset one or the other")
	case email != "" && password == "":
		return nil, errors.New("TILEDESK_EMAIL is set without TILEDESK_PASSWORD")
	case email == "" && password != "":
		return nil, errors.New("TILEDESK_PASSWORD is set without TILEDESK_EMAIL")
	case baseURL == "" && (token != "" || email != ""):
		return nil, fmt.Errorf("there are credentials in the environment, but no TILEDESK_BASE_URL: "+
			"set it, %s for the hosted service, or unset the credentials to use the server inside this program", tiledesk.DefaultBaseURL)
	case baseURL == "":
		return nil, nil
	case token != "":
		credentials = tiledesk.JWTAuth(token)
	case email != "":
		credentials = tiledesk.BasicAuth(email, password)
	default:
		return nil, errors.New("TILEDESK_BASE_URL is set without credentials: set TILEDESK_TOKEN, or TILEDESK_EMAIL and TILEDESK_PASSWORD")
	}
	return tiledesk.NewClient(credentials, tiledesk.WithBaseURL(baseURL))
}
