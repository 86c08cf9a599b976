module github.com/go-tiledesk/tiledesk/internal/live

go 1.25.0
