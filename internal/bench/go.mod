module github.com/go-tiledesk/tiledesk/internal/bench

go 1.26.0

require (
	github.com/digitalocean/godo v1.236.0
	github.com/go-tiledesk/tiledesk v0.0.0
	github.com/google/go-github/v84 v84.0.0
	gitlab.com/gitlab-org/api/client-go v1.46.0
)

require (
	github.com/google/go-querystring v1.2.0 // indirect
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/hashicorp/go-retryablehttp v0.7.8 // indirect
	github.com/tidwall/gjson v1.20.1 // indirect
	github.com/tidwall/match v1.1.1 // indirect
	github.com/tidwall/pretty v1.2.0 // indirect
	golang.org/x/oauth2 v0.34.0 // indirect
	golang.org/x/time v0.16.0 // indirect
)

replace github.com/go-tiledesk/tiledesk => ../..
