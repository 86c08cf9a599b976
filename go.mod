module github.com/go-tiledesk/tiledesk

go 1.25.0
